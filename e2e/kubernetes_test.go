//go:build e2e && kubernetes

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// kubernetes is the lab's cluster, in which a scenario has a namespace. Both nodes are of amd64; the second says by a
// label of its own that it is of arm64.
type kubernetes struct {
	*scenario
	namespace string
	buildkitd string
	// registry is where the pods find the lab's.
	registry string
}

// inKubernetes runs a test in the lab's cluster, with no engine that could be reached.
func inKubernetes(t *testing.T, test func(*testing.T, *kubernetes)) {
	t.Helper()
	environ := labEnvironment(t, containerdStore)
	config := environ["LAB_KUBECONFIG"]
	if config == "" {
		t.Fatal("the lab has no Kubernetes: run `make lab-kubernetes` first, or `make e2e-kubernetes`")
	}
	s := newScenario(t, containerdStore)
	k := &kubernetes{
		scenario: s.with("KUBECONFIG="+config, "DOCKER_HOST=unix:///there/is/no/engine"), namespace: "e2e-" + s.id,
		buildkitd: environ["LAB_KUBERNETES_BUILDKITD_CONFIG"], registry: environ["LAB_KUBERNETES_REGISTRY"],
	}
	k.kubectl("create", "namespace", k.namespace).succeeds(t)
	t.Cleanup(func() {
		for _, n := range []string{"1", "2"} {
			k.node(t, n, "on")
			k.node(t, n, "join")
		}
		k.kubectl("delete", "namespace", k.namespace, "--wait=false").succeeds(t)
	})
	k.ready(t) // what the scenario before has done to nodes is over
	test(t, k)
}

// kubectl is the command for the scenario's namespace.
func (k *kubernetes) kubectl(args ...string) result {
	k.t.Helper()
	ctx := context.WithoutCancel(k.t.Context()) // also what cleans up
	return k.finish(k.commandContext(ctx, k.lab.tool("kubectl"), append([]string{"--namespace", k.namespace}, args...)...))
}

// node does to a node what happens to machines.
func (k *kubernetes) node(t *testing.T, n, what string) {
	t.Helper()
	output, err := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join("lab", "lab"), "node", n, what).
		CombinedOutput()
	assert.NilError(t, err, "%s", output)
}

// on is where a platform is tested: on the node that says to be of it.
func (k *kubernetes) on(arch string) string {
	return fmt.Sprintf("linux/%s=kubernetes:lab/%s,selector=farm/arch=%s", arch, k.namespace, arch)
}

// nothingLeft looks for all that a test makes.
func (k *kubernetes) nothingLeft(t *testing.T) {
	t.Helper()
	eventually(t, "nothing is left in the cluster", func() error {
		if left := k.kubectl("get", "jobs,pods,secrets", "--output", "name").Stdout; left != "" {
			return errors.New(left)
		}
		return nil
	})
}

// draft is a draft of two platforms, which an engine has built.
func (k *kubernetes) draft(t *testing.T, dockerfile string) (name string) {
	t.Helper()
	name = k.repository("app") + ":1"
	k.write("Dockerfile", dockerfile)
	s := k.with("DOCKER_HOST=" + k.lab.engine)
	s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
	s.run("build", "--quiet", "-t", name, ".").succeeds(t)
	return name
}

// untouched looks whether a tag was written.
func (k *kubernetes) untouched(t *testing.T) {
	t.Helper()
	assert.Check(t, is.Len(k.scenario.registry.tags(t, strings.TrimPrefix(k.repository("app"), k.lab.registry+"/")), 0))
}

