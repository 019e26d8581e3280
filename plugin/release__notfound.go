package plugin

import (
	"context"
	"fmt"
	"os"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// misplacedError is a source that is not in its registry, but on this machine.
type misplacedError struct {
	image sourceName
	// draft tells that it is a draft; else it is in the engine.
	draft bool
	err   error
}

// Error implements error.
func (e *misplacedError) Error() string {
	where := "in the engine"
	if e.draft {
		where = "a draft"
	}
	return fmt.Sprintf("%s is %s only, not in its registry: %s", e.image, where, e.err)
}

// Unwrap returns what the registry said.
func (e *misplacedError) Unwrap() error { return e.err }

// explainNotFound explains a source that is not in its registry: it may be a draft that is not published yet, or be in
// the engine only.
func explainNotFound(ctx context.Context, h host, image sourceName, err error) error {
	tagged, untagged := reference.WithTag(image.name, image.ref)
	switch {
	case untagged != nil: // a digest is in no draft's name
		return err
	case isDraft(ctx, h, tagged):
		return &misplacedError{image: image, draft: true, err: err}
	case inEngine(ctx, h, image.String()):
		return &misplacedError{image: image, err: err}
	}
	return err
}

// isDraft tells whether the store has a draft of that name. A store that is not there is not made.
func isDraft(ctx context.Context, h host, name reference.NamedTagged) bool {
	if _, err := os.Stat(h.storeFolder()); err != nil {
		return false
	}
	err := h.withStore(func(s *store.Store) error {
		_, err := s.Draft(ctx, name)
		return err
	})
	return err == nil
}

// inEngine tells whether the engine, if there is one, has an image of that name.
func inEngine(ctx context.Context, h host, name string) bool {
	ctx, cancel := context.WithTimeout(ctx, engineLimit)
	defer cancel()
	_, err := h.engineClient().ImageInspect(ctx, name)
	return err == nil
}
