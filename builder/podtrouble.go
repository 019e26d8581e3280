package builder

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// podTrouble is what keeps pods from starting.
type podTrouble struct {
	// said is that in words; empty: nothing that is known.
	said string
	// began is when it did, where that is known.
	began time.Time
	// passes tells that it may end by itself, as a volume that is attached late.
	passes bool
}

// trouble is what keeps them from starting.
func (p *pods) trouble(ctx context.Context) podTrouble {
	list, err := p.client.List(ctx, metav1.ListOptions{LabelSelector: p.selector})
	if err != nil {
		return podTrouble{}
	}
	var passes podTrouble
	for i := range list.Items {
		pod := &list.Items[i]
		now := p.troubleOf(ctx, pod)
		if now.said == "" {
			continue
		}
		now.said = fmt.Sprintf("pod %s is %s", pod.Name, visible.Line(now.said))
		if !now.passes {
			return now
		}
		passes = now
	}
	return passes
}

// troubleOf is what keeps a pod from starting: that its machine is gone, what its conditions and its containers say,
// and what has happened to it.
func (p *pods) troubleOf(ctx context.Context, pod *corev1.Pod) podTrouble {
	if pod.DeletionTimestamp != nil || says(pod, corev1.PodReady, corev1.ConditionTrue) {
		return podTrouble{}
	}
	if on := pod.Spec.NodeName; on != "" {
		if fault, since := p.machines.Fault(ctx, on); fault != "" {
			return podTrouble{said: fmt.Sprintf("%s, but its node %s %s", pod.Status.Phase, on, fault), began: since}
		}
	}
	if said := cmp.Or(p.crash(ctx, pod), complaint(pod)); said != "" {
		return podTrouble{said: said}
	}
	if pod.Status.Phase != corev1.PodPending || pod.Spec.NodeName == "" {
		return podTrouble{}
	}
	if event := p.machines.Complaint(ctx, pod.Name); event != "" {
		return podTrouble{said: fmt.Sprintf("%s: %s", pod.Status.Phase, event), passes: true}
	}
	return podTrouble{}
}

// crash is what a container of a pod ends with again and again: between two times it seems to run. Empty: none does.
func (p *pods) crash(ctx context.Context, pod *corev1.Pod) string {
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		end := c.LastTerminationState.Terminated
		if end == nil || c.Ready || c.RestartCount < 2 {
			continue
		}
		said := fmt.Sprintf("%s: its container %s has ended %d times, the last time with exit code %d", pod.Status.Phase,
			c.Name, c.RestartCount, end.ExitCode)
		if last := p.machines.LastWords(ctx, pod.Name, c.Name); last != "" {
			said += ", and said: " + last
		}
		return said
	}
	return ""
}

// complaint is what keeps a pod from starting, in the words of its conditions and of its containers.
func complaint(pod *corev1.Pod) string {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return fmt.Sprintf("%s: %s", pod.Status.Phase, c.Message)
		}
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		waiting := c.State.Waiting
		if waiting != nil && waiting.Reason != "ContainerCreating" && waiting.Reason != "PodInitializing" {
			return strings.TrimSuffix(fmt.Sprintf("%s: %s: %s", pod.Status.Phase, waiting.Reason, waiting.Message), ": ")
		}
	}
	if says(pod, corev1.PodReady, corev1.ConditionFalse) && says(pod, corev1.ContainersReady, corev1.ConditionTrue) {
		return fmt.Sprintf("%s, but its node %s is not ready", pod.Status.Phase, pod.Spec.NodeName)
	}
	return ""
}

// says tells whether a condition of a pod is known to be so. Where a node is lost, nobody takes back what its kubelet
// has said of the containers.
func says(pod *corev1.Pod, kind corev1.PodConditionType, status corev1.ConditionStatus) bool {
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == kind && c.Status == status
	})
}
