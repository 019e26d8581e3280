//go:build e2e && kubernetes

package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Where the machines of a cluster have no emulator, what is told to be run next installs it, and the platform is built.
func TestKubernetesEmulators(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		k.unregister(t, "riscv64")
		words := []string{
			"init", "--builder", k.builder, "--driver", "kubernetes", "--buildkitd-config", k.buildkitd,
			"--driver-opt", "namespace=" + k.namespace, "--node", "linux/riscv64=kubernetes,nodeselector=farm/arch=arm64",
			"--platform", "linux/riscv64",
		}
		lacks := k.run(words...).exits(t, 3)
		assert.Check(t, is.Contains(lacks.Stderr, "exec format error"))
		_, next, told := strings.Cut(lacks.Stderr, "next: docker multiplat ")
		assert.Assert(t, told, lacks.Stderr)
		next, _, _ = strings.Cut(next, "\n")
		assert.Check(t, is.Contains(next, "qemu.install=true"))
		k.run(strings.Fields(next)...).succeeds(t)
		same := k.run(append(words, "--driver-opt", "qemu.install=true")...).succeeds(t)
		assert.Check(t, is.Contains(same.Stderr, "nothing had to be changed"))
		k.write("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")
		k.run("build", "--builder", k.builder, "--platform", "linux/riscv64", "-t", k.repository("app")+":1", ".").succeeds(t)
	})
}

// unregister takes an emulator out of the table of the kernel, which is that of all nodes of the lab, also when the test
// is over.
func (*kubernetes) unregister(t *testing.T, arch string) {
	t.Helper()
	remove := func() error {
		entry, err := os.OpenFile(filepath.Join(binfmtFolder, "qemu-"+arch), os.O_WRONLY, 0) // O_CREATE is never allowed
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err == nil {
			_, err = entry.WriteString("-1")
			err = errors.Join(err, entry.Close())
		}
		return err
	}
	assert.NilError(t, remove())
	t.Cleanup(func() { assert.Check(t, remove()) })
}

// Pods without privileges build, and what they have built is tested and published.
func TestKubernetesRootless(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		k.emulators(t)
		builders := k.beside(t)
		for range 2 {
			k.run(append(builders.initWords(), "--driver-opt", "rootless=true")...).succeeds(t)
		}
		made := builders.kubectl("get", "pods", "--output", `jsonpath={range .items[*]}{.spec.containers[0].image} `+
			`{.spec.containers[0].securityContext}{"\n"}{end}`).succeeds(t).Stdout
		assert.Check(t, is.Equal(strings.Count(made, "moby/buildkit:buildx-stable-1-rootless "), 2), made)
		assert.Check(t, !strings.Contains(made, "privileged"), made)
		name := k.repository("app") + ":1"
		k.write("Dockerfile", "FROM busybox\nRUN uname -m >/arch\nCMD [\"cat\", \"/arch\"]\n")
		k.run("build", "--builder", k.builder, "--platform", "linux/amd64,linux/arm64", "--test", "grep 64 /arch",
			"--test-on", k.on("amd64"), "--test-on", k.on("arm64"), "-t", name, ".").succeeds(t)
		k.nothingLeft(t)
		k.untouched(t)
		k.run("publish", name).succeeds(t)
	})
}
