package cluster

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Word begins the name of a cluster, where that of a docker context may stand as well.
const Word = "kubernetes"

// Place says in which cluster, and on which nodes of it, tests are run.
type Place struct {
	// At is CONTEXT, CONTEXT/NAMESPACE or /NAMESPACE; empty: the context in use, and its namespace.
	At string
	// Selector are the labels of the nodes, as KEY=VALUE; none: those of the platform.
	Selector []string
}

// IsPlace tells the name of a cluster from that of a docker context, or the address of an engine.
func IsPlace(text string) bool {
	rest, is := strings.CutPrefix(text, Word)
	return is && (rest == "" || rest[0] == ':' || rest[0] == ',') && !strings.HasPrefix(rest, "://")
}

// ParsePlace reads kubernetes[:CONTEXT/NAMESPACE][,selector=KEY=VALUE]... .
func ParsePlace(text string) (p Place, err error) {
	head, options, more := strings.Cut(text, ",")
	_, at, named := strings.Cut(head, ":")
	if p.At = at; named && at == "" || strings.HasSuffix(at, "/") {
		return p, fmt.Errorf("%q names no context and no namespace; give kubernetes, or kubernetes:CONTEXT/NAMESPACE", text)
	}
	if !more {
		return p, nil
	}
	label := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*=[A-Za-z0-9._-]*$`)
	for option := range strings.SplitSeq(options, ",") {
		key, value, _ := strings.Cut(option, "=")
		switch {
		case key != "selector":
			return p, fmt.Errorf("%q: there is no option %q; give selector=KEY=VALUE", text, key)
		case !label.MatchString(value):
			return p, fmt.Errorf("%q: %q is no label of nodes; give selector=KEY=VALUE", text, value)
		}
		p.Selector = append(p.Selector, value)
	}
	slices.Sort(p.Selector)
	return p, nil
}

// labels are the labels of the nodes.
func (p Place) labels() map[string]string {
	labels := map[string]string{}
	for _, entry := range p.Selector {
		key, value, _ := strings.Cut(entry, "=")
		labels[key] = value
	}
	return labels
}