// Built by pods, tested by Jobs, published: there is no engine anywhere. What was tested is what stands under the tag, and
// the records say where it was tested, and how.
func TestKubernetesWithoutEngine(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		k.emulators(t)
		k.kubectl("create", "namespace", k.namespace+"-b").succeeds(t)
		t.Cleanup(func() { k.kubectl("delete", "namespace", k.namespace+"-b", "--wait=false").succeeds(t) })
		words := []string{
			"init", "--builder", k.builder, "--driver", "kubernetes", "--buildkitd-config", k.buildkitd,
			"--driver-opt", "namespace=" + k.namespace + "-b", "--platform", "linux/amd64,linux/arm64",
		}
		for _, arch := range []string{"amd64", "arm64"} {
			words = append(words, "--node", "linux/"+arch+"=kubernetes,nodeselector=farm/arch="+arch)
		}
		for range 2 {
			k.run(words...).succeeds(t)
		}
		k.run("status").succeeds(t)
		name := k.repository("app") + ":1"
		k.write("Dockerfile", "FROM busybox\nRUN uname -m > /arch\nCMD [\"cat\", \"/arch\"]\n")
		// the labels of the nodes are those of the builder
		tests := []string{"--test", "cat /arch"}
		for _, arch := range []string{"amd64", "arm64"} {
			tests = append(tests, "--test-on", "linux/"+arch+"=kubernetes:/"+k.namespace)
		}
		platforms := []string{"--platform", "linux/amd64,linux/arm64", "-t", name, "."}

		plan := k.run(append(append([]string{"build", "--dry-run"}, tests...), platforms...)...).succeeds(t)
		assert.Check(t, is.Contains(plan.Stdout, "emulated on kubernetes:lab/"+k.namespace))
		built := k.run(append(append([]string{"build"}, tests...), platforms...)...).succeeds(t)
		assert.Check(t, is.Contains(built.Stderr, "native on kubernetes:lab/"+k.namespace))
		assert.Check(t, is.Contains(built.Stderr, "emulated on kubernetes:lab/"+k.namespace))
		k.nothingLeft(t)
		k.untouched(t)
		k.run("publish", name).succeeds(t)

		repository := strings.TrimSuffix(strings.TrimPrefix(name, k.lab.registry+"/"), ":1")
		doc, ok := k.scenario.registry.manifest(t, repository, "1")
		assert.Assert(t, ok)
		var index ocispec.Index
		assert.NilError(t, json.Unmarshal(doc.Body, &index))
		records := ""
		for _, image := range imagesOf(index) {
			records += k.records(t, repository, attestationsOf(index)[image.Digest.String()])
		}
		for _, want := range []string{"kubernetes:lab/" + k.namespace, "node1", "node2", "linux/amd64, native", "linux/amd64, emulated"} {
			assert.Check(t, is.Contains(records, want))
		}
		k.staged(t, tests)
		k.dark(t, append([]string{"build"}, platforms...))
	})
}

// dark is a build while both nodes have no power: it ends soon, and says of which node that is.
func (k *kubernetes) dark(t *testing.T, build []string) {
	t.Helper()
	k.node(t, "1", "off")
	k.node(t, "2", "off")
	k.kubectl("wait", "--for=condition=Ready=Unknown", "node", "--all", "--timeout=60s").succeeds(t)
	dark := k.run(build...).exits(t, 3)
	assert.Check(t, is.Contains(dark.Stderr, "is Running, but its node node1 is not ready"))
	assert.Check(t, is.Contains(dark.Stderr, "is Running, but its node node2 is not ready"))
	assert.Check(t, !strings.Contains(dark.Stderr, "level=error"), dark.Stderr)
}

// staged has the pods that build push their images themselves: no layer crosses this machine.
func (k *kubernetes) staged(t *testing.T, tests []string) {
	t.Helper()
	k.write("Dockerfile", "FROM busybox\nRUN uname -m > /arch && echo staged\n")
	name := k.repositoryAt(k.registry, "staged") + ":1"
	insecure := []string{"--insecure-registry", k.registry}
	args := append(
		append([]string{"build", "--stage", "registry", "--platform", "linux/amd64,linux/arm64"}, insecure...),
		tests...)
	built := k.run(append(args, "-t", name, ".")...).succeeds(t)
	assert.Check(t, is.Contains(built.Stderr, "emulated on kubernetes:lab/"+k.namespace))
	k.nothingLeft(t)
	k.run(append(append([]string{"publish"}, insecure...), name)...).succeeds(t)
}

