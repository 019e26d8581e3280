package trial

import (
	"context"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// Stand is where a platform is going to be tested, as far as that can be told before anything is built.
type Stand struct {
	// Place is a docker context, or the address of an engine, and Host its address; empty: the engine in use.
	Place, Host string
	// Kind is how its programs run there; empty where that is not known.
	Kind string
	// Cluster tells that it is a cluster, which fetches the image from its registry.
	Cluster bool
	// Here tells that it is the engine in use, by the name of its docker context or by its address.
	Here bool
	// Silent says why the engine does not answer; empty: it does.
	Silent string
}

// Stands says of each platform where it is going to be tested. Engines are only asked where there is another than the
// one in use.
func Stands(ctx context.Context, h dockercli.Host, plan Plan, placed []builder.Placement) []Stand {
	if plan.Mode != Test {
		return nil
	}
	s := surveyor{h, plan, map[string]Stand{}, map[string]engine.Engine{}, map[string]*cluster.Cluster{}}
	stands, elsewhere := make([]Stand, 0, len(placed)), false
	for _, p := range placed {
		stand := s.stand(ctx, p)
		elsewhere = elsewhere || stand.Place != ""
		stands = append(stands, stand)
	}
	if !elsewhere {
		return nil
	}
	return stands
}

// surveyor looks at engines, at each once.
type surveyor struct {
	host    dockercli.Host
	plan    Plan
	seen    map[string]Stand
	engines map[string]engine.Engine
	// clusters are those that answer.
	clusters map[string]*cluster.Cluster
}

// stand is where a platform is going to be tested.
func (s surveyor) stand(ctx context.Context, placed builder.Placement) Stand {
	place, said := s.plan.Place(placed.Platform)
	if said {
		return s.at(ctx, place, placed.Platform)
	}
	if placed.Engine == "" || s.host.SameEngine(placed.Engine) {
		return Stand{}
	}
	here := s.at(ctx, "", placed.Platform)
	if here.Silent != "" || !s.plan.Usually(placed.Platform, here.Kind == shown.Native) {
		return here
	}
	there := s.at(ctx, placed.Engine, placed.Platform)
	if there.Silent != "" {
		return here
	}
	return there
}

// at is an engine for a platform.
func (s surveyor) at(ctx context.Context, place string, of ocispec.Platform) Stand {
	stand, known := s.seen[place]
	if !known {
		stand = s.look(ctx, place)
		s.seen[place] = stand
	}
	if c := s.clusters[place]; c != nil {
		stand.Kind = shown.How(of, engine.Engine{Platform: c.Pool(of).Platform}.Native(of))
	} else if stand.Silent == "" {
		stand.Kind = shown.How(of, s.engines[place].Native(of))
	}
	return stand
}

// look asks an engine what it is.
func (s surveyor) look(ctx context.Context, place string) Stand {
	const patience = 10 * time.Second
	stand, at := Stand{Place: place}, s.host
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	if cluster.IsPlace(place) {
		return s.lookAtCluster(ctx, place)
	}
	if place != "" {
		there, err := s.host.On(place)
		if err != nil {
			stand.Silent = err.Error()
			return stand
		}
		at, stand.Here = there, s.host.SameEngine(place)
	}
	found, err := engine.Inspect(ctx, at.EngineClient())
	if err != nil {
		stand.Silent = err.Error()
	}
	s.engines[place], stand.Host = found, at.EngineClient().DaemonHost()
	return stand
}
