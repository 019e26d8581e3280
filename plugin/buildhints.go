package plugin

import (
	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
)

// hints say what can be done with a draft that was built: try it, test it, publish it.
func (b *building) hints() {
	name := reference.FamiliarString(b.plan.names[0])
	for _, image := range b.draft.Images {
		if b.position(image.Platform) < 0 {
			say(b.dockerCLI, "%s is kept from an earlier build", manifest.FormatPlatform(image.Platform))
		}
	}
	if b.plan.push {
		return
	}
	if b.plan.load && !b.plan.manual {
		say(b.dockerCLI, "try a platform with:")
		for _, row := range b.results {
			if row.loaded != "" {
				say(b.dockerCLI, "  docker run --rm -it %s", row.loaded)
			}
		}
		say(b.dockerCLI, "  (%s itself is not tagged in the engine)", name)
	}
	if b.verdict != draft.Passed {
		say(b.dockerCLI, "it is not tested yet: test it before you publish it with:\n  docker multiplat test %s", name)
		return
	}
	say(b.dockerCLI, "test it once more, in another way, with:\n  docker multiplat test --test 'CMD ARG...' %s", name)
	say(b.dockerCLI, "publish it with:\n  docker multiplat publish %s", name)
}
