package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A kubeconfig that leads nowhere is refused before anything is planned, whoever is to work there, with its name or what
// stands in it.
func TestWrongKubeconfig(t *testing.T) {
	folder := plugintest.BuildContext(t)
	t.Chdir(folder)
	bench := newRefusalBench(t, folder)
	file := filepath.Join(t.TempDir(), "config")
	t.Setenv("KUBECONFIG", file)
	const right = "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: c}}, " +
		"{name: b, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n"
	for name, tc := range map[string]struct {
		text string
		says []string
	}{
		"folder":     {"", []string{file, "is a directory"}},
		"malformed":  {"contexts: [", []string{file}},
		"no text":    {"\x00\x01", []string{file}},
		"no context": {strings.Replace(right, "current-context: a", "current-context: nope", 1), []string{`"nope"`, "there are a, b"}},
		"no server":  {strings.Replace(right, "https://127.0.0.1:1", "ftp://u:CANARY@h", 1), []string{"ftp://", "https://HOST:PORT"}},
		"no address": {strings.Replace(right, "https://127.0.0.1:1", "http://a b", 1), []string{"http://a b", "https://HOST:PORT"}},
	} {
		assert.NilError(t, os.RemoveAll(file))
		if tc.text == "" {
			assert.NilError(t, os.Mkdir(file, 0o700))
		} else {
			assert.NilError(t, os.WriteFile(file, []byte(tc.text), 0o600))
		}
		for _, args := range [][]string{
			{"init", "--dry-run", "--builder", "farm", "--node", "linux/arm64=kubernetes"},
			{"init", "--dry-run", "--builder", "farm", "--driver", "kubernetes"},
			{"init", "--builder", "farm", "--driver", "kubernetes"},
			{"build", "-t", "app:1", "--platform", "linux/arm64", "--test-on", "linux/arm64=kubernetes", folder},
		} {
			t.Run(name+" "+strings.Join(args, " "), func(t *testing.T) { bench.refusesLine(t, wrongLine{args, tc.says}) })
		}
	}
}
