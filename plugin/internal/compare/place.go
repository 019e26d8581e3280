package compare

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/layout"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/staged"
)

// The schemes that say where an image is, beside that of a folder.
const (
	draftScheme     = "draft://"
	publishedScheme = "docker-image://" // as buildx writes an image of a registry
)

// Place is an image as the user wrote it.
type Place struct {
	ref.Source
	// Draft and Published say that only the one, or only the other is meant. Without either it is the draft where
	// there is one.
	Draft, Published bool
}

// ParsePlace reads NAME[:TAG|@DIGEST], draft://NAME[:TAG], docker-image://NAME[:TAG|@DIGEST] or oci-layout://FOLDER.
func ParsePlace(text string) (Place, error) {
	name, isDraft := strings.CutPrefix(text, draftScheme)
	if isDraft {
		_, err := ref.ParseName(name)
		if err != nil {
			return Place{}, err
		}
	}
	name, isPublished := strings.CutPrefix(name, publishedScheme)
	parsed, err := ref.ParseSource(name)
	parsed.Text = text
	return Place{Source: parsed, Draft: isDraft, Published: isPublished}, err
}

// Check refuses a folder that is no layout, before anything is read.
func (p Place) Check() error {
	if p.Folder == "" {
		return nil
	}
	return layout.Check(p.Folder)
}

// tagged is the name of the draft that a place can be.
func (p Place) tagged() (reference.NamedTagged, bool) {
	if p.Published || p.Folder != "" || p.Image.IsDigest() {
		return nil, false
	}
	name, err := reference.WithTag(p.Image.Name, p.Image.Ref)
	return name, err == nil
}

// isDraft tells whether a place is a draft, or is to be one. Asking makes no store.
func (p Place) isDraft(ctx context.Context, h dockercli.Host) bool {
	if p.Draft {
		return true
	}
	name, ok := p.tagged()
	if !ok || !h.HasStore() {
		return false
	}
	err := h.WithStore(ctx, func(s *store.Store) error {
		_, err := s.Draft(ctx, name)
		return err
	})
	return err == nil
}

// open finds an image and lists its platforms.
func (r *reading) open(ctx context.Context, p Place) (image, error) {
	found := image{name: p.Text}
	var err error
	if name, ok := p.tagged(); ok && p.isDraft(ctx, r.host) {
		found.entries, found.blobs, err = r.draftEntries(ctx, name)
	} else {
		blobs := source.NewBlobs(nil)
		found.blobs = blobs.Streams()
		found.entries, err = r.sourceEntries(ctx, p, blobs)
	}
	if err != nil || len(r.request.Platforms) == 0 {
		return found, err
	}
	found.entries, err = source.Choose(found.entries, r.request.Platforms)
	if errors.Is(err, source.ErrMissing) { // it says what is to be looked at, and promises nobody anything
		err = failure.Usage("%s: %w", p.Text, err)
	}
	return found, err
}

// draftEntries are the platforms that a draft holds.
func (r *reading) draftEntries(
	ctx context.Context, name reference.NamedTagged,
) ([]source.Entry, content.Provider, error) {
	d, err := r.store.Draft(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	var entries []source.Entry
	for _, is := range d.Select(nil) {
		if is.Manifest.Digest != "" {
			entries = append(entries, source.Entry{Image: is, Source: name.String()})
		}
	}
	if len(entries) == 0 {
		return nil, nil, fmt.Errorf("reading the draft %q: %w: it has no platform", reference.FamiliarString(name),
			store.ErrNoDraft)
	}
	if len(d.Elsewhere()) == 0 {
		return entries, r.store.Content(), nil
	}
	stage := staged.Stage{
		Store: r.store, Client: r.host.Registries(r.request.Trust, r.notify), Draft: d,
		At: func(is manifest.Image) []string { return d.Note(is.Platform).Staged },
	}
	blobs, err := stage.Blobs(ctx, r.store.Content(), d.Images)
	if err != nil {
		return nil, nil, err
	}
	return entries, blobs.Streams(), nil
}

// sourceEntries are the platforms of an image in a registry or folder.
func (r *reading) sourceEntries(ctx context.Context, p Place, blobs *source.Blobs) ([]source.Entry, error) {
	var place source.Place
	var err error
	at := p.Ref
	if p.Folder != "" {
		place, err = layout.Open(p.Folder)
	} else {
		at = p.Image.Ref
		place, err = r.host.Registries(r.request.Trust, r.notify).Repository(ctx, p.Image.Name, registry.Pull)
	}
	if err != nil {
		return nil, fmt.Errorf("opening %q: %w", p.Text, err)
	}
	found, err := source.Read(ctx, place, p.Text, at, blobs)
	if err != nil {
		return nil, err
	}
	entries, _ := found.Plain()
	return entries, nil
}

// notify shows a line in the display, as a step that is done.
func (r *reading) notify(message string) {
	shown.Note(r.pw, message)
}
