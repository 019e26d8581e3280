package command

import (
	"fmt"
	"slices"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/bake"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// spread gives targets that others take, and that name no platforms, those of the others.
func spread(plans []build.Plan, targets []bake.Target) error {
	for range plans { // each round reaches one target further
		for i := range plans {
			if targets[i].Linked && len(targets[i].Platforms) == 0 {
				plans[i].Platforms.Platforms = ofTakers(plans, plans[i])
				plans[i].Request.Platforms = plans[i].Platforms.Platforms
			}
		}
	}
	return checkLinks(plans)
}

// ofTakers are the platforms of a plan, and of those that take it, each once.
func ofTakers(plans []build.Plan, taken build.Plan) []ocispec.Platform {
	for _, taker := range plans {
		if !slices.Contains(taker.Takes, taken.Target) {
			continue
		}
		for _, one := range taker.Platforms.Platforms {
			if taken.Position(one) < 0 {
				taken.Platforms.Platforms = append(taken.Platforms.Platforms, one)
			}
		}
	}
	return taken.Platforms.Platforms
}

// checkLinks refuses a target that takes another for a platform that the other is not built for.
func checkLinks(plans []build.Plan) error {
	for _, taker := range plans {
		for _, taken := range plans {
			if !slices.Contains(taker.Takes, taken.Target) || len(taken.Platforms.Platforms) == 1 {
				continue
			}
			for _, one := range taker.Platforms.Platforms {
				if taken.Position(one) < 0 {
					return failure.Wrap(errdefs.ErrInput, fmt.Errorf("target %q, key %q: it takes the target %q, which "+
						"is not built for %s; add it to the platforms of %[3]s", taker.Target, "contexts", taken.Target,
						platform.Format(one)), "")
				}
			}
		}
	}
	return nil
}
