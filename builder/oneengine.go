package builder

import (
	"context"
	"fmt"

	buildxbuilder "github.com/docker/buildx/builder"
	dockerclient "github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"
)

// OneEngine tells of nodes that were asked and are containers of one engine, as its ID says, whatever addresses lead
// there. What cannot be found out is not told.
func (b *Builder) OneEngine(ctx context.Context) (told []string) {
	asked := b.asked()
	ids := make([]string, len(asked))
	var group errgroup.Group
	for i, at := range asked {
		group.Go(func() error {
			ids[i] = engineID(ctx, at.Node)
			return nil
		})
	}
	_ = group.Wait() // none fails
	first := map[string]buildxbuilder.Node{}
	for i, id := range ids {
		other, seen := first[id]
		if !seen {
			first[id] = asked[i].Node
			continue
		}
		if id != "" {
			told = append(told, fmt.Sprintf("nodes %q %s and %q %s are one engine, going by its ID: it builds beside itself, "+
				"with two caches; --remove-node %s takes one away", other.Name, Where(other.Endpoint), asked[i].Name,
				Where(asked[i].Endpoint), b.spare(other, asked[i].Node).Name))
		}
	}
	return told
}

// engineID is the ID of the engine that has the container of a node; empty: there is none, or it does not say.
func engineID(ctx context.Context, node buildxbuilder.Node) string {
	if node.Err != nil || node.Driver == nil || node.Driver.Factory().Name() != ContainerDriver {
		return ""
	}
	question, done := patiently(ctx, node.Endpoint)
	defer done()
	answer, err := node.Driver.Config().DockerAPI.Info(question, dockerclient.InfoOptions{})
	if err != nil {
		return ""
	}
	return answer.Info.ID
}

// spare is the one of two nodes to do without: the later one, unless the other was given nothing. The first of all is
// in the engine in use, and stays.
func (b *Builder) spare(other, later buildxbuilder.Node) buildxbuilder.Node {
	if len(other.Node.Platforms) == 0 && len(later.Node.Platforms) > 0 && other.Name != b.nodes[0].Name {
		return other
	}
	return later
}
