package release_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/docs/page"
)

// ofPlainShell is what is run by whatever sh is: the install script, the job for GitLab, the stages for Jenkins, and
// what the guides show for CI.
func ofPlainShell(t *testing.T) map[string]string {
	t.Helper()
	scripts := map[string]string{"install.sh": read(t, ".release/install.sh")}
	_, job, found := strings.Cut(read(t, ".ci/gitlab.yml"), "\n---\n")
	assert.Assert(t, found)
	scripts["gitlab.yml"] = scriptsOf(t, job, "before_script", "script")
	for _, found := range regexp.MustCompile(`(?s)sh '''(.*?)'''`).FindAllStringSubmatch(read(t, ".ci/Jenkinsfile"), -1) {
		scripts["Jenkinsfile"] += found[1]
	}
	for _, name := range []string{"ci.md", "fan-in.md"} {
		for _, block := range page.Blocks(read(t, "docs/guide/"+name)) {
			switch text := strings.Join(block.Lines, "\n"); block.Language {
			case "console":
				for _, command := range block.Commands() {
					scripts[name] += command.Typed + "\n"
				}
			case "yaml":
				scripts[name] += scriptsOf(t, text, "before_script", "script")
			}
		}
	}
	for name, text := range scripts {
		assert.Assert(t, len(strings.TrimSpace(text)) > 100, "%s: %q", name, text)
	}
	return scripts
}

// scriptsOf are the commands that a document of YAML has under these keys, wherever they stand.
func scriptsOf(t *testing.T, text string, keys ...string) string {
	t.Helper()
	var document any
	assert.NilError(t, yaml.Unmarshal([]byte(text), &document))
	var commands strings.Builder
	var walk func(value any, inside bool)
	walk = func(value any, inside bool) {
		switch value := value.(type) {
		case map[string]any:
			for name, under := range value {
				walk(under, strings.Contains(" "+strings.Join(keys, " ")+" ", " "+name+" "))
			}
		case []any:
			for _, under := range value {
				walk(under, inside)
			}
		case string:
			if inside {
				commands.WriteString(value + "\n")
			}
		}
	}
	walk(document, false)
	return commands.String()
}

// What is said to run with any shell has nothing in it that only bash knows, and what bash runs is bash.
func TestShellIsShell(t *testing.T) {
	ofBash := regexp.MustCompile(`\[\[|<<<|&>|\$'|\bfunction |\bsource |\bpipefail\b|\$\{\w+(,,|\^\^|//)|\[ [^]]*==|<\(`)
	for name, text := range ofPlainShell(t) {
		parses(t, "dash", name, text)
		parses(t, "sh", name, text)
		assert.Check(t, is.Equal(ofBash.FindString(withoutComments(text)), ""), name)
	}
	for name, text := range workflows(t) {
		parses(t, "bash", name, scriptsOf(t, text, "run"))
	}
	for _, name := range []string{"setup/setup.sh", "build/build.sh", "lib.sh"} {
		parses(t, "bash", name, read(t, filepath.Join(".github/actions", name)))
	}
	for _, block := range page.Blocks(read(t, "docs/guide/ci.md")) {
		if block.Language == "yaml" {
			parses(t, "bash", "ci.md", scriptsOf(t, strings.Join(block.Lines, "\n"), "run"))
		}
	}
}

// parses has a shell read a script without running it.
func parses(t *testing.T, shell, name, text string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "script")
	assert.NilError(t, os.WriteFile(file, []byte(text), 0o600))
	out, err := exec.CommandContext(t.Context(), shell, "-n", file).CombinedOutput()
	assert.Check(t, err, "%s -n %s: %s", shell, name, out)
}

// withoutComments is a script without the lines that say something to people.
func withoutComments(text string) string {
	return regexp.MustCompile(`(?m)^\s*#.*$`).ReplaceAllString(text, "")
}
