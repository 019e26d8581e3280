package plugin

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/docker/go-units"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// printReleasePlan shows what would be published: what each tag holds and would hold, what would be sent, and the
// index.
func printReleasePlan(dockerCLI command.Cli, o releaseOutcome) error {
	for _, p := range o.planned {
		var bytes int64
		for _, blob := range p.missing {
			bytes += blob.Size
		}
		lines := []string{}
		for _, change := range p.tags {
			lines = append(lines, plannedChange(p.target, change))
		}
		index := p.shipment.publication.Index
		lines = append(lines,
			fmt.Sprintf("would send %s (%d bytes) to %s: %s", count(len(p.missing), "blob"), bytes,
				reference.FamiliarName(p.target.name), units.HumanSize(float64(bytes))),
			fmt.Sprintf("index %s, %d bytes:", index.Digest, index.Size),
			string(p.index))
		if _, err := fmt.Fprintln(dockerCLI.Out(), strings.Join(lines, "\n")); err != nil {
			return err
		}
	}
	return nil
}

// plannedChange says what would become of a tag.
func plannedChange(t releaseTarget, change manifest.TagChange) string {
	line := fmt.Sprintf("%s  %s -> %s", t.familiar(change.Tag), cmp.Or(change.Old.String(), "nothing"), change.New)
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
