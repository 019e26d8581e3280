package release

import (
	"context"
	"fmt"
	"slices"
	"sync"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest/layout"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
)

// sourceJobs is how many sources are read at once.
const sourceJobs = 8

// ParsePlaces reads the sources of a command line, then those of metadata files, which may be mixed if that is said.
func ParsePlaces(texts, files []string, mixed bool) ([]ref.Source, error) {
	var places []ref.Source
	for _, text := range texts {
		place, err := ref.ParseSource(text)
		if err == nil && place.Folder != "" {
			err = checkFolder(place.Folder)
		}
		if err != nil {
			return nil, err
		}
		places = append(places, place)
	}
	found, err := readMetadataFiles(files, mixed)
	return append(places, found...), err
}

// checkFolder looks at a folder before any registry is asked.
func checkFolder(folder string) error {
	if err := layout.Check(folder); err != nil {
		return err
	}
	_, err := layout.Open(folder)
	return err
}

// readPlaces reads all sources, a few at a time, and lists their parts in the order of the sources. Where only configs
// are left to be read, meanwhile is called with them: nothing is asked after.
func readPlaces(
	ctx context.Context, s *Session, places []ref.Source, origins *source.Blobs, meanwhile func(context.Context),
) ([]source.Entry, error) {
	found, sources := make([]source.Found, len(places)), make([]source.Image, len(places))
	err := eachPlace(ctx, places, func(ctx context.Context, i int) (err error) {
		found[i], err = findPlace(ctx, s, places[i], origins)
		return err
	})
	if err != nil {
		return nil, err
	}
	var aside sync.WaitGroup
	if !slices.ContainsFunc(found, func(f source.Found) bool { return !f.IsPlain() }) {
		aside.Go(func() { meanwhile(ctx) })
	}
	err = eachPlace(ctx, places, func(ctx context.Context, i int) (err error) {
		sources[i], err = found[i].Read(ctx)
		return err
	})
	aside.Wait()
	if err != nil {
		return nil, err
	}
	var parts []source.Entry
	for i, image := range sources {
		parts = append(parts, s.plain(image, places[i].Text)...)
	}
	return parts, nil
}

// eachPlace calls read for each of places, a few at a time.
func eachPlace(ctx context.Context, places []ref.Source, read func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sourceJobs)
	for i := range places {
		group.Go(func() error { return read(ctx, i) })
	}
	return group.Wait()
}

// plain are the images that go into an index of one image per platform. What is left out is named.
func (s *Session) plain(found source.Image, name string) []source.Entry {
	entries, left := found.Plain()
	for _, what := range left {
		s.Notify("warning: left out of what " + name + " has: " + what)
	}
	return entries
}

// readPlace reads one source.
func readPlace(
	ctx context.Context, s *Session, p ref.Source, origins *source.Blobs,
) (source.Image, error) {
	found, err := findPlace(ctx, s, p, origins)
	if err != nil {
		return source.Image{}, err
	}
	return found.Read(ctx)
}

// findPlace looks for one source.
func findPlace(
	ctx context.Context, s *Session, p ref.Source, origins *source.Blobs,
) (source.Found, error) {
	if p.Folder != "" {
		place, err := layout.Open(p.Folder)
		if err != nil {
			return source.Found{}, err
		}
		return source.Find(ctx, place, p.Text, p.Ref, origins)
	}
	place, err := s.client.Repository(ctx, p.Image.Name, registry.Pull)
	if err != nil {
		return source.Found{}, fmt.Errorf("opening %q: %w", reference.FamiliarName(p.Image.Name), err)
	}
	found, err := source.Find(ctx, place, p.Text, p.Image.Ref, origins)
	if cerrdefs.IsNotFound(err) && p.Image.IsDigest() {
		if err := await(ctx, s, p, place); err != nil {
			return found, err
		}
		found, err = source.Find(ctx, place, p.Text, p.Image.Ref, origins)
	}
	if cerrdefs.IsNotFound(err) {
		return found, explainNotFound(ctx, s.host, p.Image, err)
	}
	return found, err
}

// await looks for a digest again, as long as a request may be tried again: who names a digest has it from a machine
// that published it, and registries take some time to show what they have taken.
func await(ctx context.Context, s *Session, p ref.Source, place *registry.Repository) error {
	s.Notify(p.Text + " is not shown yet, looking again")
	_, err := place.Until(ctx, func(ctx context.Context) (bool, error) {
		_, err := place.Head(ctx, p.Image.Ref)
		if cerrdefs.IsNotFound(err) {
			return false, nil
		}
		return err == nil, err
	})
	return err
}

// MisplacedError is a source that is not in its registry, but on this machine.
type MisplacedError struct {
	Image ref.Image
	// Draft tells that it is a draft; else it is in the engine.
	Draft bool
	Err   error
}

// Error implements error.
func (e *MisplacedError) Error() string {
	where := "in the engine"
	if e.Draft {
		where = "a draft"
	}
	return fmt.Sprintf("%s is %s only, not in its registry: %s", e.Image, where, e.Err)
}

// Unwrap returns what the registry said.
func (e *MisplacedError) Unwrap() error { return e.Err }

// explainNotFound explains a source that is not in its registry: it may be a draft that is not published yet, or be in
// the engine only.
func explainNotFound(ctx context.Context, h dockercli.Host, image ref.Image, err error) error {
	tagged, untagged := reference.WithTag(image.Name, image.Ref)
	switch {
	case untagged != nil: // a digest is in no draft's name
		return err
	case isDraft(ctx, h, tagged):
		return &MisplacedError{Image: image, Draft: true, Err: err}
	case inEngine(ctx, h, image.String()):
		return &MisplacedError{Image: image, Err: err}
	}
	return err
}

// isDraft tells whether the store has a draft of that name. A store that is not there is not made.
func isDraft(ctx context.Context, h dockercli.Host, name reference.NamedTagged) bool {
	err := h.Look(ctx, func(s *store.Store) error {
		_, err := s.Draft(ctx, name)
		return err
	})
	return err == nil
}

// inEngine tells whether the engine, if there is one, has an image of that name.
func inEngine(ctx context.Context, h dockercli.Host, name string) bool {
	ctx, cancel := context.WithTimeout(ctx, dockercli.EngineLimit)
	defer cancel()
	_, err := h.EngineClient().ImageInspect(ctx, name)
	return err == nil
}
