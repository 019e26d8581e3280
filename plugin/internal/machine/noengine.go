package machine

import (
	"context"
	"fmt"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/create"
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// inspect asks the engine what it is. A builder whose nodes are no containers of engines can do without one, unless it
// is needed for something else: then that there is none is noted, and nothing else is asked of it.
func (s *state) inspect(ctx context.Context, builds create.Config, needed bool) (err error) {
	if s.engine, err = engine.Inspect(ctx, s.host.EngineClient()); err == nil {
		return nil
	}
	if driver := create.Driver(s.host.Builders(), builds); needed || ctx.Err() != nil ||
		driver != builder.RemoteDriver && driver != builder.KubernetesDriver {
		return failure.Wrap(errdefs.ErrNotReady, err, "docker version")
	}
	s.engine, s.absent = engine.Engine{}, true
	s.remarks = append(s.remarks, fmt.Sprintf(
		"no engine (%s): this builder needs none; images are tested on engines or clusters that --test-on names", err))
	return nil
}

// engineWords name the engine.
func (s *state) engineWords() string {
	if s.absent {
		return "no engine"
	}
	return fmt.Sprintf("engine %s at %s", s.engine.Version, s.engine.Host)
}

// rowsWithout are the rows of platforms where there is no engine. What is native is for the builder's nodes to say.
func (s *state) rowsWithout(list []ocispec.Platform, optional bool) (rows []Readiness) {
	native, known := map[string]bool{}, map[string]bool{}
	if s.builder != nil {
		for _, p := range s.builder.Placements(list) {
			known[platform.Format(p.Platform)] = p.Own.OS != ""
			native[platform.Format(p.Platform)] = p.Native && p.Own.OS != ""
		}
	}
	for _, p := range list {
		name := platform.Format(p)
		_, err := binfmt.ProgramFor(p)
		rows = append(rows, Readiness{
			Platform:   name,
			Native:     native[name],
			Unknown:    !known[name],
			Untestable: err != nil,
			Asked:      p,
			NoEngine:   true,
			optional:   optional,
		})
	}
	return rows
}
