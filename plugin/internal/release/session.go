package release

import (
	"context"
	"fmt"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// Session holds what a delivery speaks through: the registries, and the display. Its client keeps the
// repositories that were opened.
type Session struct {
	host   dockercli.Host
	client *registry.Client
	pw     progress.Writer
}

// NewSession returns a session. It contacts nothing.
func NewSession(h dockercli.Host, t dockercli.Trust, pw progress.Writer) *Session {
	s := &Session{host: h, pw: pw}
	s.client = h.Registries(t, s.Notify)
	return s
}

// Notify shows a line in the display, as a step that is done.
func (s *Session) Notify(message string) {
	shown.Note(s.pw, message)
}

// pushed is the repository of a target, which was opened for pushing.
func (s *Session) pushed(ctx context.Context, t Target) (*registry.Repository, error) {
	return s.client.Repository(ctx, t.Name, registry.Push)
}

// warnOfTwins tells of platforms that are one and the same image.
func (s *Session) warnOfTwins(images []manifest.Image) {
	for _, twins := range source.Twins(images) {
		s.Notify("warning: " + platform.Format(twins[0]) + " and " +
			platform.Format(twins[1]) + " are the same image")
	}
}

// CheckPush asks all repositories for the right to push, which signing in does not tell everywhere, before anything is
// made for them. Errors are *Error, and say of every tag what it holds.
func CheckPush(ctx context.Context, client *registry.Client, names []reference.NamedTagged) error {
	targets := TargetsOf(names)
	for i, t := range targets {
		repository, err := client.Repository(ctx, t.Name, registry.Push)
		if err == nil {
			err = repository.CheckPush(ctx)
		}
		if err != nil {
			return NotBegun(targets, i, fmt.Errorf("opening %q: %w", t.Name.Name(), err))
		}
	}
	return nil
}

// Request is what publish, merge and promote have in common.
type Request struct {
	Guards publish.Guards
	Gate   gate.Policy
	// DryRun has nothing written, neither here nor in a registry.
	DryRun bool
	// Timeout ends the whole; 0: nothing does.
	Timeout time.Duration
	// ArchTags gives each platform, and its attestations, a tag of its own besides: NAME:TAG--ARCH and that with .att.
	ArchTags bool
	// Configs also has the digests of configs found out, for the metadata file.
	Configs bool
}

// shipments begins one shipment per target, with its tags and what they are kept from.
func (r Request) shipments(targets []Target) []Shipment {
	shipments := make([]Shipment, len(targets))
	for i, t := range targets {
		shipments[i].Publication = publish.Request{Tags: t.Tags, Guards: r.Guards}
	}
	return shipments
}

// Assembler makes what is put under the tags. FromDraft, FromSources and AsItIs are the three.
type Assembler interface {
	// Prepare comes first, before any registry is contacted: what is refused here costs nothing.
	Prepare(ctx context.Context, r Request) error
	// assemble is called once every target is signed in to and locked. There is one shipment per target.
	assemble(
		ctx context.Context, s *Session, r Request, targets []Target,
	) ([]Shipment, error)
}