// Tests come to the verdicts that they come to on an engine.
func TestKubernetesVerdicts(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		name := k.draft(
			t,
			"FROM busybox\nRUN chmod 1777 /tmp\nARG V\nLABEL v=$V\nENV A=1\nUSER 1000:1001\nCMD [\"sleep\", \"300\"]\n"+
				"HEALTHCHECK CMD test -e /tmp/well || { touch /tmp/well; exit 1; }\n",
		)
		k.write("tests.yaml", "schemaVersion: 2.0.0\nfileExistenceTests: [{name: shell, path: /bin/sh, shouldExist: true}]\n"+
			"commandTests: [{name: user, command: sh, args: [-c, 'test $(id -u) = 7'], exitCode: 0}]\n"+
			"containerRunOptions: {user: '7'}\n")
		for i, at := range []struct {
			code int
			says string
			args []string
		}{
			{0, "", []string{"--test-local"}},
			{0, "", []string{"--test", `sh -c 'test "$A$B$(id -u):$(id -g)" = "1\$(A) x1000:1001"'`, "--test-env", "B=$(A) x"}},
			{5, "exit code 7, not 0", []string{"--test", "sh -c 'echo out; exit 7'"}},
			{5, "executable file not found", []string{"--test", "nope"}},
			{6, "not done after 2s", []string{"--test", "sleep 60", "--test-timeout", "2s", "--test-emulated-factor", "1"}},
			{6, "out of memory", []string{"--test", "sh -c 'tail /dev/zero'", "--test-memory", "16m"}},
			{0, "", []string{"--test-exec", "test -e /bin/sh"}},
			{5, "still exit code 1", []string{"--test-exec", "false", "--test-timeout", "2s", "--test-emulated-factor", "1"}},
			{0, "", []string{"--test-config", "tests.yaml"}},
		} {
			// what an image has failed is kept by its bytes
			k.with("DOCKER_HOST="+k.lab.engine).run("build", "--quiet", "--platform", "linux/arm64",
				"--build-arg", fmt.Sprintf("V=%d", i), "-t", name, ".").succeeds(t)
			args := append([]string{"test", "--platform", "linux/arm64", "--test-on", k.on("arm64")}, at.args...)
			r := k.run(append(args, name)...).exits(t, at.code)
			assert.Check(t, is.Contains(r.Stderr+r.Stdout, at.says), "%v", at.args)
			k.nothingLeft(t)
		}
		for flag, why := range map[string]string{
			"--test-script=true": "--test-script is given the image in an engine", "--test-network=bridge": "network of an engine",
			"--test-sandbox=strict": "not to be had in a pod", "--test-env=UNSET_HERE": "takes a variable of the image away",
		} {
			r := k.run("test", "--test", "true", "--test-on", k.on("arm64"), flag, name).exits(t, 2)
			assert.Check(t, is.Contains(r.Stderr, why))
		}
		k.untouched(t)
	})
}

// An image that cannot start, as its user is not in it or a volume of it is a file, fails as it does on an engine.
func TestKubernetesStart(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		for dockerfile, says := range map[string]string{
			"FROM busybox\nUSER nobody-knows\nCMD [\"true\"]\n": "no users found",
			"FROM busybox\nVOLUME /bin/sh\nCMD [\"true\"]\n":    "is not directory",
		} {
			name := k.draft(t, dockerfile)
			r := k.run("test", "--platform", "linux/amd64", "--test", "true", "--test-on", k.on("amd64"), name).exits(t, 5)
			assert.Check(t, is.Contains(r.Stderr, says))
			k.nothingLeft(t)
		}
		name := k.draft(t, "FROM busybox\nCMD [\"true\"]\n")
		for namespace, code := range map[string]int{"not-there": 3, "..": 2, "Not Valid": 2} {
			r := k.run("test", "--test", "true", "--test-on", "linux/arm64=kubernetes:lab/"+namespace, name).exits(t, code)
			assert.Check(t, is.Contains(r.Stderr, namespace))
		}
		k.untouched(t)
	})
}

// An image behind a login is pulled with a secret that goes with the test; the image is tested where it stands as well.
func TestKubernetesSignIn(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		environ := labEnvironment(t, containerdStore)
		host := environ["LAB_AUTH_REGISTRY"]
		k.login(t, host, environ["LAB_AUTH_USER"]+":"+environ["LAB_AUTH_PASSWORD"])
		draft := k.draft(t, "FROM busybox\nCMD [\"true\"]\n")
		name := host + "/" + strings.SplitN(draft, "/", 2)[1]
		k.run("tag", draft, name).succeeds(t)
		k.run("test", "--test-on", k.on("amd64"), "--test-on", k.on("arm64"), name).succeeds(t)
		published := k.run("publish", name).succeeds(t)
		k.run("test", "--platform", "linux/arm64", "--test", "true", "--test-on", k.on("arm64"),
			strings.TrimSpace(strings.Replace(published.Stdout, ":1@", "@", 1))).succeeds(t)
		k.nothingLeft(t)

		other := k.with()
		other.login(t, host, "nobody:wrong")
		denied := k.run("test", "--test", "id", "--platform", "linux/arm64", "--test-on", k.on("arm64"), name)
		assert.Equal(t, denied.Code, 7)
		assert.Check(t, is.Equal(strings.Count(denied.Stderr, "No tag was touched"), 1))
		assert.Check(t, is.Contains(denied.Stderr, "next: docker login "+host+"\n"))
		k.nothingLeft(t)
	})
}

