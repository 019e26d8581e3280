package release_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// build runs the step of the action that builds, with a docker that does nothing, and returns what it is called with.
func build(t *testing.T, inputs map[string]string) (called, said string, code int) {
	t.Helper()
	bin, calls := t.TempDir(), filepath.Join(t.TempDir(), "calls")
	docker := "#!/bin/sh\necho \"$@\" >>\"$CALLS\"\n"
	assert.NilError(t, os.WriteFile(filepath.Join(bin, "docker"), []byte(docker), 0o700)) //nolint:gosec // a program
	folder, err := filepath.Abs("../../.github/actions/build")
	assert.NilError(t, err)
	command := exec.CommandContext(t.Context(), "bash", "-eo", "pipefail", filepath.Join(folder, "build.sh"))
	command.Env = []string{
		"PATH=" + bin + ":" + os.Getenv("PATH"), "CALLS=" + calls, "RUNNER_TEMP=" + t.TempDir(),
		"GITHUB_ACTION_PATH=" + folder, "GITHUB_OUTPUT=" + filepath.Join(t.TempDir(), "output"),
	}
	for _, line := range strings.Split(read(t, ".github/actions/build/action.yml"), "\n") {
		if name, _, ok := strings.Cut(strings.TrimSpace(line), ": ${{ inputs."); ok {
			command.Env = append(command.Env, name+"="+inputs[name])
		}
	}
	out, err := command.CombinedOutput()
	if command.ProcessState == nil {
		assert.NilError(t, err)
	}
	text, err := os.ReadFile(calls)
	assert.Check(t, err == nil || os.IsNotExist(err), "%v", err)
	return string(text), string(out), command.ProcessState.ExitCode()
}

// However true is spelled, a build that is to move no tag moves none; what is neither true nor false is refused before
// anything is done.
func TestSpellingsOfTrue(t *testing.T) {
	push := map[string]string{"INPUT_TAGS": "r/app:1", "INPUT_PUSH": "true"}
	for _, word := range []string{"true", "True", "TRUE", "yes", "Yes", "on", "y", "1"} {
		push["INPUT_BY_DIGEST"] = word
		called, said, code := build(t, push)
		assert.Check(t, is.Equal(code, 0), said)
		assert.Check(t, !strings.Contains(called, "--push"), "by-digest: %s calls %s", word, called)
		assert.Check(t, is.Contains(called, "publish --by-digest"), word)
	}
	for _, word := range []string{"", "false", "False", "no", "off", "n", "0"} {
		push["INPUT_BY_DIGEST"] = word
		called, said, code := build(t, push)
		assert.Check(t, is.Equal(code, 0), said)
		assert.Check(
			t,
			strings.Contains(called, "--push") && !strings.Contains(called, "publish"),
			"by-digest: %s calls %s",
			word,
			called,
		)
	}
	for _, input := range []string{"by-digest", "push", "test-local", "summary", "load", "pull", "no-cache"} {
		called, said, code := build(
			t,
			map[string]string{"INPUT_" + strings.ToUpper(strings.ReplaceAll(input, "-", "_")): "perhaps"},
		)
		assert.Check(t, is.Equal(code, 2), input)
		assert.Check(t, is.Equal(called, ""), input)
		assert.Check(t, is.Contains(said, input+` is "true" or "false", not "perhaps"`))
	}
}

// Lists are parted where docker/build-push-action parts them.
func TestListsOfInputs(t *testing.T) {
	called, said, code := build(t, map[string]string{
		"INPUT_SECRET_ENVS": "a=A, b=B\nc=C\r\n", "INPUT_SECRET_FILES": " d=x,y\r\n", "INPUT_SSH": "default,git=/key",
		"INPUT_BUILD_ARGS": "LIST=1,2\nNAME=x", "INPUT_TAGS": "r/app:1, r/app:2",
	})
	assert.Equal(t, code, 0, said)
	for _, flag := range []string{
		"--secret=id=a,env=A", "--secret=id=b,env=B", "--secret=id=c,env=C", "--secret=id=d,src=x,y", "--ssh=default",
		"--ssh=git=/key", "--build-arg=LIST=1,2", "--build-arg=NAME=x", "--tag=r/app:1", "--tag=r/app:2",
	} {
		assert.Check(t, is.Contains(" "+strings.TrimSpace(called)+" ", " "+flag+" "))
	}
}
