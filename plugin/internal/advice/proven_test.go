package advice

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// An init that is told to be run for a platform that is missing takes none away that ran before: what it names is what
// is built from then on.
func TestWithProven(t *testing.T) {
	proven := func() []string { return []string{"linux/amd64", "linux/arm64"} }
	none := func() []string { return nil }
	for _, tc := range []struct {
		next, want string
		proven     func() []string
	}{
		{
			"docker multiplat init --platform linux/arm64", "docker multiplat init --platform linux/amd64,linux/arm64", proven,
		},
		{
			"docker multiplat init --platform linux/s390x,linux/arm64   (as root)",
			"docker multiplat init --platform linux/amd64,linux/arm64,linux/s390x   (as root)", proven,
		},
		{"docker multiplat init --platform all", "docker multiplat init --platform all", proven},
		{"docker multiplat init --platform linux/arm64", "docker multiplat init --platform linux/arm64", none},
		{"docker multiplat init", "docker multiplat init", proven},
		{"docker multiplat build --platform linux/arm64 .", "docker multiplat build --platform linux/arm64 .", proven},
		{"", "", proven},
	} {
		err := WithProven(failure.Wrap(nil, errors.New("no"), tc.next), tc.proven)
		wrapped, ok := errors.AsType[*failure.Error](err)
		assert.Assert(t, ok)
		assert.Equal(t, wrapped.Next, tc.want)
	}
	assert.NilError(t, WithProven(nil, none))
}
