package cluster

import (
	"fmt"
	"strings"
)

// String implements [fmt.Stringer], in the form that a toleration has.
func (t taint) String() string {
	text := t.Key
	if t.Value != "" {
		text += "=" + t.Value
	}
	return text + ":" + t.Effect
}

// passes tells that a toleration takes a taint for no hindrance.
func (t taint) passes(toleration object) bool {
	is := func(field, have string) bool { return toleration[field] == nil || toleration[field] == have }
	return is("key", t.Key) && is("effect", t.Effect) && (toleration["operator"] == "Exists" || is("value", t.Value))
}

// hinders tells that a taint keeps the tests away, and was put there by somebody: those of Kubernetes itself say that a
// node is not well.
func (p *Pool) hinders(t taint) bool {
	if t.Effect == "PreferNoSchedule" || strings.HasPrefix(t.Key, "node.kubernetes.io/") {
		return false
	}
	for _, toleration := range p.place.tolerations() {
		if t.passes(toleration) {
			return false
		}
	}
	return true
}

// tainted names what keeps the tests away from nodes that have the labels: since 1.34 the scheduler counts it only.
// Empty: nothing that is known.
func (p *Pool) tainted() string {
	var words strings.Builder
	for _, n := range p.nodes {
		if !labeled(n, p.selector) {
			continue
		}
		for _, t := range n.Spec.Taints {
			if p.hinders(t) {
				fmt.Fprintf(&words, "; node %s is tainted %s, and toleration=%s makes that no hindrance", n.Metadata.Name, t, t)
			}
		}
	}
	return words.String()
}
