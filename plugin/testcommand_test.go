package plugin

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

func TestTestCommandRefusals(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	assert.NilError(t, os.WriteFile(bad, []byte("schemaVersion: 2.0.0\ncommandTest: []\n"), 0o600))
	assertRefused(t, []refusal{
		{"no image", []string{"test"}, []string{"takes 1 argument, not 0"}},
		{"bad name", []string{"test", "App"}, []string{`"App"`, "give it as app"}},
		{"bad platform", []string{"test", "--platform", "a/b/c/d", "app"}, []string{"a/b/c/d"}},
		{
			"unknown emulation",
			[]string{"test", "--emulation", "build-only", "app"},
			[]string{"build-only", "use allow or never"},
		},
		{"negative jobs", []string{"test", "--jobs=-1", "app"}, []string{"--jobs -1"}},
		{"unknown sandbox", []string{"test", "--test-sandbox", "jail", "app"}, []string{`"jail"`, "plain or strict"}},
		{"no network", []string{"test", "--test-network", "", "app"}, []string{"--test-network \"\" names no network"}},
		{"negative limit", []string{"test", "--test-pids=-1", "app"}, []string{"0 is no limit"}},
		{"variable without a name", []string{"test", "--test-env", "=a", "app"}, []string{`"=xxxxx"`, "KEY=VALUE"}},
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
	assert.Equal(t, ExitCode(err), failure.ExitInput)
	assert.Assert(t, len(explained(err)) > 0)
}
