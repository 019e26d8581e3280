package release

import (
	"context"
	"fmt"
	"os"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
)

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
	if _, err := os.Stat(h.StoreFolder()); err != nil {
		return false
	}
	err := h.WithStore(ctx, func(s *store.Store) error {
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
