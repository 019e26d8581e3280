package build

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/docker/go-units"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// fromNode begins a link to this machine.
const fromNode = "from node "

// links are how many bytes cross which link between machines: from the nodes that build, and to the engines that test.
type links struct {
	mu    sync.Mutex
	order []string
	bytes map[string]int64
	// unknown is how many images there are of which nobody knows how large they are.
	unknown int
}

// add adds bytes to a link.
func (l *links) add(link string, n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bytes == nil {
		l.bytes = map[string]int64{}
	}
	if _, known := l.bytes[link]; !known {
		l.order = append(l.order, link)
	}
	l.bytes[link] += n
}

// String is the figures, in the order in which the links were first used; many nodes are one figure.
func (l *links) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	const few, figures = 6, 3
	var nodes []string
	for _, link := range l.order {
		if strings.HasPrefix(link, fromNode) {
			nodes = append(nodes, link)
		}
	}
	var words []string
	if len(nodes) > few {
		var all int64
		for _, link := range nodes {
			all += l.bytes[link]
		}
		words = append(
			words,
			fmt.Sprintf("%s from %d nodes", units.HumanSizeWithPrecision(float64(all), figures), len(nodes)),
		)
	}
	for _, link := range l.order {
		if len(nodes) <= few || !strings.HasPrefix(link, fromNode) {
			words = append(words, units.HumanSizeWithPrecision(float64(l.bytes[link]), figures)+" "+link)
		}
	}
	return strings.Join(words, ", ")
}

// links are those that an image crosses which is built there, and tested by the engine at a place.
func (b *run) links(built builder.Placement, several bool) (list []string) {
	stage := b.plan.Request.Stage
	if built.Node != "" && (built.Engine == "" || !b.host.SameEngine(built.Engine)) {
		from := fromNode + built.Node
		if several { // each goes to the one that has least to do
			from = "from the builder"
		}
		if stage.Used() {
			from += " to " + strings.Join(stage.Repositories, " and ")
		}
		list = append(list, from)
	}
	place := b.bench.Where(built.Platform)
	if place != "" && !b.host.SameEngine(place) && b.plan.Mode >= trial.Load && !stage.Used() {
		list = append(list, "to "+place)
	}
	return list
}

// foresee says how much will cross which link, where any image crosses one, going by what the drafts hold now.
func (g *group) foresee(ctx context.Context) {
	var all links
	for _, b := range g.runs {
		if b.plan.Discard || len(b.plan.Names) == 0 {
			continue
		}
		sizes := sizesIn(ctx, g.store, b.plan)
		for i, built := range b.placed {
			list := b.links(built, len(g.runs) > 1)
			if len(list) > 0 && sizes[i] == 0 {
				all.unknown++
				continue
			}
			for _, link := range list {
				all.add(link, sizes[i])
			}
		}
	}
	words := all.String()
	switch {
	case words == "" && all.unknown == 0:
		return
	case words == "":
		words = "how much is not known before it was built once"
	case all.unknown > 0:
		words = fmt.Sprintf("at most about %s, as last time, and %d images that were not built before", words, all.unknown)
	default:
		words = "at most about " + words + ", as last time"
	}
	shown.Note(g.display, "to be sent between machines: "+words)
}

// fetched takes down what a node elsewhere has sent of an image to this machine.
func (b *run) fetched(r builder.Result) {
	node := r.Node
	for _, built := range b.placed {
		if node == "" && platform.Equal(built.Platform, r.Platform) {
			node = built.Node
		}
	}
	if b.sent == nil || r.Fetched == 0 || node == "" || r.Engine != "" && b.host.SameEngine(r.Engine) {
		return
	}
	b.sent.add(fromNode+node, r.Fetched)
}
