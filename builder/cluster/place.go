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
	// Tolerations are the taints of nodes that are no hindrance, as KEY[=VALUE][:EFFECT]; the key * is every one.
	Tolerations []string
	// Kubeconfig is another file than the kubeconfig in use.
	Kubeconfig string
}

// IsPlace tells the name of a cluster from that of a docker context, or the address of an engine.
func IsPlace(text string) bool {
	rest, is := strings.CutPrefix(text, Word)
	return is && (rest == "" || rest[0] == ':' || rest[0] == ',') && !strings.HasPrefix(rest, "://")
}

// String implements [fmt.Stringer], in the form that [ParsePlace] reads.
func (p Place) String() string {
	text := Word
	if p.At != "" {
		text += ":" + p.At
	}
	for _, label := range p.Selector {
		text += ",selector=" + label
	}
	for _, taint := range p.Tolerations {
		text += ",toleration=" + taint
	}
	if p.Kubeconfig != "" {
		text += ",kubeconfig=" + p.Kubeconfig
	}
	return text
}

// Or is the place with that of a builder for what it does not name: the context with its namespace, and, in that
// context, the labels and the taints of the nodes.
func (p Place) Or(home Place) Place {
	i := strings.LastIndexByte(home.At, '/')
	switch context := home.At[:i]; {
	case p.Kubeconfig != "" && p.Kubeconfig != home.Kubeconfig:
		return p
	case p.At == "":
		p.At, p.Kubeconfig = home.At, home.Kubeconfig
	case p.At[0] == '/':
		p.At, p.Kubeconfig = context+p.At, home.Kubeconfig
	case p.Kubeconfig != home.Kubeconfig, p.At != context && p.At[:max(strings.LastIndexByte(p.At, '/'), 0)] != context:
		return p // another cluster, whose nodes may have other labels
	}
	if len(p.Selector) == 0 {
		p.Selector = home.Selector
	}
	if len(p.Tolerations) == 0 {
		p.Tolerations = home.Tolerations
	}
	return p
}

// ParsePlace reads kubernetes[:CONTEXT/NAMESPACE][,selector=KEY=VALUE]...[,toleration=TAINT]...[,kubeconfig=FILE].
func ParsePlace(text string) (p Place, err error) {
	head, options, more := strings.Cut(text, ",")
	_, at, named := strings.Cut(head, ":")
	switch p.At = at; {
	case named && strings.Trim(at, "/") == "":
		return p, fmt.Errorf("%q names no context and no namespace; give kubernetes, or kubernetes:CONTEXT/NAMESPACE", text)
	case strings.HasSuffix(at, "/"):
		return p, fmt.Errorf("%q names no namespace behind the /; give %s:%s, or %s:%sNAMESPACE", text,
			Word, strings.TrimRight(at, "/"), Word, at)
	}
	if !more {
		return p, nil
	}
	const word = `[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?`
	label := regexp.MustCompile(`^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?` + word + `=(` + word + `)?$`)
	for option := range strings.SplitSeq(options, ",") {
		key, value, _ := strings.Cut(option, "=")
		switch {
		case key == "kubeconfig" && value == "":
			return p, fmt.Errorf("%q: kubeconfig names no file; give kubeconfig=FILE", text)
		case key == "kubeconfig":
			p.Kubeconfig = value
			continue
		case key == "toleration":
			if !isToleration(value) {
				return p, fmt.Errorf("%q: %q is no taint of nodes; give toleration=KEY, or KEY=VALUE:EFFECT", text, value)
			}
			p.Tolerations = append(p.Tolerations, value)
			continue
		case key != "selector":
			return p, fmt.Errorf("%q: there is no option %q; give selector=KEY=VALUE, toleration=KEY=VALUE:EFFECT, or "+
				"kubeconfig=FILE", text, key)
		case !label.MatchString(value):
			return p, fmt.Errorf("%q: %q is no label of nodes; give selector=KEY=VALUE", text, value)
		}
		p.Selector = append(p.Selector, value)
	}
	slices.Sort(p.Selector)
	if p.Selector = slices.Compact(p.Selector); len(p.labels()) < len(p.Selector) {
		return p, fmt.Errorf("%q: no node has two values of one label; give each selector=KEY=VALUE another KEY", text)
	}
	return p, nil
}

// checkNamespace refuses what no namespace is called, so that none of it is taken for a part of a path of the API.
func checkNamespace(name string) error {
	if !IsNamespace(name) {
		return fmt.Errorf("%q is no name of a namespace; give kubernetes:CONTEXT/NAMESPACE", name)
	}
	return nil
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

// plain tells that there are no labels but those that kubelet gives nodes, which say what they are.
func (p Place) plain() bool {
	return !slices.ContainsFunc(p.Selector, func(entry string) bool { return !strings.HasPrefix(entry, archLabel+"=") })
}
