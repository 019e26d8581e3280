package build

import (
	"path/filepath"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// needOf is what the builder of plans has to work for. Of replicas it takes the one that docker buildx takes: for a
// build the one of its context, for targets the one of the folder they are built from.
func needOf(plans ...Plan) builder.Need {
	var need builder.Need
	for _, p := range plans {
		need.Platforms = append(need.Platforms, p.Request.Platforms...)
		need.Works++
	}
	context := "."
	if len(plans) == 1 && plans[0].Target == "" {
		context = plans[0].Request.Context
	}
	need.Context = Spread(context)
	return need
}

// Spread is a build context as docker buildx spreads replicas by it.
func Spread(context string) string {
	if folder, err := filepath.Abs(context); err == nil {
		return folder
	}
	return context
}
