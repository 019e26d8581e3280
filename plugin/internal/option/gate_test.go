package option

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// What the flags say becomes a policy: without a value all but what failed, else those named.
func TestGatePolicy(t *testing.T) {
	for _, tc := range []struct {
		values   []string
		waived   string
		waiveAll bool
	}{
		{nil, "", false},
		{[]string{"all"}, "", true},
		{[]string{"arm64"}, "linux/arm64", false},
		{[]string{"all", "arm64"}, "linux/arm64", true},
	} {
		options := Gate{AllowUntested: tc.values}
		policy, err := options.Parse()
		assert.NilError(t, err)
		assert.Equal(t, policy.WaiveAll, tc.waiveAll)
		assert.Equal(t, platform.List(policy.Waived), tc.waived)
	}
	for _, options := range []Gate{{Reason: "why"}, {AllowUntested: []string{}}, {AllowUntested: []string{"vax"}}} {
		_, err := options.Parse()
		assert.Equal(t, failure.ExitCode(err), failure.ExitInput, "%v", err)
	}
}
