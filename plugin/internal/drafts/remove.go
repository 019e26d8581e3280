package drafts

import (
	"context"
	"errors"
	"slices"

	"github.com/distribution/reference"

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
		take: func(ctx context.Context, list []draft.Draft) (gone, changed []draft.Draft, err error) {
			gone, err = s.RemoveAll(ctx, list)
			return gone, nil, err
		},
		between: s.ForgetDebts,
	})
	return r, errors.Join(absent...), err
}

// removal is how drafts are removed.
type removal struct {
	// take takes some out of the store, and says which are gone by that, and which are others by now.
	take func(context.Context, []draft.Draft) (gone, changed []draft.Draft, err error)
	// between is done once the drafts are gone, while the blobs are there.
	between func(context.Context, []draft.Draft) error
}

// atOnce is how many drafts are removed by one change of the list. What is not unloaded yet when somebody interrupts it
// stays in the engine.
const atOnce = 100

// remove removes drafts and their images in the engine, then the blobs nobody needs.
func remove(
	ctx context.Context, h dockercli.Host, s *store.Store, drafts []draft.Draft, how removal,
) (r Removed, err error) {
	engines := unloader{host: h, store: s, silent: map[string]error{}}
	for some := range slices.Chunk(drafts, atOnce) {
		gone, changed, err := how.take(ctx, some)
		if err != nil {
			return r, err
		}
		for _, d := range changed {
			r.Notes = append(r.Notes, reference.FamiliarString(d.Name)+" left alone: it was changed meanwhile")
		}
		r.Drafts = append(r.Drafts, gone...)
		for _, d := range gone {
			r.Notes = append(r.Notes, engines.unload(ctx, d)...)
		}
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
