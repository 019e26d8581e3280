package option

import (
	"testing"

	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"
)

// What is kept of limits is what was given, to the last digit.
func TestWordsAreExact(t *testing.T) {
	var test Test
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	test.AddFlags(flags)
	given := []string{
		"--test-memory=123456789",
		"--test-cpus=1.23456789",
		"--test-timeout=1.5s",
		"--test-emulated-factor=1.0000001",
	}
	assert.NilError(t, flags.Parse(given))
	assert.DeepEqual(t, test.Words(), given)
}
