package plugin

import (
	"fmt"
	"testing"

	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

func TestHelp(t *testing.T) {
	for _, tc := range []struct {
		golden string
		args   []string
	}{
		{"help.golden", []string{"--help"}},
		{"help.golden", nil},
		{"help-build.golden", []string{"build", "--help"}},
		{"help-publish.golden", []string{"publish", "--help"}},
	} {
		t.Run(fmt.Sprint(tc.args), func(t *testing.T) {
			fake := newFakeCLI(t)
			assert.NilError(t, fake.run(t, tc.args...))
			golden.Assert(t, fake.stdout.String(), tc.golden)
			assert.Equal(t, fake.stderr.String(), "")
		})
	}
}

// The flags of publish where they are wrapped for a narrow and a wide terminal.
func TestPublishFlagsWrapped(t *testing.T) {
	flags := newPublishCommand(newFakeCLI(t), nil).Flags()
	for _, columns := range []int{80, 100} {
		golden.Assert(t, flags.FlagUsagesWrapped(columns), fmt.Sprintf("flags-publish-%d.golden", columns))
	}
}

// What nobody can see in the help nobody finds; --output is there to be refused.
func TestEveryFlagIsDescribed(t *testing.T) {
	root := NewCommand(t.Context(), newFakeCLI(t))
	for _, cmd := range root.Commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			hidden := f.Hidden && f.Name == "output"
			assert.Check(t, hidden || !f.Hidden && f.Usage != "", "%s --%s", cmd.Name(), f.Name)
		})
	}
}
