package trial

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// Station says which engine tests a platform.
type Station struct {
	// Platform is what is tested there; of none: all.
	Platform ocispec.Platform
	// Place is a docker context, or the address of an engine; empty: the engine in use.
	Place string
	// Node is the node of the builder whose engine it is; empty: it was named.
	Node string
}

// Place is where a platform is tested as that was said; said is false where nothing was.
func (p Plan) Place(of ocispec.Platform) (place string, said bool) {
	for _, s := range p.For(of, false).On {
		switch {
		case s.Platform.OS == "":
			place, said = "", true
		case platform.Satisfies(of, s.Platform):
			place, said = s.Place, true
		}
	}
	return place, said
}

// AtHome completes the clusters that are named without context, namespace or labels of nodes, of a platform with a
// builder that builds it in one.
func (p *Plan) AtHome(home func(ocispec.Platform) (cluster.Place, bool)) {
	complete := func(w *Wanted) {
		w.On = slices.Clone(w.On)
		for i, s := range w.On {
			if !cluster.IsPlace(s.Place) {
				continue
			}
			place, err := cluster.ParsePlace(s.Place)
			if at, is := home(s.Platform); is && err == nil {
				w.On[i].Place = place.Or(at).String()
			}
		}
	}
	complete(&p.Wanted)
	for i := range p.Own {
		complete(&p.Own[i].Native)
		complete(&p.Own[i].Emulated)
	}
}

// Places are all engines that the plan names, each once.
func (p Plan) Places() (list []string) {
	add := func(w Wanted) {
		for _, s := range w.On {
			if s.Place != "" && !slices.Contains(list, s.Place) {
				list = append(list, s.Place)
			}
		}
	}
	add(p.Wanted)
	for _, own := range p.Own {
		add(own.Native)
		add(own.Emulated)
	}
	return list
}

// Usual are the engines that test where nothing is said of it: those of the nodes that build.
func Usual(placed []builder.Placement) (list []Station) {
	for _, p := range placed {
		if p.Engine != "" {
			list = append(list, Station{Platform: p.Platform, Place: p.Engine, Node: p.Node})
		}
	}
	return list
}

// Usually tells whether a platform of which nothing is said is tested by the engine of the node that builds it. One
// that the engine in use runs without an emulator is not, nor are tests that want something of this machine.
func (p Plan) Usually(of ocispec.Platform, native bool) bool {
	return p.Mode == Test && !p.Here && !native && !p.For(of, false).Tests.Bound()
}

// skips tells whether the tests of a platform are left out, however it runs.
func (p Plan) skips(of ocispec.Platform) bool {
	return p.For(of, false).Skipped(of) != "" && p.For(of, true).Skipped(of) != ""
}

// openNamed opens the engines that are named for these platforms.
func (b *Bench) openNamed(ctx context.Context, of []ocispec.Platform) error {
	for _, p := range of {
		place, _ := b.Plan.Place(p)
		if place == "" || b.stations[place] != nil || b.Plan.skips(p) {
			continue
		}
		if err := b.station(ctx, place); err != nil {
			return fmt.Errorf("%s, which is to test %s: %w", whatIs(place), platform.Format(p), err)
		}
	}
	return nil
}

// station opens an engine elsewhere. What is known of it from another bench is not asked for again.
func (b *Bench) station(ctx context.Context, place string) error {
	if b.stations == nil {
		b.stations = map[string]*Bench{}
	}
	if cluster.IsPlace(place) {
		return b.clusterStation(ctx, place)
	}
	there, err := b.host.On(place)
	if err != nil {
		return err
	}
	own := &Bench{host: there, Plan: b.Plan, Display: b.Display, place: place}
	if b.known != nil && b.known.stations[place] != nil {
		at := b.known.stations[place]
		own.host, own.Engine, own.emulators, own.Open = at.host, at.Engine, at.emulators, true
	}
	if err := own.look(ctx); err != nil {
		return err
	}
	b.stations[place] = own
	return nil
}

// Settle has platforms of which nothing is said tested by these engines, where they are others than the one in use, and
// answer.
func (b *Bench) Settle(ctx context.Context, usual []Station) {
	const patience = 10 * time.Second // the node that is a container there has answered
	for _, s := range usual {
		_, said := b.Plan.Place(s.Platform)
		if said || !b.Open || !b.Plan.Usually(s.Platform, b.Engine.Native(s.Platform)) || b.host.SameEngine(s.Place) {
			continue
		}
		if b.stations[s.Place] == nil {
			looking, done := context.WithTimeout(ctx, patience)
			err := b.station(looking, s.Place)
			done()
			if err != nil {
				shown.Note(b.Display, fmt.Sprintf("%s is tested by the engine in use, and not by that of node %q: %s",
					platform.Format(s.Platform), s.Node, err))
				continue
			}
		}
		b.usual = append(b.usual, s)
	}
}

// Leave has the engine in use test a platform of which nothing is said: the node that was to build it is lost, and its
// engine with it.
func (b *Bench) Leave(p ocispec.Platform) {
	if b.left != nil {
		b.left.Store(platform.Format(p), true)
	}
}

// isLeft tells whether a platform was left to the engine in use.
func (b *Bench) isLeft(p ocispec.Platform) bool {
	if b.left == nil {
		return false
	}
	_, left := b.left.Load(platform.Format(p))
	return left
}

// placeOf is where a platform is tested; empty: by the engine in use.
func (b *Bench) placeOf(p ocispec.Platform) string {
	if place, said := b.Plan.Place(p); said {
		return place
	}
	for _, s := range b.usual {
		if platform.Satisfies(p, s.Platform) && !b.isLeft(s.Platform) {
			return s.Place
		}
	}
	return ""
}

// Where is the engine, or the cluster, that a platform is tested by; empty: the engine in use.
func (b *Bench) Where(p ocispec.Platform) string { return b.at(p).place }

// at is the bench for a platform: that of the engine which tests it.
func (b *Bench) at(p ocispec.Platform) *Bench {
	there := b.stations[b.placeOf(p)]
	if there == nil {
		return b
	}
	own := *b
	own.host, own.Engine, own.emulators, own.place, own.Open = there.host, there.Engine, there.emulators, there.place, true
	if own.cluster = there.cluster; own.cluster != nil {
		own.nodes = own.cluster.Pool(p)
		own.Engine.Platform = own.nodes.Platform
	}
	return &own
}

// SayWhere says on the display which platforms are tested elsewhere.
func (b *Bench) SayWhere(of []ocispec.Platform) {
	for _, line := range b.Wheres(of) {
		shown.Note(b.Display, line)
	}
}

// Wheres say which platforms are tested elsewhere.
func (b *Bench) Wheres(of []ocispec.Platform) (lines []string) {
	var places []string
	at := map[string][]string{}
	for _, p := range of {
		if there := b.at(p); there.place != "" {
			if at[there.place] == nil {
				places = append(places, there.place)
			}
			at[there.place] = append(at[there.place], platform.Format(p))
		}
	}
	for _, place := range places {
		if c := b.stations[place].cluster; c != nil {
			lines = append(lines, inCluster(c, at[place])...)
			continue
		}
		engine := b.stations[place].Engine
		line := fmt.Sprintf("tests of %s run on %s, an engine of %s", strings.Join(at[place], ", "), place,
			platform.Format(engine.Platform))
		if engine.Host != place { // which is a context then
			line += " at " + engine.Host
		}
		lines = append(lines, line)
	}
	return lines
}

// Docker is the command of the Docker CLI for the engine that has the image.
func (o Outcome) Docker() string { return dockercli.At(o.On) }
