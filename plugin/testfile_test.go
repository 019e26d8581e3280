package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// contextWith makes a build context with a test file in it.
func contextWith(t *testing.T, text string) (folder, path string) {
	t.Helper()
	folder = t.TempDir()
	path = filepath.Join(folder, "multiplat.yaml")
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte("FROM scratch\n"), 0o600))
	assert.NilError(t, os.WriteFile(path, []byte(text), 0o600))
	return folder, path
}

// What is wrong with a test file, or with a value in it, is told with its place before anything is contacted.
func TestTestFileRefusals(t *testing.T) {
	build := func(text string, more ...string) []string {
		folder, _ := contextWith(t, text)
		return append([]string{"build", "-t", "app:1"}, append(more, folder)...)
	}
	const head = "targets:\n  default:\n    "
	_, named := contextWith(t, "targets: {other: {}}\n")
	assertRefused(t, []refusal{
		{"unknown key", build("target: {}\n"), []string{"multiplat.yaml:1:1:", `"target", did you mean targets?`}},
		{"time", build(head + "timeout: soon\n"), []string{"multiplat.yaml:3:14:", `"soon"`}},
		{"sandbox", build(head + "sandbox: jail\n"), []string{"multiplat.yaml:3:14:", `"jail"`, "plain or strict"}},
		{"memory", build(head + "memory: 1\n"), []string{"multiplat.yaml:3:13:", "6m or more"}},
		{"command", build(head + "platforms: {arm64: {test: [\"'\"]}}\n"), []string{"multiplat.yaml:3:32:", "test command"}},
		{"glob", build(head + "allow-foreign: ['']\n"), []string{"multiplat.yaml:3:21:", "--allow-foreign"}},
		{"config", build(head + "config: [no.yaml]\n"), []string{"multiplat.yaml:3:14:", "no.yaml"}},
		{"input", build(head + "stdin: [{file: no, expect: a}]\n"), []string{"multiplat.yaml:3:32:", "no"}},
		{
			"script",
			build(head + "script: [./x]\n"),
			[]string{"multiplat.yaml:3:14:", "would run on this machine", "--test-file"},
		},
		{"no such file", build("targets: {}\n", "--test-file", "no.yaml"), []string{"no.yaml"}},
		{"no such target", build("targets: {}\n", "--test-file", named), []string{`no target "default"`}},
		{"test of no such target", []string{"test", "--test-file", named, "app"}, []string{`no target "default"`}},
		{"dialogue", []string{"test", "--test-stdin", "a", "app"}, []string{`--test-stdin "a"`, "FILE=REGEXP"}},
		{"input of a dialogue", []string{"test", "--test-stdin", "no=a", "app"}, []string{`"no=a"`, "no such file"}},
		{"skip", []string{"test", "--test-skip", "arm64", "app"}, []string{`"arm64"`, "PLATFORM=REASON"}},
	})
}

// Where platforms were put to tests of their own, the command that tests again says none: each repeats its own.
func TestNextTestOfPlatformsThatDiffer(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	plugintest.SaveDraft(t, s, name, "amd64,arm64",
		plugintest.UntestedImage(t, s, "amd64", "app"), plugintest.UntestedImage(t, s, "arm64", "app"))
	plugintest.SaveNote(t, s, name, "linux/arm64", draft.Note{
		State:  draft.Failed,
		Reason: "x",
		Tests:  []string{"--test=only here"},
		Apart:  true,
	})
	err := fake.run(t, "publish", name)
	assert.Equal(t, ExitCode(err), failure.ExitTests)
	assert.Assert(t, strings.Contains(explained(err), "next: docker multiplat test "+name+"\n"), explained(err))
}
