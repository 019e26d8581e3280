package plugin

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// clusterAPI is as much of the API of a cluster as tests ask for: one node of arm64, and one pod for each Job, which has
// ended with a code. How a real one behaves is seen in e2e.
type clusterAPI struct {
	mu    sync.Mutex
	code  int
	jobs  map[string]string
	asked []string
	// images are those that Jobs were made of, and places where they were made: the namespace, and a label of nodes.
	images, places []string
}

// inCluster starts the API, and a kubeconfig that leads there; the namespace is ci.
func inCluster(t *testing.T) *clusterAPI {
	t.Helper()
	api := &clusterAPI{jobs: map[string]string{}}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "kubeconfig")
	config := `{"apiVersion": "v1", "kind": "Config", "current-context": "prod", "users": [{"name": "u", "user": {}}],
		"clusters": [{"name": "c", "cluster": {"server": "` + server.URL + `"}}],
		"contexts": [{"name": "prod", "context": {"cluster": "c", "user": "u", "namespace": "ci"}}]}`
	assert.NilError(t, os.WriteFile(file, []byte(config), 0o600))
	t.Setenv("KUBECONFIG", file)
	return api
}

// ServeHTTP implements [http.Handler].
func (a *clusterAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r.Method+" "+r.URL.Path)
	answer := func(text string) { _, _ = w.Write([]byte(text)) }
	last := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	switch {
	case r.Method == http.MethodPost && r.URL.Query().Has("dryRun"): // nothing is made
		answer(`{"metadata": {"uid": "0"}}`)
	case r.Method == http.MethodPost:
		var job struct {
			Metadata struct{ Name string }
			Spec     struct {
				Template struct {
					Spec struct {
						Containers   []struct{ Image string }
						NodeSelector map[string]string
					}
				}
			}
		}
		_ = json.NewDecoder(r.Body).Decode(&job)
		a.jobs[job.Metadata.Name] = job.Spec.Template.Spec.Containers[0].Image
		a.images = append(a.images, job.Spec.Template.Spec.Containers[0].Image)
		a.places = append(a.places, strings.Split(r.URL.Path, "/")[5]+" "+job.Spec.Template.Spec.NodeSelector["pool"])
		answer(`{"metadata": {"uid": "1"}}`)
	case r.Method == http.MethodDelete:
		delete(a.jobs, last)
		answer("{}")
	case last == "nodes":
		answer(
			`{"items": [{"metadata": {"name": "n1"}, "status": {"nodeInfo": {"architecture": "arm64", "operatingSystem": "linux"}}}]}`,
		)
	case last == "pods" && a.jobs[strings.TrimPrefix(r.URL.Query().Get("labelSelector"), "job-name=")] != "":
		state, _ := json.Marshal(map[string]any{"terminated": map[string]any{"exitCode": a.code, "reason": "Completed"}})
		answer(`{"items": [{"metadata": {"name": "p"}, "spec": {"nodeName": "n1"}, "status": {"phase": "Succeeded",
			"containerStatuses": [{"state": ` + string(state) + `}]}}]}`)
	case last == "log":
		answer("hello\n")
	default:
		answer("{}")
	}
}

// An image is sent by digest to where it is going to be published, and tested there by a Job on a node of its platform.
// No tag is written and no engine is asked; the record names cluster, namespace and node.
func TestOnCluster(t *testing.T) {
	api, fake, registry := inCluster(t), newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	d := plugintest.SaveDraft(t, s, name, "linux/arm64", plugintest.UntestedImage(t, s, "linux/arm64", "app"))
	digest := d.Images[0].Manifest.Digest.String()

	test := []string{"test", "--emulation", "never", "--test", "true", "--test-on", "linux/arm64=kubernetes", name}
	assert.NilError(t, fake.run(t, test...), fake.Stderr.String())
	assert.DeepEqual(t, api.images, []string{registry.Host + "/team/app@" + digest})
	assert.Equal(t, len(api.jobs), 0)
	_, _, sent := registry.Read(t, "team/app", digest)
	assert.Check(t, sent)
	_, _, tagged := registry.Read(t, "team/app", "1")
	assert.Check(t, !tagged)
	assert.Check(t, is.Contains(fake.Stderr.String(), "native on kubernetes:prod/ci"))
	d, err := s.Draft(t.Context(), plugintest.Named(t, name))
	assert.NilError(t, err)
	settings := settingsOf(t, s, d, "linux/arm64")
	assert.Equal(t, settings["engine"], "linux/arm64, native")
	assert.Equal(t, settings["engine name"], "kubernetes:prod/ci")
	assert.Equal(t, settings["node"], "n1")
	assert.Equal(t, len(d.Notes["linux/arm64"].Engines), 0) // nothing is loaded anywhere

	// what a network does nobody knows: it is tested again
	api.code = 3
	assert.Equal(t, ExitCode(fake.run(t, test...)), failure.ExitTests)
	assert.Equal(t, len(api.images), 2)
	assert.Equal(t, len(api.jobs), 0)
}

