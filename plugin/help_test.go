package plugin

import (
	"fmt"
	"strings"
	"testing"

	"github.com/docker/cli/cli/debug"
	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/command"
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
			golden.Assert(t, fake.Stdout.String(), tc.golden)
			assert.Equal(t, fake.Stderr.String(), "")
		})
	}
}

// -D may stand after any command, as with docker buildx build, and still before it.
func TestDebugFlag(t *testing.T) {
	t.Cleanup(debug.Disable)
	for _, args := range [][]string{{"-D", "version"}, {"version", "-D"}, {"version", "--debug"}} {
		debug.Disable()
		assert.NilError(t, newFakeCLI(t).run(t, args...))
		assert.Assert(t, debug.IsEnabled(), "%q", args)
	}
	debug.Disable()
	assert.NilError(t, newFakeCLI(t).run(t, "version"))
	assert.Assert(t, !debug.IsEnabled())
}

// The flags of publish where they are wrapped for a narrow and a wide terminal.
func TestPublishFlagsWrapped(t *testing.T) {
	flags := command.NewPublishCommand(newFakeCLI(t), nil).Flags()
	for _, columns := range []int{80, 100} {
		golden.Assert(t, flags.FlagUsagesWrapped(columns), fmt.Sprintf("flags-publish-%d.golden", columns))
	}
}

// What nobody can see in the help nobody finds; hidden are those of docker buildx build that scripts may carry.
func TestEveryFlagIsDescribed(t *testing.T) {
	legacy := map[string]bool{}
	for _, flag := range command.LegacyFlags() {
		legacy[flag.Name] = true
	}
	root := NewCommand(t.Context(), newFakeCLI(t))
	for _, cmd := range root.Commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			hidden := f.Hidden && legacy[f.Name] && cmd.Name() == "build"
			assert.Check(t, hidden || !f.Hidden && f.Usage != "", "%s --%s", cmd.Name(), f.Name)
		})
	}
}

// What is ours alone does not stand under the heading of what buildx has.
func TestHelpTellsOursFromBuildx(t *testing.T) {
	fake := newFakeCLI(t)
	out, err := fake.command(t, "build", "--help")
	assert.NilError(t, err)
	_, theirs, found := strings.Cut(out, "as docker buildx build takes them")
	assert.Assert(t, found)
	for _, flag := range []string{"push", "emulation", "format", "insecure-registry", "retry-timeout", "jobs"} {
		assert.Check(t, !strings.Contains(theirs, "--"+flag+" "), flag)
		assert.Check(t, strings.Contains(out, "--"+flag+" "), flag)
	}
}
