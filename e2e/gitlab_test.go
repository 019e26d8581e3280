//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

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

// gitlabJob is the job that GitLab makes of .ci/gitlab.yml and its inputs.
type gitlabJob struct {
	Variables    map[string]any
	Script       []string
	BeforeScript []string `yaml:"before_script"`
	Artifacts    struct {
		When    string
		Paths   []string
		Reports map[string]string
	}
}

// newGitLabJob is the job with these inputs, and the defaults of the others.
func newGitLabJob(t *testing.T, given map[string]string) gitlabJob {
	t.Helper()
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
	for name := range given {
		_, known := declared.Spec.Inputs[name]
		assert.Assert(t, known, "there is no input %q", name)
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
	var jobs map[string]gitlabJob
	assert.NilError(t, yaml.Unmarshal([]byte(body), &jobs))
	job, ok := jobs["multiplat"]
	assert.Assert(t, ok)
	return job
}

// variables are those of a runner, and those of the job, in which the former are expanded.
func (j gitlabJob) variables(ofRunner map[string]string) []string {
	environ := []string{"CI=true", "GITLAB_CI=true"}
	for name, value := range ofRunner {
		environ = append(environ, name+"="+value)
	}
	for name, value := range j.Variables {
		if long, ok := value.(map[string]any); ok && long["expand"] == false {
			environ = append(environ, fmt.Sprintf("%s=%v", name, long["value"]))
			continue
		}
		environ = append(environ, name+"="+os.Expand(fmt.Sprint(value), func(name string) string { return ofRunner[name] }))
	}
	return environ
}

// stage is the script that a runner gives a shell on its standard input, by either of its strategies
// (FF_USE_NEW_BASH_EVAL_STRATEGY): each command is shown and then run, and the first that fails ends the job.
func (j gitlabJob) stage(strategy string) string {
	var lines []string
	for _, command := range slices.Concat(j.BeforeScript, j.Script) {
		first, _, _ := strings.Cut(command, "\n")
		lines = append(lines, "echo "+quoted("$ "+first), command)
	}
	return "if set -o | grep pipefail > /dev/null; then set -o pipefail; fi; set -o errexit\nset +o noclobber\n" +
		fmt.Sprintf(strategy, quoted(strings.Join(lines, "\n")+"\n")) + "\nexit 0\n"
}

// quoted is a word of the shell, whatever is in it.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// kept are the artifacts that there are of those that a job names.
func (s *scenario) kept(names ...string) (found []string) {
	for _, name := range names {
		if info, err := os.Stat(filepath.Join(s.dir, name)); err == nil && info.Size() > 0 {
			found = append(found, name)
		}
	}
	return found
}

// The job for GitLab does with the variables of a runner what it says, in the shell that its image has: it logs in, and
// ends as the plugin ends, and the reports of a failure are kept, too.
func TestGitLabJob(t *testing.T) {
	t.Parallel()
	for name, strategy := range map[string]string{"eval": ": | eval %s", "new-eval": ": | (eval %s)"} {
		t.Run(name, func(t *testing.T) {
			forEachStore(t, func(t *testing.T, s *scenario) {
				s.write("Dockerfile", "FROM busybox\nCMD [\"false\"]\n")
				environ := labEnvironment(t, s.store)
				repository := environ["LAB_AUTH_REGISTRY"] + "/e2e/" + s.id
				runner := map[string]string{
					"CI_REGISTRY": environ["LAB_AUTH_REGISTRY"], "CI_REGISTRY_IMAGE": repository, "CI_COMMIT_REF_SLUG": "main",
					"CI_REGISTRY_USER": environ["LAB_AUTH_USER"], "CI_REGISTRY_PASSWORD": environ["LAB_AUTH_PASSWORD"],
				}
				all := []string{"multiplat-report.xml", "multiplat-report.html", "multiplat.json"}
				run := func(test string) result {
					job := newGitLabJob(t, map[string]string{"releases": s.releases(), "test": test})
					assert.Equal(t, job.Artifacts.When, "always")
					assert.DeepEqual(t, append([]string{job.Artifacts.Reports["junit"]}, job.Artifacts.Paths...), all)
					user := s.with(job.variables(runner)...)
					return user.inBusybox("sh <" + user.write("stage.sh", job.stage(strategy)))
				}
				s.withoutPlugin()
				run(`sh -c "exit $((3+4))"`).exits(t, 5)
				assert.DeepEqual(t, s.kept(all...), all[:2]) // nothing to merge
				s.run("verify", repository+":main").exits(t, 7)

				s.write("Dockerfile", "FROM busybox\nCMD [\"true\"]\n")
				r := run(`sh -c "echo $((1+1))"`).succeeds(t)
				for _, mark := range []string{"section_start:", "section_end:"} { // the log is folded
					assert.Check(t, is.Contains(r.Stderr, mark))
				}
				assert.DeepEqual(t, s.kept(all...), all)
				s.run("verify", "--require-tested", "--platform", "linux/amd64,linux/arm64", repository+":main").succeeds(t)
			}, containerdStore)
		})
	}
}
