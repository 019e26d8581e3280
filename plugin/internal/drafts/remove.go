package drafts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// Removed is what became of drafts that were removed, and what was freed.
type Removed struct {
	// Drafts are those that are gone.
	Drafts []draft.Draft
	// Notes say what stays in the engine, and why.
	Notes []string
	// Freed is what the store has got rid of; Busy tells that it is in use, and keeps its blobs until the next time.
	Freed store.Freed
	Busy  bool
}

// RemoveNamed removes the drafts of these names. One that is not there does not keep the others: the errors say so.
func RemoveNamed(
	ctx context.Context, h dockercli.Host, s *store.Store, names []reference.NamedTagged,
) (r Removed, missing, err error) {
	var drafts []draft.Draft
	var absent []error
	for _, name := range names {
		d, err := s.Draft(ctx, name)
		if errors.Is(err, store.ErrNoDraft) {
			absent = append(absent, err)
			continue
		}
		if err != nil && d.Damaged == nil {
			return r, nil, err
		}
		drafts = append(drafts, d)
	}
	r, err = Remove(ctx, h, s, drafts, s.ForgetDebts)
	return r, errors.Join(absent...), err
}

// Remove removes drafts and their images in the engine, then the blobs nobody needs. What else is to be done once the
// drafts are gone, while the blobs are there, is done in between.
func Remove(
	ctx context.Context, h dockercli.Host, s *store.Store, drafts []draft.Draft,
	between func(context.Context, []draft.Draft) error,
) (r Removed, err error) {
	for _, d := range drafts {
		if err := s.Remove(ctx, d.Name); err != nil {
			return r, err
		}
		r.Drafts = append(r.Drafts, d)
		r.Notes = append(r.Notes, unload(ctx, h, s, d)...)
	}
	slices.Sort(r.Notes)
	r.Notes = slices.Compact(r.Notes)
	if err := between(ctx, drafts); err != nil {
		return r, err
	}
	r.Freed, err = s.RemoveUnneeded(ctx)
	if errors.Is(err, store.ErrBusy) {
		r.Busy, err = true, nil
	}
	return r, err
}

// unload removes a draft's images from the engine. What has their names and was not loaded from the draft stays, so
// does what a container uses, and so does everything when the engine does not answer: the notes say so, and nothing
// fails for it.
func unload(ctx context.Context, h dockercli.Host, s *store.Store, d draft.Draft) (notes []string) {
	names := loadedNames(ctx, s, d)
	if len(names) == 0 {
		return nil // and no engine to be asked
	}
	ctx, cancel := context.WithTimeout(ctx, dockercli.EngineWait)
	defer cancel()
	engine := h.EngineClient()
	for _, name := range names {
		found, err := engine.ImageInspect(ctx, name.text)
		if err == nil && !slices.Contains(name.ids, found.ID) {
			notes = append(notes, name.text+" left alone: not this draft's image")
			continue
		}
		if err == nil {
			_, err = engine.ImageRemove(ctx, name.text, dockerclient.ImageRemoveOptions{PruneChildren: true})
		}
		switch {
		case err == nil || cerrdefs.IsNotFound(err):
		case cerrdefs.IsConflict(err):
			notes = append(notes, name.text+" stays in the engine: a container uses it")
		default:
			return append(notes, fmt.Sprintf("the engine was not asked to remove %s: %s", name.text, err))
		}
	}
	return notes
}
