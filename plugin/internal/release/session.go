package release

import (
	"context"

	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
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
	_ = progress.Wrap(message, s.pw.Write, func(progress.SubLogger) error { return nil })
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
