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
	r, err = remove(ctx, h, s, drafts, removal{
		take:    func(ctx context.Context, d draft.Draft) error { return s.Remove(ctx, d.Name) },
		between: s.ForgetDebts,
	})
	return r, errors.Join(absent...), err
}

// removal is how drafts are removed.
type removal struct {
	// take takes one out of the store. One that is gone, or is another by now, is nothing to be removed.
	take func(context.Context, draft.Draft) error
	// between is done once the drafts are gone, while the blobs are there.
	between func(context.Context, []draft.Draft) error
}

// remove removes drafts and their images in the engine, then the blobs nobody needs.
func remove(
	ctx context.Context, h dockercli.Host, s *store.Store, drafts []draft.Draft, how removal,
) (r Removed, err error) {
	for _, d := range drafts {
		err := how.take(ctx, d)
		if errors.Is(err, store.ErrChanged) {
			r.Notes = append(r.Notes, reference.FamiliarString(d.Name)+" left alone: it was changed meanwhile")
			continue
		}
		if errors.Is(err, store.ErrNoDraft) {
			continue // another process was faster
		}
		if err != nil {
			return r, err
		}
		r.Drafts = append(r.Drafts, d)
		r.Notes = append(r.Notes, unload(ctx, h, s, d)...)
	}
	slices.Sort(r.Notes)
	r.Notes = slices.Compact(r.Notes)
	if err := how.between(ctx, r.Drafts); err != nil {
		return r, err
	}
	r.Freed, err = s.RemoveUnneeded(ctx)
	if errors.Is(err, store.ErrBusy) {
		r.Busy, err = true, nil
	}
	return r, err
}

// unload removes a draft's images from the engine, and from the others that have tested them. What has their names and
// was not loaded from the draft stays, so does what a container uses, and so does everything when an engine does not
// answer: the notes say so, and nothing fails for it.
func unload(ctx context.Context, h dockercli.Host, s *store.Store, d draft.Draft) (notes []string) {
	names := loadedNames(ctx, s, d)
	if len(names) == 0 {
		return nil // and no engine to be asked
	}
	notes = unloadFrom(ctx, h, names)
	for _, place := range enginesOf(names) {
		there, err := h.On(place)
		if err != nil {
			notes = append(notes, fmt.Sprintf("what was loaded into the engine of %s stays there: %s", place, err))
			continue
		}
		own := slices.DeleteFunc(slices.Clone(names), func(n loadedName) bool { return !slices.Contains(n.engines, place) })
		notes = append(notes, unloadFrom(ctx, there, own)...)
	}
	return notes
}

// enginesOf are the engines that names may be in, other than the one in use, each once.
func enginesOf(names []loadedName) (places []string) {
	for _, name := range names {
		places = append(places, name.engines...)
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// Engines are the engines, other than the one in use, that images of drafts have been loaded into, each once.
func Engines(list []draft.Draft) (places []string) {
	for _, d := range list {
		for _, note := range d.Notes {
			places = append(places, note.Engines...)
		}
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// unloadFrom removes images from the engine of a host.
func unloadFrom(ctx context.Context, h dockercli.Host, names []loadedName) (notes []string) {
	ctx, cancel := context.WithTimeout(ctx, dockercli.EngineWait)
	defer cancel()
	engine, of := h.EngineClient(), "the engine"
	if place := h.Elsewhere(); place != "" {
		of += " of " + place
	}
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
			notes = append(notes, fmt.Sprintf("%s stays in %s: a container uses it", name.text, of))
		default:
			return append(notes, fmt.Sprintf("%s was not asked to remove %s: %s", of, name.text, err))
		}
	}
	return notes
}
