package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// written makes a file of a test and returns its path.
func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	assert.NilError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// The words of other tools lead to the command that does it here.
func TestOtherWordsOfCommands(t *testing.T) {
	var cases []refusal
	for verb, says := range map[string]string{
		"manifest":   "docker multiplat merge -t NAME:TAG SOURCE...",
		"create":     "docker multiplat merge -t NAME:TAG SOURCE...",
		"push":       "docker multiplat publish NAME:TAG",
		"annotate":   "docker multiplat merge --set-platform",
		"install":    "docker multiplat init",
		"setup":      "docker multiplat init",
		"doctor":     "docker multiplat status",
		"images":     "docker multiplat ls",
		"load":       "docker multiplat build --load",
		"uninstall":  "docker multiplat deinit",
		"history":    "docker multiplat inspect",
		"info":       "docker multiplat status",
		"imagetools": "docker multiplat merge -t NAME:TAG SOURCE...",
		"lint":       "docker multiplat check PATH",
		"release":    "docker multiplat publish NAME:TAG",
		"retag":      "docker multiplat promote NAME:TAG TAG",
		"copy":       "docker multiplat promote NAME:TAG NAME:TAG",
		"cp":         "docker multiplat promote NAME:TAG NAME:TAG",
		"ps":         "docker multiplat ls",
		"gc":         "docker multiplat prune",
		"clean":      "docker multiplat prune",
		"xy":         "see: docker multiplat --help",
		"pu":         "did you mean: docker multiplat publish",
		"rmi":        "docker multiplat rm NAME:TAG",
		"delete":     "docker multiplat rm NAME:TAG",
		"remove":     "docker multiplat rm NAME:TAG",
		"pull":       "docker pull --platform",
		"biuld":      "did you mean: docker multiplat build",
		"inspct":     "did you mean: docker multiplat inspect",
		"sign":       "docker multiplat publish --by-digest",
		"image":      "docker multiplat ls",
		"login":      "docker login REGISTRY",
		"logout":     "docker logout REGISTRY",
		"update":     "docker multiplat version",
		"upgrade":    "docker multiplat version",
		"sbom":       "docker multiplat build --sbom=true",
		"attest":     "docker multiplat build --provenance=mode=max --sbom=true",
		"scan":       "docker multiplat check PATH",
		"emulate":    "docker multiplat init --platform all",
		"binfmt":     "docker multiplat init --platform all",
		"builder":    "docker multiplat status",
		"up":         "docker multiplat bake -f compose.yaml",
		"doctro":     `did you mean "doctor"? to see what this machine can do: docker multiplat status`,
		"manfest":    `did you mean "manifest"? to put images under one tag: docker multiplat merge`,
		"isntall":    `did you mean "install"? to prepare this machine: docker multiplat init`,
		"pusk":       `did you mean "push"? to push what was built and tested: docker multiplat publish NAME:TAG`,
		"run":        "docker run --rm NAME:TAG--ARCH",
		"compose":    "docker multiplat bake -f compose.yaml",
	} {
		cases = append(cases, refusal{verb, []string{verb}, []string{`"` + verb + `"`, says}})
	}
	assertRefused(t, cases)
}

// help is a command, as it is of the Docker CLI.
func TestHelpCommand(t *testing.T) {
	for _, of := range [][]string{nil, {"publish"}} {
		asked, flagged := newFakeCLI(t), newFakeCLI(t)
		assert.NilError(t, asked.run(t, append([]string{"help"}, of...)...))
		assert.NilError(t, flagged.run(t, append(of, "--help")...))
		assert.Check(t, asked.Stdout.String() != "")
		assert.Equal(t, asked.Stdout.String(), flagged.Stdout.String())
	}
	root, help := newFakeCLI(t), newFakeCLI(t) // help has no page of its own to lead to
	assert.NilError(t, root.run(t, "--help"))
	assert.NilError(t, help.run(t, "help", "help"))
	assert.Equal(t, help.Stdout.String(), root.Stdout.String())
	assertRefused(t, []refusal{{"no command", []string{"help", "pub"}, []string{`"pub"`, "docker multiplat publish"}}})
}