// Tests run where the builder builds, in its namespace and on nodes with the labels of its own, but for what is said.
func TestOnClusterOfTheBuilder(t *testing.T) {
	api, fake, registry := inCluster(t), newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	plugintest.SaveDraft(t, s, name, "linux/arm64", plugintest.UntestedImage(t, s, "linux/arm64", "app"))
	instances := filepath.Join(fake.Folder, "buildx", "instances")
	assert.NilError(t, os.MkdirAll(instances, 0o700))
	assert.NilError(
		t,
		os.WriteFile(filepath.Join(instances, "farm"), []byte(`{"Name": "farm", "Driver": "kubernetes", "Nodes": [{
		"Name": "farm0", "Endpoint": "kubernetes:///farm?deployment=farm0&kubeconfig=`+os.Getenv("KUBECONFIG")+`",
		"Platforms": [{"os": "linux", "architecture": "arm64"}],
		"DriverOpts": {"namespace": "builds", "nodeselector": "pool=arm"}}]}`), 0o600),
	)
	t.Setenv("BUILDX_BUILDER", "farm")
	for place, want := range map[string]string{
		"kubernetes": "builds arm", "kubernetes:prod/other": "other arm", "kubernetes:/other": "other arm",
		"kubernetes,selector=pool=old": "builds old",
	} {
		api.places = nil
		err := fake.run(t, "test", "--no-test-cache", "--test", "true", "--test-on", "linux/arm64="+place, name)
		assert.NilError(t, err)
		assert.DeepEqual(t, api.places, []string{want})
	}
}

// What a cluster cannot do as an engine does is refused in one line, and nothing is contacted.
func TestOnClusterIsRefused(t *testing.T) {
	api, fake, registry := inCluster(t), newFakeCLI(t), newFakeRegistry(t)
	var asked atomic.Int32
	registry.Intercept(func(http.ResponseWriter, *http.Request) bool {
		asked.Add(1)
		return false
	})
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	plugintest.SavePassed(t, s, name, "app")
	write := func(text string) string {
		file := filepath.Join(t.TempDir(), "tests.yaml")
		assert.NilError(t, os.WriteFile(file, []byte("schemaVersion: 2.0.0\n"+text), 0o600))
		return "--test-config=" + file
	}
	command := "commandTests: [{name: c, command: true, "
	for flag, why := range map[string]string{
		"--test-script=true": "in an engine", "--test-network=x": "a network of an engine",
		"--test-stdin=" + os.Getenv("KUBECONFIG") + "=y": "keeps it in one with standard error",
		"--test-sandbox=strict":                          "not to be had in a pod", "--test-pids=7": "for the nodes of a cluster to say",
		"--test-env=NOT_SET_HERE":                "takes a variable of the image away",
		write(command + "expectedOutput: [a]}]"): "c: a cluster keeps standard output and error in one",
		write(command + "setup: [[a]]}]"):        "no pod does",
		write("metadataTest: {cmd: [a]}\ncontainerRunOptions: {bindMounts: ['/tmp:/there']}"): "bindMounts are of this machine",
	} {
		err := fake.run(t, "test", "--test-on", "linux/arm64=kubernetes", flag, name)
		assert.Check(t, is.Equal(ExitCode(err), failure.ExitInput), "%s: %v", flag, err)
		assert.Check(t, is.ErrorContains(err, why), flag)
	}
	for place, why := range map[string]string{
		"kubernetes:nowhere/ci": `there is no context "nowhere" in the kubeconfig; there are prod`,
		"kubernetes,node=x":     `there is no option "node"`,
	} {
		err := fake.run(t, "test", "--test-on", "linux/arm64="+place, name)
		assert.Check(t, is.Equal(ExitCode(err), failure.ExitInput), place)
		assert.Check(t, is.ErrorContains(err, why))
	}
	assert.Equal(t, len(api.asked), 0)
	assert.Equal(t, asked.Load(), int32(0))
}

// A cluster that does not answer is told before anything is done.
func TestOnClusterThatIsDown(t *testing.T) {
	api, fake := inCluster(t), newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	plugintest.SavePassed(t, s, "app:1", "app")
	config, err := os.ReadFile(os.Getenv("KUBECONFIG"))
	assert.NilError(t, err)
	at := strings.Index(string(config), "http://")
	text := string(config[:at]) + "http://127.0.0.1:1" + string(config[at+strings.IndexByte(string(config[at:]), '"'):])
	assert.NilError(t, os.WriteFile(os.Getenv("KUBECONFIG"), []byte(text), 0o600))
	err = fake.run(t, "test", "--test", "true", "--test-on", "linux/arm64=kubernetes", "app:1")
	assert.Equal(t, ExitCode(err), failure.ExitNotReady, explained(err))
	assert.ErrorContains(t, err, "the cluster kubernetes, which is to test linux/arm64")
	assert.Check(t, is.Contains(explained(err), "kubectl --context prod --namespace ci get nodes,jobs"))
	assert.Equal(t, len(api.asked), 0)
}
