package command

import (
	"context"
	"os"
	"testing"

	"github.com/docker/cli/cli/command"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

func TestNewTestCommandOptions(t *testing.T) {
	var got testCommandOptions
	parse(
		t,
		newTestCommand(plugintest.NewCLI(t), func(_ context.Context, _ command.Cli, options testCommandOptions) error {
			got = options
			return nil
		}),
		"--platform",
		"arm64",
		"--jobs=2",
		"--emulation",
		"never",
		"--test-exec",
		"a b",
		"--test-script",
		"c",
		"--test-config",
		"d.yaml",
		"--test-env",
		"E=1,2",
		"--test-network",
		"f",
		"--test-sandbox",
		"strict",
		"--test-memory",
		"16m",
		"--test-cpus",
		"1.5",
		"--test-pids",
		"9",
		"--report",
		"g.xml",
		"--report",
		"h.md",
		"app:1",
	)
	tests := defaultTests()
	tests.TestRun = option.TestRun{
		Execs: []string{"a b"}, Scripts: []string{"c"}, Files: []string{"d.yaml"}, Env: []string{"E=1,2"}, Network: "f",
		Sandbox: "strict", Memory: 16 << 20, Cpus: 15e8, Pids: 9, Reports: []string{"g.xml", "h.md"},
	}
	got.Commands, got.Insecure, got.AllowForeign, got.line = nil, nil, nil, advice.Line{}
	plugintest.AssertSame(t, got, testCommandOptions{
		Platform: option.Platform{Values: []string{"arm64"}}, Progress: view.Progress{Mode: "auto"},
		Registry: option.Registry{RetryTimeout: option.DefaultRetryTimeout},
		Test:     tests, jobs: 2, emulation: "never", format: view.FormatTable, name: "app:1",
	})
}

func TestTestOptionsImplyTests(t *testing.T) {
	t.Chdir(t.TempDir())
	assert.NilError(t, os.WriteFile("t.yaml", []byte("schemaVersion: 2.0.0\nmetadataTest: {user: u}\n"), 0o600))
	t.Setenv("FROM_HERE", "here")
	for _, tc := range []struct {
		args []string
		want bool
	}{
		{nil, false},
		{[]string{"--test-timeout", "1m"}, false},
		{[]string{"--test-local"}, true},
		{[]string{"--test-exec", "a"}, true},
		{[]string{"--test-script", "true"}, true},
		{[]string{"--test-config", "t.yaml"}, true},
		{[]string{"--test-env", "FROM_HERE"}, true},
		{[]string{"--test-network", "n"}, true},
		{[]string{"--test-sandbox", "strict"}, true},
		{[]string{"--report", "r.xml"}, true},
	} {
		options := parseBuild(t, plugintest.NewCLI(t), append(tc.args, ".")...)
		spec, wanted, err := options.Spec()
		assert.NilError(t, err)
		assert.Equal(t, wanted, tc.want, "%q", tc.args)
		assert.Equal(t, spec.Memory, int64(2<<30))
		if len(spec.Env) > 0 {
			assert.DeepEqual(t, spec.Env, []string{"FROM_HERE=here"})
		}
	}
}
