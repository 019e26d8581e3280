//go:build e2e

package e2e

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// ofCI is an app that needs an argument and a secret, and says what it was built for.
const ofCI = `FROM busybox AS app
ARG WORDS
RUN --mount=type=secret,id=key test "$(cat /run/secrets/key)" = 'a $(b) "c"'
RUN echo "$WORDS" >/words
ENTRYPOINT ["cat", "/words"]
FROM app AS last
`

// releaseFolder is a release of the plugin under test, as it is downloaded.
func (s *scenario) releaseFolder() string {
	s.t.Helper()
	folder := s.t.TempDir()
	binary, err := os.ReadFile(plugin)
	assert.NilError(s.t, err)
	name := "docker-multiplat-linux-" + runtime.GOARCH
	sums := fmt.Sprintf("%x  %s\n", sha256.Sum256(binary), name)
	installer, err := os.ReadFile("../.release/install.sh")
	assert.NilError(s.t, err)
	for file, text := range map[string][]byte{name: binary, "SHA256SUMS": []byte(sums), "install.sh": installer} {
		assert.NilError(s.t, os.WriteFile(filepath.Join(folder, file), text, 0o600))
	}
	return folder
}

// withoutPlugin is the scenario of a user who has not installed the plugin yet.
func (s *scenario) withoutPlugin() *scenario {
	s.t.Helper()
	assert.NilError(s.t, os.Remove(filepath.Join(s.config, "cli-plugins", "docker-multiplat")))
	return s
}

// The actions for GitHub install the plugin, build, test and publish; their outputs are those of what was published.
func TestGitHubActions(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", ofCI)
		setup := s.withoutPlugin().newRunner("setup")
		out, r := setup.uses(map[string]string{"from": s.releaseFolder(), "platforms": "linux/amd64, linux/arm64"})
		r.succeeds(t)
		assert.Check(t, out["version"] != "" && json.Valid([]byte(out["status"])), "%q", out)

		name := s.repository("app")
		inputs := map[string]string{
			"tags": name + ":1, " + name + ":latest", "platforms": "linux/amd64,linux/arm64", "push": "true",
			"build-args": "WORDS=a $(touch owned) \"b\" 'c'\n", "secrets": `key=a $(b) "c"`, "labels": "a=b, c\nd=e",
			"target": "app", "test": "cat /words\ntrue\n", "report": "report.xml",
		}
		build := s.newRunner("build")
		out, r = build.uses(inputs)
		r.succeeds(t)
		for _, platform := range []string{"linux/amd64", "linux/arm64"} { // the log is folded
			assert.Check(t, is.Contains(r.Stderr, "::group::"+platform))
		}
		assert.Equal(t, strings.Count(r.Stderr, "::endgroup::"), strings.Count(r.Stderr, "::group::"))
		index, id := s.registry.index(t, name, "latest")
		assert.DeepEqual(t, platformsOf(index), []string{"linux/amd64", "linux/arm64"})
		assert.Equal(t, out["digest"], id.String())
		assert.Equal(t, out["imageid"], id.String())
		assert.Check(t, is.Contains(out["metadata"], id.String()))
		assert.Check(t, json.Valid([]byte(out["metadata"])))
		summary, err := os.ReadFile(build.file("summary"))
		assert.NilError(t, err)
		assert.Equal(t, strings.TrimSpace(string(summary)), strings.TrimSpace(out["report"]))
		assert.Check(t, is.Contains(out["report"], "linux/arm64"))
		_, err = os.Stat(filepath.Join(s.dir, "report.xml"))
		assert.NilError(t, err)
		_, err = os.Stat(filepath.Join(s.dir, "owned"))
		assert.ErrorIs(t, err, os.ErrNotExist)

		inputs["tags"], inputs["by-digest"] = name+":2", "yes" // push does not matter then: no tag is moved
		out, r = build.uses(inputs)
		r.succeeds(t)
		assert.Check(t, is.Contains(strings.Join(s.registry.tags(t, name), " "), "latest"))
		_, tagged := s.registry.manifest(t, name, "2")
		assert.Check(t, !tagged)
		merger := s.newRunner("setup") // on the machine that only merges
		ready, r := merger.uses(map[string]string{"from": s.releaseFolder(), "init": "false"})
		r.succeeds(t)
		assert.Check(t, ready["version"] != "" && ready["status"] == "", "%q", ready)
		s.run("merge", "-t", name+":2", "--from", out["metadata-file"]).succeeds(t)

		inputs["tags"], inputs["by-digest"], inputs["test"] = name+":3", "false", "false"
		out, r = s.newRunner("build").uses(inputs)
		r.exits(t, 5)
		assert.Check(t, is.Contains(out["report"], "failed"))
		assert.Equal(t, out["digest"]+out["metadata"]+out["metadata-file"], "") // nothing that a later step could merge
		_, tagged = s.registry.manifest(t, name, "3")
		assert.Check(t, !tagged)
		inputs["push"] = "perhaps"
		_, r = build.uses(inputs)
		assert.Check(t, is.Contains(r.exits(t, 2).Stdout, `::error::--push is "true" or "false", not "perhaps"`))
	}, containerdStore)
}
