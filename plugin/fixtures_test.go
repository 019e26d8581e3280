package plugin

import (
	"context"
	"strings"
	"testing"

	"github.com/docker/cli/cli"
	dockerplugin "github.com/docker/cli/cli-plugins/plugin"
	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// fakeCLI is a Docker CLI of tests that runs our commands.
type fakeCLI struct{ *plugintest.CLI }

func newFakeCLI(t *testing.T) *fakeCLI {
	t.Helper()
	return &fakeCLI{plugintest.NewCLI(t)}
}

// fakeRegistry is a registry of tests, with what single tests do to it.
type fakeRegistry struct{ *plugintest.Registry }

func newFakeRegistry(t *testing.T) *fakeRegistry {
	t.Helper()
	return &fakeRegistry{plugintest.NewRegistry(t)}
}

// rootCommand is `docker multiplat` as the Docker CLI runs it.
func rootCommand(t *testing.T, dockerCLI command.Cli) *cobra.Command {
	t.Helper()
	return rootCommandUntil(t.Context(), t, dockerCLI)
}

// rootCommandUntil is rootCommand, which a context can interrupt.
func rootCommandUntil(ctx context.Context, t *testing.T, dockerCLI command.Cli) *cobra.Command {
	t.Helper()
	before := dockerplugin.PersistentPreRunE
	t.Cleanup(func() { dockerplugin.PersistentPreRunE = before })
	dockerplugin.PersistentPreRunE = func(*cobra.Command, []string) error { return nil }
	root := &cobra.Command{Use: "docker", TraverseChildren: true, SilenceUsage: true, SilenceErrors: true}
	cli.SetupPluginRootCommand(root)
	root.SetIn(dockerCLI.In())
	root.SetOut(dockerCLI.Out())
	root.SetErr(dockerCLI.Err())
	root.AddCommand(NewCommand(ctx, dockerCLI))
	withoutFlagsInUseLine(root)
	return root
}

func withoutFlagsInUseLine(cmd *cobra.Command) {
	cmd.DisableFlagsInUseLine = true
	for _, child := range cmd.Commands() {
		withoutFlagsInUseLine(child)
	}
}

// run runs `docker multiplat ARGS`.
func (f *fakeCLI) run(t *testing.T, args ...string) error {
	t.Helper()
	root := rootCommand(t, f)
	root.SetArgs(append([]string{advice.Program}, args...))
	return root.ExecuteContext(t.Context())
}

// explained is what the user reads of an error.
func explained(err error) string {
	var out strings.Builder
	Explain(&out, err)
	return out.String()
}

// inContext is the same CLI in another docker context.
func (f *fakeCLI) inContext(t *testing.T, name string) *fakeCLI {
	t.Helper()
	return &fakeCLI{f.InContext(t, name)}
}
