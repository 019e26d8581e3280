package cluster

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// LostError says why the cluster tells nothing of an image: its pod waits, or is gone.
type LostError struct{ reason string }

// Error implements error.
func (e *LostError) Error() string { return e.reason }

func lost(format string, args ...any) *LostError { return &LostError{fmt.Sprintf(format, args...)} }

// refusal is the "no" of the runtime of a node to a container.
type refusal struct{ reason string }

// Error implements error.
func (e *refusal) Error() string { return e.reason }

// InvalidParameter says to what class of error it belongs.
func (*refusal) InvalidParameter() {}

// How long a pod may be on its way.
const (
	// schedulingLimit is for finding a node, and for all that is not pulling.
	schedulingLimit = 25 * time.Second
	// refusedLimit is for a registry that says no: kubelet asks it again after some ten seconds, and has then a secret
	// that it may not have seen before.
	refusedLimit = 25 * time.Second
	// pullLimit is for an image that is being pulled.
	pullLimit = 20 * time.Minute
)

// ended is how the container of a pod has ended; nil: it has not.
func ended(p pod) *termination {
	if len(p.Status.ContainerStatuses) == 0 {
		return nil
	}
	return p.Status.ContainerStatuses[0].State.Terminated
}

// running tells that the container of a pod runs.
func running(p pod) bool {
	return len(p.Status.ContainerStatuses) > 0 && p.Status.ContainerStatuses[0].State.Running != nil
}

// waiting says for what the container of a pod waits.
func waiting(p pod) (reason, message string) {
	if len(p.Status.ContainerStatuses) == 0 || p.Status.ContainerStatuses[0].State.Waiting == nil {
		return "", ""
	}
	w := p.Status.ContainerStatuses[0].State.Waiting
	return w.Reason, w.Message
}

// vanished is why a pod says nothing of the image any more: somebody has deleted it, or its node has no room; nil: it
// does. That it has ended by itself counts first.
func vanished(p pod) error {
	name, on := p.Metadata.Name, onNode(p)
	for _, c := range p.Status.Conditions {
		if c.Type == "DisruptionTarget" && c.Status == "True" {
			return lost("pod %s%s was taken away: %s", name, on, said(c.Reason, c.Message))
		}
	}
	end := ended(p)
	switch {
	case p.Status.Phase == "Failed" && p.Status.Reason != "":
		return lost("pod %s%s has failed: %s", name, on, said(p.Status.Reason, p.Status.Message))
	case end != nil && end.Reason == "ContainerStatusUnknown":
		return lost("pod %s%s has lost its container: %s", name, on, said(end.Reason, end.Message))
	case p.Metadata.DeletionTimestamp != nil && (end == nil || end.Reason != "Completed"):
		return lost("pod %s%s was deleted", name, on)
	case p.Status.Phase == "Failed" && end == nil:
		return lost("pod %s%s has failed: %s", name, on, said("Failed", p.Status.Message))
	}
	return nil
}

// said is what the cluster says of something, its word before its sentence.
func said(reason, message string) string {
	if message == "" || strings.HasPrefix(message, reason) {
		return cmp.Or(message, reason)
	}
	return reason + ": " + message
}

// onNode names the node of a pod.
func onNode(p pod) string {
	if p.Spec.NodeName == "" {
		return ""
	}
	return " on node " + p.Spec.NodeName
}

// unscheduled is why a pod has no node yet; empty: it has one, or nobody has looked for one.
func unscheduled(p pod) string {
	for _, c := range p.Status.Conditions {
		if c.Type == "PodScheduled" && c.Status == "False" {
			return c.Message
		}
	}
	return ""
}
