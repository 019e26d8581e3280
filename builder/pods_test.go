package builder

import (
	"testing"

	"gotest.tools/v3/assert"
	corev1 "k8s.io/api/core/v1"
)

// A pod that cannot start says why in Kubernetes' own words; one that is on its way is in no trouble.
func TestPodTrouble(t *testing.T) {
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
		assert.Equal(t, podTrouble(pod), tc.want)
	}
}

// ready is a pod that runs, as the cluster sees it, and as its node has seen its containers.
func ready(pod, containers corev1.ConditionStatus) corev1.PodStatus {
	return corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{
		{Type: corev1.PodReady, Status: pod}, {Type: corev1.ContainersReady, Status: containers},
	}}
}
