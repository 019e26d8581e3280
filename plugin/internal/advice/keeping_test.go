package advice

import (
	"errors"
	"testing"

	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// An init that is told to be run next says all that the command has said for it.
func TestKeeping(t *testing.T) {
	given := []string{
		"--builder",
		"far",
		"--node",
		"linux/arm64=ssh://pi",
		"--driver-opt",
		"network=host",
		"--platform",
		"all",
	}
	for _, tc := range []struct{ verb, next, want string }{
		{
			"init", "docker multiplat init",
			"docker multiplat init --builder far --driver-opt network=host --node linux/arm64=ssh://pi --platform all",
		},
		{
			"init", "docker multiplat init --platform linux/arm/v7",
			"docker multiplat init --platform linux/arm/v7 --builder far --driver-opt network=host --node linux/arm64=ssh://pi",
		},
		{
			"init", "docker buildx rm far && docker multiplat init",
			"docker buildx rm far && docker multiplat init --builder far --driver-opt network=host " +
				"--node linux/arm64=ssh://pi --platform all",
		},
		{
			"init", "docker multiplat init --builder far-2   (then build with --builder far-2)",
			"docker multiplat init --builder far-2 --driver-opt network=host --node linux/arm64=ssh://pi --platform all" +
				"   (then build with --builder far-2)",
		},
		{
			"init", "docker context create NAME && docker --context NAME multiplat init",
			"docker context create NAME && docker --context NAME multiplat init --builder far --driver-opt network=host " +
				"--node linux/arm64=ssh://pi --platform all",
		},
		{
			"init", "docker multiplat init --recreate --driver-opt qemu.install=true --platform linux/arm64",
			"docker multiplat init --recreate --driver-opt qemu.install=true --platform linux/arm64 --builder far " +
				"--driver-opt network=host --node linux/arm64=ssh://pi",
		},
		{"build", "docker multiplat init", "docker multiplat init --builder far"},
		{"status", "docker multiplat init --platform linux/arm/v7", "docker multiplat init --platform linux/arm/v7 --builder far"},
		{"build", "docker multiplat init --builder here", "docker multiplat init --builder here"},
		{"build", "docker multiplat build -t a .", "docker multiplat build -t a ."},
		{"build", "docker run --rm multiplat initial", "docker run --rm multiplat initial"},
		{"build", "", ""},
	} {
		flags := pflag.NewFlagSet(tc.verb, pflag.ContinueOnError)
		flags.String("builder", "", "")
		flags.StringArray("node", nil, "")
		flags.StringArray("driver-opt", nil, "")
		flags.StringSlice("platform", nil, "")
		assert.NilError(t, flags.Parse(given))
		err := Keeping(failure.Wrap(nil, errors.New("no"), tc.next), Given(tc.verb, flags, nil))
		wrapped, ok := errors.AsType[*failure.Error](err)
		assert.Assert(t, ok)
		assert.Equal(t, wrapped.Next, tc.want)
	}
	assert.NilError(t, Keeping(nil, Line{}))
}
