package view

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/docker/go-units"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
)

// ReleasePlan shows what would be published: what each tag holds and would hold, what would be sent, and the
// index.
func ReleasePlan(dockerCLI command.Cli, o release.Outcome) error {
	for _, p := range o.Planned {
		var bytes int64
		for _, blob := range p.Missing {
			bytes += blob.Size
		}
		var plan strings.Builder
		for _, change := range p.Tags {
			_ = printf(&plan, "%s\n", plannedChange(p.Target, change))
		}
		index := p.Shipment.Publication.Index
		_ = printf(&plan, "would send %s (%d bytes) to %s: %s\n", Count(len(p.Missing), "blob"), bytes,
			reference.FamiliarName(p.Target.Name), units.HumanSize(float64(bytes)))
		_ = printf(&plan, "index %s, %d bytes:\n", index.Digest, index.Size)
		text := fitted(dockerCLI.Out(), plan.String()) + string(visible.JSON(p.Index)) + "\n"
		if err := block(dockerCLI.Out(), text); err != nil {
			return err
		}
	}
	return nil
}

// plannedChange says what would become of a tag.
func plannedChange(t release.Target, change publish.TagChange) string {
	line := fmt.Sprintf("%s  %s -> %s", t.Familiar(change.Tag), cmp.Or(change.Old.String(), "nothing"), change.New)
	if change.Old == change.New {
		return line + "  (unchanged)"
	}
	if len(change.Gained) > 0 {
		line += "  adds " + strings.Join(change.Gained, ", ")
	}
	if len(change.Lost) > 0 {
		line += "  loses " + strings.Join(change.Lost, ", ")
	}
	return line
}
