package plugin

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
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
		options := gateOptions{allowUntested: tc.values}
		policy, err := options.parse()
		assert.NilError(t, err)
		assert.Equal(t, policy.WaiveAll, tc.waiveAll)
		assert.Equal(t, manifest.PlatformList(policy.Waived), tc.waived)
	}
	for _, options := range []gateOptions{{reason: "why"}, {allowUntested: []string{}}, {allowUntested: []string{"vax"}}} {
		_, err := options.parse()
		assert.Equal(t, codeOf(err), exitInput, "%v", err)
	}
}
