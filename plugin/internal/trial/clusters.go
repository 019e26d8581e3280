package trial

import (
	"context"
	"errors"
	"fmt"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// whatIs says what a place is.
func whatIs(place string) string {
	if cluster.IsPlace(place) {
		return "the cluster " + place
	}
	return "the engine of " + place
}

// kind says what tests on the bench, as the name of a case.
func (b *Bench) kind() string {
	if b.cluster != nil {
		return "cluster"
	}
	return "engine of " + b.place
}

// causeOf is what has become of a pod, without what was being done.
func causeOf(err error) error {
	if lost, is := errors.AsType[*cluster.LostError](err); is {
		return lost
	}
	return err
}

// placeName is the place of the bench as records have it: that of a cluster is written out.
func (b *Bench) placeName() string {
	if b.cluster != nil {
		return b.cluster.Name()
	}
	return b.place
}

// Sends tells that images of a platform are sent to their registry to be tested in a cluster.
func (b *Bench) Sends(p ocispec.Platform) bool {
	there := b.stations[b.placeOf(p)]
	return there != nil && there.cluster != nil
}

// onlyClusters tells that nothing but clusters tests.
func (b *Bench) onlyClusters() bool {
	for _, there := range b.stations {
		if there.cluster == nil {
			return false
		}
	}
	return len(b.stations) > 0
}

// clusterStation opens a cluster, and removes what killed processes have left in it.
func (b *Bench) clusterStation(ctx context.Context, place string) error {
	own := &Bench{host: b.host, Plan: b.Plan, Display: b.Display, place: place, Open: true}
	b.stations[place] = own
	if b.known != nil && b.known.stations[place] != nil {
		own.cluster, own.Engine = b.known.stations[place].cluster, b.known.stations[place].Engine
		return nil
	}
	var err error
	if own.cluster, err = b.host.Cluster(place); err != nil {
		return err
	}
	own.Engine = engine.Engine{Host: own.cluster.Server}
	if err := own.cluster.Open(ctx); err != nil {
		return failure.Wrap(errdefs.ErrNotReady, err, own.cluster.Lacking(err))
	}
	gone, err := own.cluster.Sweep(ctx)
	if len(gone) > 0 {
		shown.Note(b.Display, "removed what a process that was killed has left: Job "+strings.Join(gone, ", Job "))
	}
	if err != nil {
		shown.Note(b.Display, visible.Line(err.Error()))
	}
	return nil
}

// inCluster says which platforms are tested by which nodes of a cluster.
func inCluster(c *cluster.Cluster, names []string) (lines []string) {
	for _, name := range names {
		parsed, err := platform.Parse([]string{name})
		if err != nil {
			continue // it was made of a platform
		}
		nodes := c.Pool(parsed[0])
		how := shown.How(parsed[0], engine.Engine{Platform: nodes.Platform}.Native(parsed[0]))
		lines = append(
			lines,
			fmt.Sprintf("tests of %s run as Jobs in %s at %s, %s on nodes with %s; their pods have its network",
				name, c.Name(), c.Server, how, nodes.Selector()),
		)
	}
	return lines
}

// lookAtCluster asks a cluster for its nodes.
func (s surveyor) lookAtCluster(ctx context.Context, place string) Stand {
	stand := Stand{Place: place, Cluster: true}
	c, err := s.host.Cluster(place)
	if err == nil {
		stand.Host = c.Server
		err = c.Open(ctx)
	}
	if err != nil {
		stand.Silent = err.Error()
		return stand
	}
	s.clusters[place] = c
	return stand
}
