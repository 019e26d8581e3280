package option

import (
	"slices"

	"github.com/distribution/reference"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// stageRegistry is the value of --stage that has the nodes push what they build.
const stageRegistry = "registry"

// AddStage binds --stage.
func AddStage(flags *pflag.FlagSet, place *string) {
	flags.StringVar(
		place,
		"stage",
		"",
		`Where layers stay until they are published ("registry": builders push them to the `+
			`repository of each --tag by digest, and none comes here)`,
	)
}

// Stage says where the nodes push what becomes of these names; empty: nowhere.
func Stage(place string, names []reference.NamedTagged, insecure []string) (s request.Stage, err error) {
	switch place {
	case "":
		return s, nil
	case stageRegistry:
	default:
		return s, failure.Usage("unknown --stage %q; use %s, or leave it out", place, stageRegistry)
	}
	for _, name := range names {
		if !slices.Contains(s.Repositories, name.Name()) {
			s.Repositories = append(s.Repositories, name.Name())
		}
		s.Insecure = s.Insecure || slices.Contains(insecure, reference.Domain(name))
	}
	return s, nil
}
