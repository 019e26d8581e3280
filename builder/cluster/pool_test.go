package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/containerd/platforms"
	enginecontainer "github.com/moby/moby/api/types/container"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// a pool is an engine as far as tests need one.
var _ localtest.Engine = (*Pool)(nil)

// podIs is a list of one pod with a status.
func podIs(meta, status string) string {
	return `{"items": [{"metadata": {"name": "p"` + meta + `}, "spec": {"nodeName": "a"}, "status": ` + status + `}]}`
}

func container1(state string) string {
	return `{"phase": "Running", "containerStatuses": [{"state": ` + state + `}]}`
}

func test(name string) container.Spec {
	return container.Spec{Purpose: "test", Config: enginecontainer.Config{
		Image: name, Env: []string{"A=$(B)"}, Entrypoint: []string{"sh", "-c", "echo $HOME $(date)"},
	}, Host: enginecontainer.HostConfig{Resources: enginecontainer.Resources{Memory: 64 << 20, NanoCPUs: 5e8}}}
}

// A program that ends is judged by its code and what it has written; nothing is left.
func TestRun(t *testing.T) {
	a := &api{}
	c := serve(t, a)
	c.Login = func(string) (Login, error) { return Login{Host: "r.example", User: "u", Password: "p"}, nil }
	a.say(podsPath, podIs("", container1(`{"terminated": {"exitCode": 7, "reason": "Error"}}`)))
	a.say(podsPath+"/p/log", "out\nqemu: uncaught target signal 11\n")
	pool := c.Pool(platforms.MustParse("linux/arm64"))
	var made []string
	spec := test("r.example/app@sha256:1")
	spec.After = func(context.Context, string) error {
		made = a.left()
		a.say(podsPath, `{"items": []}`)
		return nil
	}
	exit, err := container.Run(t.Context(), pool, spec)
	assert.NilError(t, err)
	assert.Equal(t, exit.Code, 7)
	assert.Equal(t, string(exit.Stdout), "out\n")
	assert.Equal(t, string(exit.Stderr), "qemu: uncaught target signal 11\n")
	assert.Equal(t, len(made), 2, "%v", made)
	assert.Equal(t, len(a.left()), 0, "%v", a.left())
	assert.Equal(t, pool.NodeOf("r.example/app@sha256:1"), "a")
}

// Of what is too long to be kept the end is told, too, also where it is more than is read in one go: the reason of a
// failure, and that an emulator has crashed, stand there.
func TestLongLogs(t *testing.T) {
	for name, size := range map[string]int{"long": 3 << 20, "endless": 70 << 20} {
		a := &api{}
		a.say(podsPath, podIs("", container1(`{"terminated": {"exitCode": 7, "reason": "Error"}}`)))
		written := "starting\n" + strings.Repeat(strings.Repeat("runs ", 1000)+"\n", size/5001) +
			"no such table\nqemu: uncaught target signal 11\n"
		a.say(podsPath+"/p/log", written)
		pool := serve(t, a).Pool(platforms.MustParse("linux/arm64"))
		spec := test("r.example/app@sha256:1")
		spec.After = func(context.Context, string) error {
			a.say(podsPath, `{"items": []}`)
			return nil
		}
		exit, err := container.Run(t.Context(), pool, spec)
		assert.NilError(t, err)
		text := string(exit.Stdout)
		assert.Check(t, len(text) <= container.OutputLimit && strings.HasPrefix(text, "starting\nruns runs "), name)
		assert.Check(t, strings.HasSuffix(text, "runs \nno such table\n"), name)
		_, note, _ := strings.Cut(text, "… ")
		note, _, _ = strings.Cut(note, " bytes left out …\n")
		missing, err := strconv.Atoi(strings.TrimPrefix(note, "at least "))
		assert.Check(t, err == nil && missing > len(written)*9/10-container.OutputLimit && missing < len(written), note)
		assert.Equal(t, string(exit.Stderr), "qemu: uncaught target signal 11\n")
	}
}

