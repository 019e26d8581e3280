package cluster

import (
	"net/http"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A node is at fault where Kubernetes says so, and before that where its kubelet renews nothing; who may not look knows
// of nothing, and does not ask again.
func TestMachineFault(t *testing.T) {
	const nodePath, leasePath = "/api/v1/nodes/n", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n"
	a := &api{refused: map[string]int{}}
	c := serve(t, a)
	m, err := MachinesOf(c.config, "default")
	assert.NilError(t, err)
	fault := func() (string, time.Time) { return m.Fault(t.Context(), "n") }
	a.say(nodePath, `{"status": {"conditions": [{"type": "Ready", "status": "True"}]}}`)
	a.say(leasePath, `{"spec": {"renewTime": "1", "leaseDurationSeconds": 40}}`)
	for range 2 {
		said, _ := fault()
		assert.Equal(t, said, "")
	}
	begin := time.Now().Add(-25 * time.Second)
	m.beats["n"] = beat{"1", begin}
	said, since := fault()
	assert.Check(t, is.Contains(said, "has given no sign of life for 25s"))
	assert.Equal(t, since, begin)
	a.say(leasePath, `{"spec": {"renewTime": "2", "leaseDurationSeconds": 40}}`)
	said, _ = fault()
	assert.Equal(t, said, "")

	a.say(
		nodePath,
		`{"status": {"conditions": [{"type": "Ready", "status": "Unknown", "message": "Kubelet is silent."}]}}`,
	)
	said, _ = fault()
	assert.Equal(t, said, "is not ready: Kubelet is silent.")
	a.refused["GET "+nodePath] = http.StatusNotFound
	said, _ = fault()
	assert.Equal(t, said, "is not in the cluster any more")

	a.refused["GET "+nodePath], a.refused["GET "+leasePath] = http.StatusForbidden, http.StatusForbidden
	_, _ = fault()
	asked := len(a.asked)
	said, _ = fault()
	assert.Equal(t, said, "")
	assert.Equal(t, len(a.asked), asked)
}

// What has happened to a pod is told where the last of it is not well.
func TestComplaint(t *testing.T) {
	a := &api{}
	m, err := MachinesOf(serve(t, a).config, "default")
	assert.NilError(t, err)
	assert.Equal(t, m.Complaint(t.Context(), "p"), "")
	const waited, mount = `{"type": "Warning", "reason": "FailedScheduling"}`, `{"type": "Warning", "reason": "FailedMount", "message": "no such secret"}`
	a.say(eventsPath, `{"items": [`+waited+`, {"type": "Normal", "reason": "Scheduled"}]}`)
	assert.Equal(t, m.Complaint(t.Context(), "p"), "")
	a.say(eventsPath, `{"items": [`+waited+`, {"type": "Normal", "reason": "Scheduled"}, `+mount+`]}`)
	assert.Equal(t, m.Complaint(t.Context(), "p"), "FailedMount: no such secret")
}

// What a container has written last is told as one line.
func TestLastWords(t *testing.T) {
	a := &api{refused: map[string]int{}}
	m, err := MachinesOf(serve(t, a).config, "default")
	assert.NilError(t, err)
	a.say("/api/v1/namespaces/default/pods/p/log", "one\ntwo\n")
	assert.Equal(t, m.LastWords(t.Context(), "p", "c"), "one; two")
	a.refused["GET /api/v1/namespaces/default/pods/p/log"] = http.StatusForbidden
	assert.Equal(t, m.LastWords(t.Context(), "p", "c"), "")
}
