package builder

import (
	"testing"
	"time"

	"gotest.tools/v3/assert"
	corev1 "k8s.io/api/core/v1"
)

// A pod that cannot start says why in Kubernetes' own words; one that is on its way is in no trouble.
func TestComplaint(t *testing.T) {
	waiting := func(reason, message string) []corev1.ContainerStatus {
		return []corev1.ContainerStatus{{State: corev1.ContainerState{
			Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message},
		}}}
	}
	const nowhere = "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."
	for _, tc := range []struct {
		status corev1.PodStatus
		want   string
	}{
		{corev1.PodStatus{Phase: corev1.PodPending}, ""},
		{corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{
			{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Message: nowhere},
		}}, "Pending: " + nowhere},
		{corev1.PodStatus{Phase: corev1.PodPending, ContainerStatuses: waiting("ContainerCreating", "")}, ""},
		{
			corev1.PodStatus{Phase: corev1.PodPending, ContainerStatuses: waiting("ErrImagePull", "not found")},
			"Pending: ErrImagePull: not found",
		},
		{corev1.PodStatus{Phase: corev1.PodPending, InitContainerStatuses: waiting("CrashLoopBackOff", "")}, "Pending: CrashLoopBackOff"},
		{ready(corev1.ConditionFalse, corev1.ConditionFalse), ""},
		{ready(corev1.ConditionTrue, corev1.ConditionTrue), ""},
		{ready(corev1.ConditionFalse, corev1.ConditionTrue), "Running, but its node n1 is not ready"},
	} {
		pod := &corev1.Pod{Spec: corev1.PodSpec{NodeName: "n1"}, Status: tc.status}
		assert.Equal(t, complaint(pod), tc.want)
	}
}

// ready is a pod that runs, as the cluster sees it, and as its node has seen its containers.
func ready(pod, containers corev1.ConditionStatus) corev1.PodStatus {
	return corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{
		{Type: corev1.PodReady, Status: pod}, {Type: corev1.ContainersReady, Status: containers},
	}}
}

// Pods are given up once they have been in trouble for long, which counts from when it began; not for what may pass.
func TestVigil(t *testing.T) {
	begin := time.Now()
	at := func(seconds int) time.Time { return begin.Add(time.Duration(seconds) * time.Second) }
	mounting, silent := podTrouble{said: "FailedMount", passes: true}, podTrouble{said: "silent", began: at(55)}
	var v vigil
	for _, step := range []struct {
		now              podTrouble
		after            int
		begins, hopeless bool
	}{
		{podTrouble{}, 0, false, false},
		{mounting, 10, true, false},
		{mounting, 60, false, false},
		{podTrouble{said: "ErrImagePull"}, 61, false, false},
		{podTrouble{said: "ImagePullBackOff"}, 80, false, false},
		{podTrouble{said: "ImagePullBackOff"}, 82, false, true},
		{podTrouble{}, 83, false, false},
		{silent, 70, true, false},
		{silent, 76, false, true},
	} {
		begins, hopeless := v.sees(step.now, at(step.after))
		assert.Equal(t, begins, step.begins, "%d", step.after)
		assert.Equal(t, hopeless, step.hopeless, "%d", step.after)
	}
}