// What is sent says what is run, word for word, with its limits, and who pulls it.
func TestJob(t *testing.T) {
	a := &api{}
	pool := serve(t, a).Pool(platforms.MustParse("linux/arm64"))
	spec := test("app@sha256:1")
	spec.Config.Labels = container.Labels("test")
	body, err := json.Marshal(pool.job("n", &spec.Config, &spec.Host, "n"))
	assert.NilError(t, err)
	for _, part := range []string{
		`"command":["sh","-c","echo $$HOME $$(date)"]`, `"value":"$$(B)"`, `"backoffLimit":0`, `"suspend":true`,
		`"limits":{"cpu":"500000000n","memory":"67108864"}`, `"imagePullSecrets":[{"name":"n"}]`,
		`"nodeSelector":{"kubernetes.io/arch":"arm64","kubernetes.io/os":"linux"}`, `"automountServiceAccountToken":false`,
		`"annotations":{"com.docker-multiplat.owner":`,
	} {
		assert.Check(t, is.Contains(string(body), part))
	}
	assert.Check(t, !strings.Contains(string(body), `"args"`))
}

// What a runtime has against a program is the image's; all else says nothing of it, in the cluster's own words.
func TestWhatDoesNotRun(t *testing.T) {
	created := `"deletionTimestamp": "2026-01-02T03:04:05Z"`
	for _, at := range []struct{ name, meta, status, refused, lost string }{
		{
			name: "no such program", status: container1(`{"terminated": {"exitCode": 128, "reason": "StartError",
				"message": "OCI runtime create failed: exec: nope: not found"}}`), refused: "exec: nope",
		},
		{name: "deleted", meta: ", " + created, status: container1(`{"running": {}}`), lost: "pod p on node a was deleted"},
		{
			name: "evicted", status: `{"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."}`,
			lost: "pod p on node a has failed: Evicted: The node was low on resource: memory.",
		},
		{
			name: "drained", status: `{"phase": "Running", "conditions": [{"type": "DisruptionTarget", "status": "True",
				"reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting"}]}`,
			lost: "pod p on node a was taken away: EvictionByEvictionAPI: Eviction API: evicting",
		},
		{
			name: "no image", status: container1(`{"waiting": {"reason": "InvalidImageName", "message": "couldn't parse"}}`),
			lost: "pod p on node a cannot pull its image: InvalidImageName: couldn't parse",
		},
	} {
		t.Run(at.name, func(t *testing.T) {
			a := &api{}
			c := serve(t, a)
			a.say(podsPath, podIs(at.meta, at.status))
			pool := c.Pool(platforms.MustParse("linux/arm64"))
			made, err := pool.ContainerCreate(t.Context(), createOptions(test("app@sha256:1")))
			assert.NilError(t, err)
			_, err = pool.ContainerStart(t.Context(), made.ID, startOptions())
			if at.refused != "" {
				assert.Check(t, cerrdefs.IsInvalidArgument(err), "%v", err)
				assert.Check(t, is.ErrorContains(err, at.refused))
				return
			}
			_, is := errors.AsType[*LostError](err)
			assert.Check(t, is, "%v", err)
			assert.Error(t, err, at.lost)
		})
	}
}

// A pod that waits says for what, and for how long it was waited.
func TestPending(t *testing.T) {
	a := &api{}
	pool := serve(t, a).Pool(platforms.MustParse("linux/arm64"))
	r := &run{name: "j", seen: true}
	r.pod.Metadata.Name = "p"
	r.pod.Status.Conditions = []condition{{Type: "PodScheduled", Status: "False", Message: "0/2 nodes are available"}}
	w := &waitFor{stage: "node"} // since long ago
	_, err := pool.arrived(t.Context(), r, w)
	assert.Error(t, err, "pod p is Pending: 0/2 nodes are available (waited 25s for a node with "+
		"kubernetes.io/arch=arm64, kubernetes.io/os=linux)")

	a.say("/api/v1/namespaces/default/events", `{"items": [
		{"reason": "Scheduled", "type": "Normal"}, {"reason": "FailedCreate", "type": "Warning", "message": "exceeded quota"}]}`)
	r.seen, w = false, &waitFor{stage: "pod"}
	_, err = pool.arrived(t.Context(), r, w)
	assert.ErrorContains(t, err, "the Job j has no pod: FailedCreate: exceeded quota")
}

// A cluster that does not let go of a pod is told with the command that removes it.
func TestWhatIsLeft(t *testing.T) {
	pool := serve(t, &api{}).Pool(platforms.MustParse("linux/arm64"))
	assert.Equal(t, pool.RemovedBy("j"), "kubectl --context lab --namespace default delete job j")
}

