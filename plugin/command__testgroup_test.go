package plugin

import (
	"context"
	"os"
	"testing"

	"github.com/docker/cli/cli/command"
	"gotest.tools/v3/assert"
)

func TestNewTestCommandOptions(t *testing.T) {
	var got testCommandOptions
	parse(
		t,
		newTestCommand(newTestCLI(t), func(_ context.Context, _ command.Cli, options testCommandOptions) error {
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
	tests.trialOptions = trialOptions{
		execs: []string{"a b"}, scripts: []string{"c"}, files: []string{"d.yaml"}, env: []string{"E=1,2"}, network: "f",
		sandbox: "strict", memory: 16 << 20, cpus: 15e8, pids: 9, reports: []string{"g.xml", "h.md"},
	}
	got.commands, got.insecure, got.allowForeign = nil, nil, nil
	assertSame(t, got, testCommandOptions{
		platformOptions: platformOptions{values: []string{"arm64"}}, progressOptions: progressOptions{mode: "auto"},
		registryOptions: registryOptions{retryTimeout: defaultRetryTimeout},
		testOptions:     tests, jobs: 2, emulation: "never", format: formatTable, name: "app:1",
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
		{[]string{"--test-script", "a"}, true},
		{[]string{"--test-config", "t.yaml"}, true},
		{[]string{"--test-env", "FROM_HERE"}, true},
		{[]string{"--test-network", "n"}, true},
		{[]string{"--test-sandbox", "strict"}, true},
		{[]string{"--report", "r.xml"}, true},
	} {
		options := parseBuild(t, newTestCLI(t), append(tc.args, ".")...)
		spec, wanted, err := options.spec()
		assert.NilError(t, err)
		assert.Equal(t, wanted, tc.want, "%q", tc.args)
		assert.Equal(t, spec.Memory, int64(2<<30))
		if len(spec.Env) > 0 {
			assert.DeepEqual(t, spec.Env, []string{"FROM_HERE=here"})
		}
	}
}
