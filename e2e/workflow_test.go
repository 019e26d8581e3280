//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"gotest.tools/v3/assert"
)

// stepsOf are the steps of a job of a workflow of the project that are shell.
func stepsOf(t *testing.T, workflow, job string) (steps []runnerStep) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", ".github", "workflows", workflow))
	assert.NilError(t, err)
	var w struct {
		Jobs map[string]struct{ Steps []runnerStep }
	}
	assert.NilError(t, yaml.Unmarshal(text, &w))
	for _, step := range w.Jobs[job].Steps {
		if step.Run != "" {
			steps = append(steps, step)
		}
	}
	assert.Assert(t, len(steps) > 0, "%s has no job %q with shell", workflow, job)
	return steps
}

// checkout puts the sources of the project, as they are, into the folder of the scenario.
func (s *scenario) checkout() {
	s.t.Helper()
	copying := exec.CommandContext(s.t.Context(), "bash", "-euo", "pipefail", "-c",
		`cd .. && git ls-files -z | xargs -0 cp --parents -t "$0"`, s.dir)
	out, err := copying.CombinedOutput()
	assert.NilError(s.t, err, string(out))
}

// goEnvironment lets a scenario use what the Go of this user has built.
func goEnvironment(t *testing.T) (environ []string) {
	t.Helper()
	names := []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOSUMDB", "GOTOOLCHAIN"}
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"env"}, names...)...).Output()
	assert.NilError(t, err)
	for i, value := range strings.Split(strings.TrimSuffix(string(out), "\n"), "\n") {
		environ = append(environ, names[i]+"="+value)
	}
	return environ
}

// The shell of the release's job that makes our image does on a runner what it says: with the plugin that it installs it
// builds, tests and publishes the image under the tag of the release, and hands on its digest. The lab's registry with a
// password stands for that of GitHub, and busybox for the image of the Docker CLI; one platform is enough.
func TestReleaseWorkflow(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.withoutPlugin().checkout()
		lab := labEnvironment(t, s.store)
		repository := "e2e/" + s.id
		arch := runtime.GOARCH
		makeFlags := fmt.Sprintf("CROSS=linux-%s IMAGE_PLATFORMS=linux/%s IMAGE_BASE=busybox VERSION=v1.0.0 COMMIT=x "+
			`IMAGE_TEST=/usr/local/libexec/docker/cli-plugins/docker-multiplat\ multiplat\ version`, arch, arch)
		environ := append(goEnvironment(t), "MAKEFLAGS= -- "+makeFlags, "GITHUB_REPOSITORY="+repository,
			"GITHUB_REF_NAME=v1.0.0", "GITHUB_ACTOR="+lab["LAB_AUTH_USER"])
		r := &runner{scenario: s, values: map[string]string{"github.token": lab["LAB_AUTH_PASSWORD"]}}
		for _, step := range stepsOf(t, "release.yml", "image") {
			step.Run = strings.ReplaceAll(step.Run, "ghcr.io", lab["LAB_AUTH_REGISTRY"])
			r.step(step, environ...).succeeds(t)
		}
		name := lab["LAB_AUTH_REGISTRY"] + "/" + repository
		s.run("verify", "--require-tested", "--platform", "linux/"+arch,
			name+":v1.0.0").succeeds(t)
		digest := r.values["steps.publish.outputs.digest"]
		assert.Assert(t, strings.HasPrefix(digest, "sha256:"), "%q", digest)
		s.run("verify", name+"@"+digest).succeeds(t)
	}, containerdStore)
}
