package cluster

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"k8s.io/client-go/rest"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// Machines are the nodes of a cluster, as who waits for a pod on one of them looks at it again and again. What is asked
// may be forbidden: then nothing is known.
type Machines struct {
	cluster *Cluster
	beats   map[string]beat
	// denied are the kinds of things that may not be looked at.
	denied map[string]bool
}

// beat is a sign of life of a node: what its kubelet has written last, and since when nothing else.
type beat struct {
	written string
	at      time.Time
}

// MachinesOf are those of the cluster that is reached so; the pods are those of a namespace. Nothing is contacted.
func MachinesOf(config *rest.Config, namespace string) (*Machines, error) {
	c := &Cluster{config: config, Namespace: namespace}
	return &Machines{cluster: c, beats: map[string]beat{}, denied: map[string]bool{}}, c.dialer()
}

// Reach asks for pods with a label, and tells why the cluster does not say which there are: a [StatusError], or that it
// is not reached.
func (m *Machines) Reach(ctx context.Context, label string) error {
	return m.cluster.do(ctx, request{
		method: http.MethodGet, path: m.cluster.core("pods", ""),
		query: url.Values{"labelSelector": {label}, "limit": {"1"}},
	}, nil)
}

// Fault is why nothing starts on a node, and since when, where that is known; empty: nothing is known of any.
// Kubernetes takes a minute to call a node lost whose kubelet is silent: that is seen before by what kubelet renews as
// its sign of life. When it did so last is told by our clock; the node may have another.
func (m *Machines) Fault(ctx context.Context, name string) (said string, since time.Time) {
	var n node
	switch err := m.get(ctx, "nodes", "/api/v1/nodes/"+name, &n); {
	case gone(err):
		return "is not in the cluster any more", since
	case err == nil:
		for _, c := range n.Status.Conditions {
			if c.Type == "Ready" && c.Status != "True" {
				return "is not ready: " + c.Message, since
			}
		}
	}
	var l struct{ Spec leaseSpec }
	if m.get(ctx, "leases", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/"+name, &l) != nil {
		return "", since
	}
	last, known := m.beats[name]
	if !known || last.written != l.Spec.RenewTime {
		m.beats[name] = beat{l.Spec.RenewTime, time.Now()}
		return "", since
	}
	silent := time.Since(last.at)
	if silent < time.Duration(l.Spec.LeaseDurationSeconds)*time.Second/2 {
		return "", since
	}
	return fmt.Sprintf(
		"has given no sign of life for %s, its network or its machine may be down",
		silent.Round(time.Second),
	), last.at
}

// leaseSpec is the sign of life of a node: kubelet renews it four times while it lasts.
type leaseSpec struct {
	RenewTime            string
	LeaseDurationSeconds int
}

// Complaint is what has happened to a pod last, where that is not well; empty: it is, or nobody may look at events.
func (m *Machines) Complaint(ctx context.Context, pod string) string {
	if m.denied["events"] {
		return ""
	}
	seen, err := m.cluster.events(ctx, pod)
	m.denied["events"] = forbidden(err)
	if len(seen) == 0 || seen[len(seen)-1].Type == "Normal" {
		return ""
	}
	return trouble(seen)
}

// LastWords are the end of what a container of a pod had written when it ended last; empty: that is not known.
func (m *Machines) LastWords(ctx context.Context, pod, container string) string {
	query := url.Values{"container": {container}, "previous": {"true"}, "tailLines": {"3"}, "limitBytes": {"1000"}}
	ctx, done := context.WithTimeout(ctx, answerLimit)
	defer done()
	response, err := m.cluster.open(ctx, request{
		method: http.MethodGet, path: m.cluster.core("pods", pod) + "/log", query: query,
	})
	if err != nil {
		return ""
	}
	defer func() { _ = response.Close() }()
	const most = 1000
	text, _, _ := localfile.Stream(response, most)
	return strings.Join(strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' }), "; ")
}

// get looks at something of a kind, unless that has been forbidden.
func (m *Machines) get(ctx context.Context, kind, path string, into any) error {
	if m.denied[kind] {
		return &StatusError{Code: http.StatusForbidden}
	}
	err := m.cluster.do(ctx, request{method: http.MethodGet, path: path}, into)
	m.denied[kind] = forbidden(err)
	return err
}