// What becomes of a pod is told in words and soon; the platform is inconclusive, the other one keeps its verdict, no tag
// is touched, and nothing is left.
func TestKubernetesTroubles(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		name := k.draft(t, "FROM busybox\nCMD [\"true\"]\n")
		pending := k.run("test", "--test", "true", "--test-on", k.on("amd64"),
			"--test-on", "linux/arm64=kubernetes:lab/"+k.namespace+",selector=farm/arch=none", name).exits(t, 6)
		assert.Check(t, is.Contains(pending.Stderr, "is Pending: 0/2 nodes are available"))
		k.nothingLeft(t)

		gone := k.struck(t, name, func(pod string) {
			k.kubectl("delete", "pod", pod, "--wait=false").succeeds(t)
		})
		assert.Check(t, is.Contains(gone, "was deleted"))
		k.nothingLeft(t)

		quiet := k.struck(t, name, func(string) { k.node(t, "2", "cut") })
		assert.Check(t, is.Contains(quiet, "no sign of life"))
		k.node(t, "2", "join")
		k.ready(t)
		k.nothingLeft(t)

		dark := k.struck(t, name, func(string) { k.node(t, "2", "off") })
		assert.Check(t, is.Contains(dark, "node2"))
		k.node(t, "2", "on")
		k.ready(t)
		k.nothingLeft(t)

		k.interrupt(t, "testing sleep 300", "test", "--progress", "plain", "--platform", "linux/arm64",
			"--test", "sleep 300", "--test-on", k.on("arm64"), name)
		k.nothingLeft(t)
		k.killed(t, name)
		k.untouched(t)
	})
}

// ready waits until both nodes are.
func (k *kubernetes) ready(t *testing.T) {
	t.Helper()
	k.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=60s").succeeds(t)
}

// begin starts a long test of both platforms, and gives the pod of the second one when it runs.
func (k *kubernetes) begin(t *testing.T, name string) (command *exec.Cmd, log, pod string) {
	t.Helper()
	command = k.command(
		"docker",
		"multiplat",
		"test",
		"--progress",
		"plain",
		"--test",
		"sh -c '[ $(uname -m) = x86_64 ] || sleep 300'",
		"--test-timeout",
		"300s",
		"--test-on",
		k.on("amd64"),
		"--test-on",
		k.on("arm64"),
		name,
	)
	file, err := os.Create(filepath.Join(k.dir, "struck.log"))
	assert.NilError(t, err)
	command.Stdout, command.Stderr = file, file
	assert.NilError(t, command.Start())
	eventually(t, "the pod runs", func() error {
		listed := k.kubectl("get", "pods", "--output",
			`jsonpath={range .items[*]}{.metadata.name} {.spec.nodeName} {.status.phase}{"\n"}{end}`)
		for line := range strings.Lines(listed.Stdout) {
			if name, is := strings.CutSuffix(line, " node2 Running\n"); is {
				pod = name
				return nil
			}
		}
		return errors.New("there is none")
	})
	return command, file.Name(), pod
}

// struck does something to a long test of both platforms, and gives what is said of it.
func (k *kubernetes) struck(t *testing.T, name string, strike func(pod string)) string {
	t.Helper()
	command, log, pod := k.begin(t, name)
	strike(pod)
	struck := time.Now()
	_ = command.Wait() // it fails, by its exit code
	t.Logf("it ended %.1f s later", time.Since(struck).Seconds())
	text, err := os.ReadFile(log)
	assert.NilError(t, err)
	t.Logf("%s", text)
	assert.Equal(t, command.ProcessState.ExitCode(), 6)
	inspected := k.run("inspect", "--format", "json", "--local", name).succeeds(t)
	assert.Check(t, is.Contains(inspected.Stdout, `"passed"`))
	return string(text)
}

// killed kills a test: the next one in the cluster removes what it has left.
func (k *kubernetes) killed(t *testing.T, name string) {
	t.Helper()
	command, _, _ := k.begin(t, name)
	children, err := exec.CommandContext(t.Context(), "pgrep", "-P", fmt.Sprint(command.Process.Pid)).Output()
	assert.NilError(t, err)
	for _, pid := range append(strings.Fields(string(children)), fmt.Sprint(command.Process.Pid)) {
		_ = exec.CommandContext(t.Context(), "kill", "-9", pid).Run()
	}
	_ = command.Wait()
	again := k.run("test", "--platform", "linux/amd64", "--test", "true", "--test-on", k.on("amd64"), name)
	assert.Check(t, is.Contains(again.Stderr, "removed what a process that was killed has left: Job multiplat-test-"))
	k.nothingLeft(t)
}
