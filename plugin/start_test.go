package plugin

import (
	"testing"

	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"
)

// The commands are made anew at every start, also for the one word that the Docker CLI asks of each plugin. What that
// takes is so much for each flag, however many there are: nothing that all flags share is made for each of them.
func TestStartAllocates(t *testing.T) {
	const perFlag, base = 8, 500
	fake := newFakeCLI(t)
	flags := 0
	for _, cmd := range NewCommand(t.Context(), fake).Commands() {
		cmd.Flags().VisitAll(func(*pflag.Flag) { flags++ })
	}
	made := testing.AllocsPerRun(1, func() { NewCommand(t.Context(), fake) })
	t.Logf("%.0f allocations for %d flags", made, flags)
	assert.Check(t, made < base+perFlag*float64(flags), "%.0f allocations for %d flags", made, flags)
}
