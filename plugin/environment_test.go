package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// wrongVariables are values that a variable of the environment cannot have, by the commands that read it.
func wrongVariables(folder string) map[string]map[string][]string {
	builds := []string{"build", "bake", "check"}
	return map[string]map[string][]string{
		"SOURCE_DATE_EPOCH":               {"junk": builds, "1e9": builds, "2026-01-31": builds, " 1": builds},
		"BUILDX_BUILDER":                  {"a b": builds, "-x": builds},
		"DOCKER_DEFAULT_PLATFORM":         {"linux/amd46": {"build", "bake", "check", "init", "status"}},
		"BUILDX_BAKE_FILE":                {"/proc/nonexistent/x.hcl": {"bake"}, folder: {"bake"}},
		"BUILDX_BAKE_FILE_RELATIVE_PATHS": {"maybe": {"bake"}},
		"BUILDKIT_PROGRESS": {
			"wat":   {"build", "bake", "check", "test", "publish", "merge", "promote", "diff", "init", "status", "reproduce"},
			"PLAIN": {"build", "publish"},
		},
	}
}

// A wrong value of a variable is refused by name, as that of a flag is, before anything is contacted or changed.
func TestEveryVariableRefusesWrongValues(t *testing.T) {
	folder := plugintest.BuildContext(t)
	t.Chdir(folder)
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "docker-bake.hcl"), []byte(rightDefinition), 0o600))
	for name, values := range wrongVariables(folder) {
		for value, verbs := range values {
			for _, verb := range verbs {
				t.Run(verb+" "+name+"="+value, func(t *testing.T) {
					bench := newRefusalBench(t, folder)
					t.Setenv(name, value)
					told, code := bench.refused(t, verb)
					assert.Check(t, code == failure.ExitInput, "%d: %s", code, told)
					line, _, _ := strings.Cut(told, "\n")
					assert.Check(t, strings.Contains(line, name) && saysValue(line, value), "which variable? %s", told)
				})
			}
		}
	}
}
