package plugin

import (
	"fmt"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// refuseMixed tells platforms of different sources: an index should be of one.
func (o *gateOptions) refuseMixed(draft store.Draft, images []manifest.Image) error {
	if o.allowMixed || len(images) == 0 {
		return nil
	}
	first := images[0]
	for _, other := range images[1:] {
		a := draft.Note(first.Platform).Source
		b := draft.Note(other.Platform).Source
		if differing := differences(a, b); len(differing) > 0 {
			return fmt.Errorf("%s and %s are of different sources: %s: %w", manifest.FormatPlatform(first.Platform),
				manifest.FormatPlatform(other.Platform), strings.Join(differing, "; "), errMixed)
		}
	}
	return nil
}
