package plugin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/go-units"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
)

// onlyPlanned tells that a shut gate is no end yet: a dry run goes on to show what would be published, and tells then.
func (d *delivery) onlyPlanned(err error) bool {
	if !d.dry || !errors.Is(err, gate.ErrShut) {
		return false
	}
	d.targets[0].refused = d.explain(d.targets[0], err)
	return true
}

// printPlan shows what would be published: what each tag holds and would hold, what would be sent, and the index.
func (d *delivery) printPlan(ctx context.Context) error {
	for _, t := range d.targets {
		if t.prepared == nil {
			continue // why is in the error
		}
		missing, err := t.prepared.Missing(ctx)
		if err != nil {
			return d.explain(t, err)
		}
		var bytes int64
		for _, blob := range missing {
			bytes += blob.Size
		}
		lines := []string{}
		for _, change := range t.prepared.Tags() {
			lines = append(lines, planned(t, change))
		}
		lines = append(lines,
			fmt.Sprintf("would send %s (%d bytes) to %s: %s", count(len(missing), "blob"), bytes,
				reference.FamiliarName(t.name), units.HumanSize(float64(bytes))),
			fmt.Sprintf("index %s, %d bytes:", t.plan.Index.Digest, t.plan.Index.Size),
			string(t.prepared.Body()))
		if _, err := fmt.Fprintln(d.dockerCLI.Out(), strings.Join(lines, "\n")); err != nil {
			return err
		}
	}
	return nil
}

// planned says what would become of a tag.
func planned(t target, change manifest.TagChange) string {
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
