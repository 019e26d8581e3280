package request

import (
	"fmt"
	"slices"

	"github.com/docker/buildx/util/buildflags"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Method is what `docker buildx build --call` asks of a Dockerfile instead of building it.
type Method struct {
	// Name is the frontend's word, such as lint, outline or targets.
	Name string
	// Format is text, or json.
	Format string
	// IgnoreStatus leaves the exit status of the call out of account.
	IgnoreStatus bool
}

// ParseMethod reads the value of --call. ok is false for "build", which is to build.
func ParseMethod(text string) (m Method, ok bool, err error) {
	call, err := buildflags.ParseCallFunc(text)
	if err != nil {
		return m, false, errdefs.Classify(fmt.Errorf("reading --call %q: %w", text, err), errdefs.ErrInput)
	}
	if call == nil {
		return m, false, nil
	}
	if !slices.Contains([]string{"check", "lint", "outline", "targets", "subrequests.describe"}, call.Name) {
		return m, false, errdefs.Classify(
			fmt.Errorf("unknown --call %q; use build, check, outline or targets", text), errdefs.ErrInput)
	}
	if !slices.Contains([]string{"", "text", "json"}, call.Format) {
		return m, false, errdefs.Classify(
			fmt.Errorf("--call %q: there is no format %q; use text or json", text, call.Format), errdefs.ErrInput)
	}
	return Method{Name: call.Name, Format: call.Format, IgnoreStatus: call.IgnoreStatus}, true, nil
}
