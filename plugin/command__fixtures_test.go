package plugin

import (
	"testing"

	"github.com/spf13/cobra"
	"gotest.tools/v3/assert"
)

// parse runs one command whose run function captures its options.
func parse(t *testing.T, cmd *cobra.Command, args ...string) {
	t.Helper()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(append([]string{}, args...)) // of nil cobra would make those of the process
	assert.NilError(t, cmd.ExecuteContext(t.Context()))
}
