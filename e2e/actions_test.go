//go:build e2e

package e2e

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
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

		inputs["tags"], inputs["by-digest"] = name+":2", "true" // push does not matter then: no tag is moved
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
		out, r = build.uses(inputs)
		r.exits(t, 5)
		assert.Check(t, is.Contains(out["report"], "failed"))
		_, tagged = s.registry.manifest(t, name, "3")
		assert.Check(t, !tagged)
		inputs["push"] = "perhaps"
		_, r = build.uses(inputs)
		assert.Check(t, is.Contains(r.exits(t, 2).Stdout, `::error::--push is "true" or "false", not "perhaps"`))
	}, containerdStore)
}

// releases serves a release over HTTP.
func (s *scenario) releases() string {
	s.t.Helper()
	server := httptest.NewServer(http.FileServer(http.Dir(s.releaseFolder())))
	s.t.Cleanup(server.Close)
	return server.URL
}

// dockerOfHost makes docker in a container that of this machine, in the same folder.
const dockerOfHost = `busybox --install -s /bin
cat >/bin/docker <<'END'
#!/bin/sh
exec chroot /host /usr/bin/env "PATH=$HOST_PATH" sh -c 'cd "$0" && exec docker "$@"' "$PWD" "$@"
END
chmod +x /bin/docker
`

// inBusybox runs a script of CI as a job in the image of the Docker CLI does: with the shell and the tools of busybox,
// and no others but docker.
func (s *scenario) inBusybox(script string) result {
	s.t.Helper()
	home := filepath.Dir(s.config)
	args := []string{
		"run", "--rm", "--network", "host", "--volume", "/:/host", "--volume", home + ":" + home,
		"--volume", s.dir + ":" + s.dir, "--workdir", s.dir, "--env", "HOST_PATH=" + s.lab.path,
	}
	for _, variable := range s.environ {
		if name, _, _ := strings.Cut(variable, "="); name != "PATH" {
			args = append(args, "--env", name)
		}
	}
	return s.docker(append(args, "busybox", "sh", "-e", "-c", dockerOfHost+script)...)
}

// The job for GitLab does with the variables of a runner what it says, in the shell that its image has.
func TestGitLabJob(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", "FROM busybox\nCMD [\"true\"]\n")
		text, err := os.ReadFile("../.ci/gitlab.yml")
		assert.NilError(t, err)
		spec, body, found := strings.Cut(string(text), "\n---\n")
		assert.Assert(t, found)
		var declared struct {
			Spec struct {
				Inputs map[string]struct{ Default string }
			}
		}
		assert.NilError(t, yaml.Unmarshal([]byte(spec), &declared))
		given := map[string]string{
			"releases": s.releases(), "tag": s.repository("app") + ":1", "registry": "", "test": `sh -c "echo $((1+1))"`,
		}
		body = regexp.MustCompile(`\$\[\[ inputs\.([a-z]+) \]\]`).ReplaceAllStringFunc(body, func(word string) string {
			name := strings.TrimSuffix(strings.TrimPrefix(word, "$[[ inputs."), " ]]")
			input, known := declared.Spec.Inputs[name]
			assert.Assert(t, known, "there is no input %q", name)
			if value, ok := given[name]; ok {
				return strings.ReplaceAll(value, `"`, `\"`)
			}
			return input.Default
		})
		var jobs map[string]struct {
			Variables    map[string]any
			Script       []string
			BeforeScript []string `yaml:"before_script"`
		}
		assert.NilError(t, yaml.Unmarshal([]byte(body), &jobs))
		job, ok := jobs["multiplat"]
		assert.Assert(t, ok)
		var environ []string
		for name, value := range job.Variables {
			if long, ok := value.(map[string]any); ok {
				value = long["value"]
			}
			environ = append(environ, fmt.Sprintf("%s=%v", name, value))
		}
		user := s.withoutPlugin().with(append(environ, "CI=true", "GITLAB_CI=true")...)
		script := strings.Join(append(job.BeforeScript, job.Script...), "\n")
		r := user.inBusybox(script).succeeds(t)
		for _, mark := range []string{"section_start:", "section_end:"} { // the log is folded
			assert.Check(t, is.Contains(r.Stderr, mark))
		}
		index, _ := s.registry.index(t, s.repository("app"), "1")
		assert.DeepEqual(t, platformsOf(index), []string{"linux/amd64", "linux/arm64"})
		for _, file := range []string{"multiplat-report.xml", "multiplat-report.html", "multiplat.json"} {
			_, err := os.Stat(filepath.Join(s.dir, file))
			assert.NilError(t, err)
		}
	}, containerdStore)
}

// The stages for Jenkins do with the variables of an agent what they say.
func TestJenkinsStages(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", "FROM busybox\nCMD [\"true\"]\n")
		text, err := os.ReadFile("../.ci/Jenkinsfile")
		assert.NilError(t, err)
		scripts := regexp.MustCompile(`(?s)sh '''(.*?)'''`).FindAllStringSubmatch(string(text), -1)
		assert.Assert(t, is.Len(scripts, 2))
		user := s.withoutPlugin().with("MULTIPLAT_RELEASES="+s.releases(), "MULTIPLAT_PLATFORMS=linux/amd64,linux/arm64",
			"MULTIPLAT_IMAGE="+s.repository("app"), "WORKSPACE_TMP="+t.TempDir(), "BUILD_NUMBER=7", "JENKINS_URL=x",
			"MULTIPLAT_REGISTRY="+s.lab.registry, "LOGIN=any", "PASSWORD=any")
		for _, script := range scripts {
			user.finish(user.command("sh", "-xe", "-c", script[1])).succeeds(t)
		}
		index, _ := s.registry.index(t, s.repository("app"), "7")
		assert.DeepEqual(t, platformsOf(index), []string{"linux/amd64", "linux/arm64"})
	}, containerdStore)
}