// A value after a space, where a flag takes it after "=" only, is told from a name.
func TestValueAfterASpace(t *testing.T) {
	name := untouchedRegistry(t) + "/app:1"
	assertRefused(t, []refusal{
		{
			"waived platform",
			[]string{"publish", "--allow-untested", "linux/arm64", name},
			[]string{`"linux/arm64"`, "--allow-untested=linux/arm64"},
		},
		{
			"waived platforms",
			[]string{"publish", "--allow-untested", "arm64,linux/s390x", name},
			[]string{"--allow-untested=arm64,linux/s390x"},
		},
		{
			"of merge",
			[]string{"merge", "-t", name, "--allow-untested", "linux/arm64", name + "0"},
			[]string{"--allow-untested=linux/arm64"},
		},
		{
			"of promote",
			[]string{"promote", "--allow-untested", "linux/arm64", name, "2"},
			[]string{"--allow-untested=linux/arm64"},
		},
		{"amend", []string{"publish", "--amend", "1.0", name}, []string{`"1.0"`, "--amend=1.0"}},
		{"amend of merge", []string{"merge", "-t", name, "--amend", "1.0", name + "0"}, []string{"--amend=1.0"}},
	})
}

// The pieces of the old recipe are put together by merge, and the refusal says it.
func TestPublishOfPieces(t *testing.T) {
	name := untouchedRegistry(t) + "/app:1"
	assertRefused(t, []refusal{{
		"pieces",
		[]string{"publish", name, name + "--amd64", name + "--arm64"},
		[]string{"docker multiplat merge -t " + name + " " + name + "--amd64 " + name + "--arm64"},
	}})
}

// A file of other tools is no Dockerfile, and is called by its name.
func TestBuildOfOtherFiles(t *testing.T) {
	folder := plugintest.BuildContext(t)
	build := func(file string) []string { return []string{"build", "-t", "app:1", "-f", file, folder} }
	assertRefused(t, []refusal{
		{
			"compose", build(written(t, "compose.yaml", "services:\n  app:\n    build: .\n")),
			[]string{"compose.yaml", "is a compose file", "--file"},
		},
		{
			"named otherwise", build(written(t, "stack.yml", "# ours\nname: x\nservices:\n  app:\n    build: .\n")),
			[]string{"is a compose file"},
		},
		{
			"bake", build(written(t, "docker-bake.hcl", "target \"app\" {\n  tags = [\"app\"]\n}\n")),
			[]string{"docker-bake.hcl", "is a bake file", "docker buildx bake --print"},
		},
		{"bake in JSON", build(written(t, "docker-bake.json", `{"target":{"app":{}}}`)), []string{"is a bake file"}},
	})
	other := written(t, "Mockerfile.yaml", "# syntax=example.com/mocker\nservices: none\n")
	err := newFakeCLI(t).run(t, build(other)...)
	assert.Check(t, !strings.Contains(err.Error(), "compose"), err)
}

// A report's format may stand before its path, for files whose names have no ending.
func TestReportFormatBeforePath(t *testing.T) {
	folder := plugintest.BuildContext(t)
	path := filepath.Join(t.TempDir(), "step_summary_1")
	err := newFakeCLI(t).run(t, "build", "--report", "md="+path, "-t", "app:1", folder)
	assert.Check(t, err != nil && !strings.Contains(err.Error(), "report"), err)
	assertRefused(t, []refusal{
		{"no format", []string{"build", "--report", path, "-t", "app:1", folder}, []string{"md=" + path}},
		{"unknown", []string{"build", "--report", "pdf=" + path, "-t", "app:1", folder}, []string{"unknown report format"}},
	})
}

// A key of container-structure-test's own code is told with its name of now.
func TestKeyOfOld(t *testing.T) {
	file := written(t, "cst.yaml", "schemaVersion: 2.0.0\nmetadataTest:\n  env: [{key: A, value: b}]\n")
	assertRefused(t, []refusal{{
		"env", []string{"test", "--test-config", file, "app:1"}, []string{`"env"`, "now envVars"},
	}})
}
