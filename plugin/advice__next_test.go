package plugin

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// Some refusals come before any answer: who speaks to the host is not believed, or the helper does not work.
func TestNextBeforeAnyAnswer(t *testing.T) {
	to := targetOf(named(t, "reg.example/team/app:1"))
	line := commandLine{verb: "docker multiplat publish", args: []string{"reg.example/team/app:1"}}
	for want, err := range map[string]error{
		" reg.example/team/app:1   (once its authority is in /etc/docker/certs.d/reg.example/ca.crt)": registry.ErrUntrusted,
		" --insecure-registry reg.example reg.example/team/app:1   (if plain HTTP is meant)":          registry.ErrPlain,
		" reg.example/team/app:1   (once the credential helper works)":                                registry.ErrCredentials,
	} {
		err = adviseRelease(notBegun([]releaseTarget{to}, 0, fmt.Errorf("opening: %w", err)), line)
		assert.Equal(t, codeOf(err), exitRefused)
		assert.Check(t, strings.Contains(explained(err), "  next: docker multiplat publish"+want+"\n"), explained(err))
	}
}
