package view

import (
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// stageWords say that a platform is staged.
func stageWords(p build.Plan) string {
	if !p.Request.Stage.Used() {
		return ""
	}
	return ", push by digest"
}

// stageLines say which links the layers of each platform cross that are staged: none to this machine.
func stageLines(p build.Plan, seen build.Surveyed) string {
	if !p.Request.Stage.Used() {
		return ""
	}
	at := strings.Join(p.Request.Stage.Repositories, " and ")
	var b strings.Builder
	_ = printf(&b, "to be sent, and nothing of layers to this machine\n")
	for i, asked := range p.Platforms.Platforms {
		node := "the builder"
		if i < len(seen.Builder.Placements) && seen.Builder.Placements[i].Node != "" {
			node = "node " + seen.Builder.Placements[i].Node
		}
		links, line := 1, "from "+node+" to "+at
		if p.Mode >= trial.Load {
			place := placeWords("")
			if i < len(seen.Stands) {
				place = placeWords(seen.Stands[i].Place)
			}
			links++
			line += ", then from there to " + place + ", which pulls"
		}
		_ = printf(&b, "  %s: %s%s\n", platform.Format(asked), line, howMuch(seen, i, links))
	}
	return b.String()
}
