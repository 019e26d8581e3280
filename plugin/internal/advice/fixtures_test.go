package advice

import (
	"strings"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// explained is what the user reads of an error.
func explained(err error) string {
	var out strings.Builder
	view.Explain(&out, err)
	return out.String()
}
