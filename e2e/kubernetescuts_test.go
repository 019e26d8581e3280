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

// A machine that has lost its power before a build begins, of which Kubernetes knows nothing yet: what it is for is told
// soon, by its name, and nothing is built; the other platform is built and tested as ever.
func TestKubernetesOffBeforeBuild(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		k.emulators(t)
		builders := k.beside(t)
		k.run(builders.initWords()...).succeeds(t)
		name := k.repository("app") + ":1"
		k.write("Dockerfile", "FROM busybox\nRUN uname -m >/arch\n")
		build := func(platforms string, code int) result {
			began := time.Now()
			args := []string{"build", "--builder", k.builder, "--platform", platforms}
			args = append(args, "--test", "grep 64 /arch", "-t", name, ".")
			for p := range strings.SplitSeq(platforms, ",") {
				args = append(args, "--test-on", k.on(strings.TrimPrefix(p, "linux/")))
			}
			r := k.run(args...).exits(t, code)
			t.Logf("build of %s took %.1f s", platforms, time.Since(began).Seconds())
			assert.Check(t, time.Since(began) < 30*time.Second)
			return r
		}
		k.node(t, "2", "off")
		off := build("linux/amd64,linux/arm64", 3)
		assert.Check(t, is.Contains(off.Stderr, "node2"))
		assert.Check(t, is.Contains(off.Stderr, "linux/arm64"))
		for _, raw := range []string{"expected 1 replicas to be ready", "kubernetes:///", "listing workers"} {
			assert.Check(t, !strings.Contains(off.Stderr, raw), raw)
		}
		build("linux/amd64", 0)
		k.nothingLeft(t)
		k.untouched(t)
	})
}

// Where the API of the cluster, over which all pods are reached, answers no more in the middle of a build, that ends
// within half a minute, by the names of the nodes.
func TestKubernetesSilentWhileBuilding(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		k.emulators(t)
		k.run(k.initWords()...).succeeds(t)
		text, err := os.ReadFile(filepath.Join(labEnvironment(t, k.store)["LAB_DIR"], "run", "kube-apiserver.pid"))
		assert.NilError(t, err)
		signal := func(name string) {
			assert.NilError(t, exec.CommandContext(t.Context(), "kill", "-"+name, strings.TrimSpace(string(text))).Run())
		}
		command, log := k.building(t)
		signal("STOP")
		defer signal("CONT")
		struck := time.Now()
		said := k.afterwards(t, command, log, 4)
		assert.Check(t, time.Since(struck) < 30*time.Second)
		assert.Check(t, is.Contains(said, "is lost: it has not answered for"))
		signal("CONT")
		k.untouched(t)
	})
}

// building starts a build of both platforms that takes a while, and returns when its step has begun: one platform is
// shown after the other, while both are built.
func (k *kubernetes) building(t *testing.T) (command *exec.Cmd, log string) {
	t.Helper()
	k.write("Dockerfile", "FROM busybox\nARG TARGETARCH\nRUN echo begun on $TARGETARCH; sleep 15\n")
	command, log = k.background(t, "build", "--builder", k.builder, "--platform", "linux/amd64,linux/arm64",
		"--no-cache", "--progress", "plain", "-t", k.repository("app")+":1", ".")
	eventually(t, "the step begins", func() error {
		text, err := os.ReadFile(log)
		if err == nil && !strings.Contains(string(text), "begun on a") {
			err = errors.New("it has not yet")
		}
		return err
	})
	return command, log
}
