package inspect

import (
	"context"
	"errors"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Request says what is to be looked at, and how the registry is reached.
type Request struct {
	Name reference.NamedTagged
	// Local looks at the draft alone, and contacts nothing; Remote at what is published alone.
	Local, Remote bool
	Trust         dockercli.Trust
}

// Inspection is what inspect shows.
type Inspection struct {
	Name      string `json:"name"`
	Draft     *Image `json:"draft,omitempty"`
	Published *Image `json:"published,omitempty"`
	// State compares the two: same, differs, unpublished, no draft, unknown; or says that only one was looked at.
	State string `json:"state"`
}

// Platforms are those of both sides.
func (i Inspection) Platforms() (names []string) {
	for _, side := range []*Image{i.Draft, i.Published} {
		if side == nil {
			continue
		}
		for _, p := range side.Platforms {
			names = append(names, p.Platform)
		}
	}
	return names
}

// Run reads both sides. Where only the registry fails, there is something to show all the same: the view is
// not nil then,
// beside the error. notify gets one line per wait for the registry.
func (r Request) Run(ctx context.Context, h dockercli.Host, notify func(string)) (*Inspection, error) {
	view := &Inspection{Name: reference.FamiliarString(r.Name)}
	var err error
	if view.Draft, err = r.draftSide(ctx, h); err != nil {
		return nil, err
	}
	view.Published, err = r.publishedSide(ctx, h, notify, view.Draft != nil)
	err = failure.Interrupted(ctx, err)
	if err != nil && view.Draft == nil && view.Published == nil {
		return nil, err
	}
	view.State = r.compare(*view, err)
	return view, err
}

// draftSide reads the draft; nil where there is none, which is an error only where nothing else is asked for.
func (r Request) draftSide(ctx context.Context, h dockercli.Host) (*Image, error) {
	if r.Remote {
		return nil, nil
	}
	view, err := inspectDraft(ctx, h, r.Name)
	if !r.Local && errors.Is(err, store.ErrNoDraft) {
		return nil, nil
	}
	return view, err
}

// publishedSide reads what is published; nil where there is nothing, which is an error where there is no draft either.
func (r Request) publishedSide(
	ctx context.Context, h dockercli.Host, notify func(string), drafted bool,
) (*Image, error) {
	if r.Local {
		return nil, nil
	}
	view, err := inspectPublished(ctx, h.Registries(r.Trust, notify), r.Name)
	switch {
	case err == nil:
		return view, nil
	case view != nil:
		return view, fmt.Errorf("reading %q: %w", reference.FamiliarString(r.Name), err)
	case drafted && unpublished(err):
		return nil, nil
	}
	return nil, failure.Wrap(nil, fmt.Errorf("reading %q: %w", reference.FamiliarString(r.Name), err), "")
}

// compare says how the two sides stand to each other.
func (r Request) compare(v Inspection, remoteErr error) string {
	switch {
	case r.Local:
		return "draft only"
	case r.Remote:
		return "published only"
	case remoteErr != nil:
		return "unknown"
	case v.Draft == nil:
		return "no draft"
	case v.Published == nil:
		return "unpublished"
	case v.Draft.Digest == v.Published.Digest:
		return "same"
	}
	return "differs"
}

// unpublished tells that there is no such tag. An index whose parts are missing is another matter.
func unpublished(err error) bool {
	return cerrdefs.IsNotFound(err) && !errors.Is(err, registry.ErrIntegrity)
}

// inspectDraft reads a draft. Looking makes no store where there is none.
func inspectDraft(ctx context.Context, h dockercli.Host, name reference.NamedTagged) (view *Image, err error) {
	err = h.Look(ctx, func(s *store.Store) error {
		d, err := s.Draft(ctx, name)
		if err != nil {
			return err
		}
		view, err = viewOfDraft(ctx, s, d)
		return err
	})
	return view, err
}

// inspectPublished reads what a tag holds in the registry.
func inspectPublished(ctx context.Context, client *registry.Client, name reference.NamedTagged) (*Image, error) {
	repository, err := client.Repository(ctx, name, registry.Pull)
	if err != nil {
		return nil, err
	}
	desc, _, err := repository.Resolve(ctx, name.Tag())
	if err != nil {
		return nil, err
	}
	view, err := viewOfPublished(ctx, repository, desc)
	if cerrdefs.IsNotFound(err) { // the tag is there, and something it needs is not
		err = failure.Wrap(registry.ErrIntegrity, err, "")
	}
	return view, err
}
