package cluster

import "time"

// meta is what all things of the API have, as far as it matters here.
type meta struct {
	Name              string            `json:"name"`
	UID               string            `json:"uid,omitempty"`
	Labels            map[string]string `json:"labels,omitempty"`
	Annotations       map[string]string `json:"annotations,omitempty"`
	DeletionTimestamp *time.Time        `json:"deletionTimestamp,omitempty"`
}

// condition is one of the things that the API says of a pod or a node.
type condition struct {
	Type, Status, Reason, Message string
}

// node is a node of the cluster.
type node struct {
	Metadata meta
	Spec     struct{ Taints []taint }
	Status   struct {
		NodeInfo struct {
			Architecture, OperatingSystem string
		}
		Features struct {
			SupplementalGroupsPolicy bool
		}
		Conditions []condition
	}
}

// taint is what keeps pods away from a node.
type taint struct{ Key, Value, Effect string }

// pod is the pod of a Job.
type pod struct {
	Metadata meta
	Spec     struct {
		NodeName string
	}
	Status struct {
		Phase, Reason, Message string
		Conditions             []condition
		ContainerStatuses      []containerStatus
	}
}

// containerStatus is what is said of the one container of a pod.
type containerStatus struct {
	State struct {
		Waiting *struct {
			Reason, Message string
		}
		Running *struct {
			StartedAt time.Time
		}
		Terminated *termination
	}
}

// termination is how a container has ended.
type termination struct {
	ExitCode        int
	Reason, Message string
}

// event is what has happened to something.
type event struct {
	Reason, Message, Type string
}

// list is a list of things.
type list[T any] struct{ Items []T }

// object is something that is sent to the API.
type object map[string]any
