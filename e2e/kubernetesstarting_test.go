//go:build e2e && kubernetes

package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A machine that loses its power or its network while the pod of a builder starts on it is told soon, by the names of
// pod and machine; the other platform is kept, and what was proven of it is known.
func TestKubernetesStarting(t *testing.T) {
	for what, back := range map[string]string{"off": "on", "cut": "join"} {
		t.Run(what, func(t *testing.T) {
			inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
				words := k.initWords()
				command, log := k.background(t, words...)
				k.starting(t, "node2")
				k.node(t, "2", what)
				said := k.afterwards(t, command, log, 3)
				assert.Check(t, is.Contains(said, ", but its node node2 "))
				assert.Check(t, is.Contains(said, "linux/amd64"))
				assert.Check(t, !strings.Contains(said, "expected 1 replicas to be ready"), said)

				name := k.repository("app") + ":1"
				k.write("Dockerfile", "FROM busybox\nRUN uname -m > /arch\n")
				k.run("build", "--builder", k.builder, "--platform", "linux/amd64", "--quiet", "-t", name, ".").succeeds(t)
				k.untouched(t)
				k.node(t, "2", back)
				k.ready(t)
			})
		})
	}
}

// A machine that loses its network in the middle of a build: what it built is built once more on another node, and no
// time is lost with its pod, which Kubernetes calls running for minutes.
func TestKubernetesCutWhileBuilding(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		k.emulators(t)
		k.run(k.initWords()...).succeeds(t)
		name := k.repository("app") + ":1"
		k.write("Dockerfile", "FROM busybox\nRUN echo it begins; sleep 12\n")
		command, log := k.background(t, "build", "--builder", k.builder, "--platform", "linux/arm64",
			"--progress", "plain", "-t", name, ".")
		eventually(t, "the step begins", func() error {
			text, err := os.ReadFile(log)
			if err == nil && strings.Count(string(text), "it begins") < 2 { // the step's name, and what it says
				err = errors.New("it has not yet")
			}
			return err
		})
		k.node(t, "2", "cut")
		said := k.afterwards(t, command, log, 0)
		assert.Check(t, is.Contains(said, "is lost: building once more on node"))
		k.untouched(t)
		k.node(t, "2", "join")
		k.ready(t)
	})
}

// A daemon that ends as soon as it has begun is told with what it has said.
func TestKubernetesCrash(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		words := append(k.optionWords("nodeselector=farm/arch=amd64"),
			"--buildkitd-flags", "--oci-worker-gc-keepstorage=never")
		command, log := k.background(t, words...)
		said := k.afterwards(t, command, log, 3)
		assert.Check(t, is.Contains(said, "its container buildkitd has ended "))
		assert.Check(t, is.Contains(said, "and said: "))
		assert.Check(t, is.Contains(said, "never"))
	})
}

// emulators makes those of this machine's kernel be there, which an engine may not have got yet.
func (k *kubernetes) emulators(t *testing.T) {
	t.Helper()
	for _, verb := range [][]string{{"init", "--platform", "linux/arm64"}, {"deinit", "--force"}} {
		k.with("DOCKER_HOST=" + k.lab.engine).run(verb...).succeeds(t)
	}
}

// initWords make a builder of both nodes, each for the platform that it says to be of.
func (k *kubernetes) initWords() []string {
	words := []string{
		"init", "--builder", k.builder, "--driver", "kubernetes", "--buildkitd-config", k.buildkitd,
		"--driver-opt", "namespace=" + k.namespace, "--platform", "linux/amd64,linux/arm64",
	}
	for _, arch := range []string{"amd64", "arm64"} {
		words = append(words, "--node", "linux/"+arch+"=kubernetes,nodeselector=farm/arch="+arch)
	}
	return words
}

// background starts a command, and gives where it writes.
func (k *kubernetes) background(t *testing.T, args ...string) (command *exec.Cmd, log string) {
	t.Helper()
	command = k.command("docker", append([]string{"multiplat"}, args...)...)
	file, err := os.Create(filepath.Join(k.dir, args[0]+".log"))
	assert.NilError(t, err)
	command.Stdout, command.Stderr = file, file
	assert.NilError(t, command.Start())
	return command, file.Name()
}

// afterwards waits for a command, to which something was done just now, and gives what it has said.
func (*kubernetes) afterwards(t *testing.T, command *exec.Cmd, log string, code int) string {
	t.Helper()
	struck := time.Now()
	_ = command.Wait() // it fails, by its exit code
	t.Logf("it ended %.1f s later", time.Since(struck).Seconds())
	text, err := os.ReadFile(log)
	assert.NilError(t, err)
	t.Logf("%s", text)
	assert.Equal(t, command.ProcessState.ExitCode(), code)
	return string(text)
}

// starting waits until a pod is on a node, and not ready.
func (k *kubernetes) starting(t *testing.T, node string) {
	t.Helper()
	eventually(t, "a pod starts on "+node, func() error {
		listed := k.kubectl(
			"get",
			"pods",
			"--output",
			`jsonpath={range .items[*]}{.spec.nodeName} {.status.phase}{"\n"}{end}`,
		)
		if strings.Contains(listed.Stdout, node+" ") {
			return nil
		}
		return errors.New("there is none: " + listed.Stdout)
	})
}
