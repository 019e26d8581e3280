package plugin

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
)

// The refusal to publish names the command that helps: another test, or another build.
func TestGateNamesTheNextCommand(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	d := saveDraft(t, s, "app:1", "linux/amd64", untestedImage(t, s, "linux/amd64", "app"))
	_, err := passDraft(t.Context(), gate.Policy{}, s, d, nil)
	assert.Assert(t, strings.Contains(explained(adviseShut(err)), "next: docker multiplat test app:1\n"))
	d = saveDraft(t, s, "app:1", "linux/amd64,linux/arm64", untestedImage(t, s, "linux/amd64", "app"))
	_, err = passDraft(t.Context(), gate.Policy{}, s, d, nil)
	assert.Assert(t, strings.Contains(explained(adviseShut(err)),
		"next: docker multiplat build --test-local --platform linux/amd64,linux/arm64 -t app:1 PATH\n"))
}
