package plugin

import (
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// agreement is what all files say of one thing, and which file said it first.
type agreement map[string]struct{ value, file string }

// check takes in what one file says of its images, and refuses what an earlier one said otherwise.
func (a agreement) check(file string, images []metadataImage) error {
	for _, image := range images {
		for _, key := range []string{builder.SourceRevision, builder.SourceDockerfile} {
			value := image.Source[key]
			if value == "" || image.Carried {
				continue
			}
			earlier, ok := a[key]
			if ok && earlier.value != value {
				return fail(errMixed, fmt.Errorf("%w: the %s is %s in %q, but %s in %q",
					errMixed, key, earlier.value, earlier.file, value, file), "", "to merge them all the same: --allow-mixed")
			}
			a[key] = struct{ value, file string }{value, file}
		}
	}
	return nil
}
