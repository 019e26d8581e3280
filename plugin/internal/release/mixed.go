package release

import (
	"fmt"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
)

// checkMixed tells platforms of different sources: an index should be of one.
func checkMixed(d store.Draft, images []manifest.Image) error {
	if len(images) == 0 {
		return nil
	}
	first := images[0]
	for _, other := range images[1:] {
		differing := inputs.Differences(d.Note(first.Platform), d.Note(other.Platform))
		if len(differing) > 0 {
			return fmt.Errorf("%s and %s are of different sources: %s: %w", platform.Format(first.Platform),
				platform.Format(other.Platform), strings.Join(differing, "; "), failure.ErrMixed)
		}
	}
	return nil
}
