package advice

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"
)

// A command to run next has no secrets of the addresses that were given.
func TestLinesHoldNoSecretsOfAddresses(t *testing.T) {
	flags := pflag.NewFlagSet("build", pflag.ContinueOnError)
	flags.StringP("file", "f", "", "")
	flags.StringArray("build-context", nil, "")
	assert.NilError(
		t,
		flags.Parse([]string{"-f", "https://host/D?t=CANARY", "--build-context", "a=https://CANARY@host/x.git"}),
	)
	line := Given("build", flags, []string{"https://u:CANARY@host/x.git#main"}).String()
	assert.Assert(t, !strings.Contains(line, "CANARY"), line)
	assert.Assert(t, strings.Contains(line, "--build-context 'a=https://xxxxx@host/x.git'") ||
		strings.Contains(line, "--build-context a=https://xxxxx@host/x.git"), line)
	assert.Assert(t, strings.Contains(line, "https://xxxxx:xxxxx@host/x.git#main"), line)
}
