package inputs

import (
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Agreement is what all files say of one thing, and which file said it first.
type Agreement map[string]struct{ value, file string }

// Check takes in what one file says of its images, and refuses what an earlier one said otherwise.
func (a Agreement) Check(file string, images []MetadataPlatform) error {
	for _, image := range images {
		for _, key := range []string{request.InputRevision, request.InputDockerfile} {
			value := image.Source[key]
			if value == "" || image.Carried {
				continue
			}
			earlier, ok := a[key]
			if ok && earlier.value != value {
				return failure.Wrap(failure.ErrMixed, fmt.Errorf("%w: the %s is %s in %q, but %s in %q",
					failure.ErrMixed, key, earlier.value, earlier.file, value, file), "", "to merge them all the same: --allow-mixed")
			}
			a[key] = struct{ value, file string }{value, file}
		}
	}
	return nil
}