// Who has no login needs no rights to secrets.
func TestRemoveWithoutRightsToSecrets(t *testing.T) {
	a := &api{refused: map[string]int{"DELETE /api/v1/namespaces/default/secrets/j": http.StatusForbidden}}
	c := serve(t, a)
	assert.NilError(t, c.remove(t.Context(), "j"))
	a.refused = map[string]int{"DELETE /apis/batch/v1/namespaces/default/jobs/j": http.StatusForbidden}
	assert.ErrorContains(t, c.remove(t.Context(), "j"), "not today")
}

// Jobs of killed processes are removed, and no others.
func TestSweep(t *testing.T) {
	a := &api{}
	c := serve(t, a)
	alive, dead := container.Owner(), container.Owner()
	if alive == "" {
		t.Skip("owners are not told on this system")
	}
	dead = dead[:strings.LastIndexByte(dead, '/')] + "/1"
	a.say("/apis/batch/v1/namespaces/default/jobs", `{"items": [
		{"metadata": {"name": "mine", "annotations": {"com.docker-multiplat.owner": "`+alive+`"}}},
		{"metadata": {"name": "dead", "annotations": {"com.docker-multiplat.owner": "`+dead+`"}}},
		{"metadata": {"name": "other", "annotations": {"com.docker-multiplat.owner": "elsewhere"}}}]}`)
	gone, err := c.Sweep(t.Context())
	assert.NilError(t, err)
	assert.DeepEqual(t, gone, []string{"dead"})
}

// Who waits for a sign of life of a node knows of which.
func TestSilentNode(t *testing.T) {
	a := &api{}
	a.say(podsPath+"/p/log", "out\n")
	pool := serve(t, a).Pool(platforms.MustParse("linux/arm64"))
	r := &run{name: "j"}
	assert.NilError(t, json.Unmarshal([]byte(`{"metadata": {"name": "p"}, "spec": {"nodeName": "a"}, "status": `+
		container1(`{"running": {}}`)+`}`), &r.pod))
	pool.runs["j"] = r
	assert.NilError(t, pool.Alive(t.Context()))
	assert.Equal(t, pool.Silent(), "")
	ctx, cancel := context.WithCancel(t.Context())
	a.delay = cancel
	assert.ErrorContains(t, pool.Alive(ctx), "node a")
	assert.Equal(t, pool.Silent(), "a")
}

// Pods take numbers: who the user of an image is, is known here. Who is not in it is refused, as an engine does it.
func TestAccounts(t *testing.T) {
	a := &api{}
	a.say(
		"/api/v1/nodes",
		strings.ReplaceAll(twoNodes, `{"nodeInfo"`, `{"features": {"supplementalGroupsPolicy": true}, "nodeInfo"`),
	)
	c := serve(t, a)
	assert.NilError(t, c.Open(t.Context()))
	pool, none := c.Pool(platforms.MustParse("linux/arm64")), errors.New("unable to find group no")
	pool.Knows("app", func(_ context.Context, user string) (string, error) {
		return map[string]string{"me:staff": "7:8"}[user], map[string]error{"me:no": none}[user]
	}, func(err error) bool { return errors.Is(err, none) })
	spec := test("app")
	for user, want := range map[string]string{
		"me:staff": `"runAsGroup":8,"runAsUser":7`, "5:6": `"runAsGroup":6,"runAsUser":5`, "5": `"runAsUser":5`,
	} {
		spec.Config.User = user
		_, err := pool.ContainerCreate(t.Context(), createOptions(spec))
		assert.NilError(t, err)
		job, err := json.Marshal(a.things)
		assert.NilError(t, err)
		assert.Check(t, is.Contains(string(job), want))
		assert.Check(t, is.Equal(strings.Contains(string(job), `"supplementalGroupsPolicy":"Strict"`), user != "5"))
		a.things = map[string]object{}
	}
	spec.Config.User = "me:no"
	exit, err := container.Run(t.Context(), pool, spec)
	assert.NilError(t, err)
	assert.ErrorContains(t, exit.Refused, "unable to find group no")
	spec.Config.Image = "other"
	_, err = container.Run(t.Context(), pool, spec)
	assert.ErrorContains(t, err, `nobody knows who the user "me:no" of other is`)
}
