package plugin

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/docker/cli/cli/command"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

func TestNewTestCommandOptions(t *testing.T) {
	var got testCommandOptions
	parse(
		t,
		newTestCommand(newFakeCLI(t), func(_ context.Context, _ command.Cli, options testCommandOptions) error {
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
		options := parseBuild(t, newFakeCLI(t), append(tc.args, ".")...)
		spec, wanted, err := options.spec()
		assert.NilError(t, err)
		assert.Equal(t, wanted, tc.want, "%q", tc.args)
		assert.Equal(t, spec.Memory, int64(2<<30))
		if len(spec.Env) > 0 {
			assert.DeepEqual(t, spec.Env, []string{"FROM_HERE=here"})
		}
	}
}

func TestTestCommandRefusals(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	assert.NilError(t, os.WriteFile(bad, []byte("schemaVersion: 2.0.0\ncommandTest: []\n"), 0o600))
	assertRefused(t, []refusal{
		{"no image", []string{"test"}, []string{"takes 1 argument, not 0"}},
		{"bad name", []string{"test", "App"}, []string{`"App"`, "NAME[:TAG] or NAME@DIGEST"}},
		{"bad platform", []string{"test", "--platform", "a/b/c/d", "app"}, []string{"a/b/c/d"}},
		{
			"unknown emulation",
			[]string{"test", "--emulation", "build-only", "app"},
			[]string{"build-only", "use allow or never"},
		},
		{"negative jobs", []string{"test", "--jobs=-1", "app"}, []string{"--jobs -1"}},
		{"unknown sandbox", []string{"test", "--test-sandbox", "jail", "app"}, []string{`"jail"`, "plain or strict"}},
		{"no network", []string{"test", "--test-network", "", "app"}, []string{"--test-network is empty"}},
		{"negative limit", []string{"test", "--test-pids=-1", "app"}, []string{"0 is no limit"}},
		{"variable without a name", []string{"test", "--test-env", "=a", "app"}, []string{`"=a"`, "KEY=VALUE"}},
		{"empty command inside", []string{"test", "--test-exec", " ", "app"}, []string{"there is no word in it"}},
		{"unknown report", []string{"test", "--report", "r.txt", "app"}, []string{`"r.txt"`, ".xml"}},
		{
			"no folder for the report",
			[]string{"test", "--report", "no/such/r.xml", "app"},
			[]string{`"no/such"`, "make it first"},
		},
		{"no test file", []string{"test", "--test-config", "no.yaml", "app"}, []string{"no.yaml"}},
		{"unknown key", []string{"test", "--test-config", bad, "app"}, []string{bad + `:2:1: unknown key "commandTest"`}},
	})
}

func TestTestOfNoDraft(t *testing.T) {
	fake := newFakeCLI(t)
	err := fake.run(t, "test", "app:1")
	assert.ErrorIs(t, err, store.ErrNoDraft)
	assert.Equal(t, ExitCode(err), exitInput)
	assert.Assert(t, len(explained(err)) > 0)
}
