package plugin

import (
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
)

// undoFunc is the command that gives a tag what it held before a change.
type undoFunc func(t releaseTarget, change manifest.TagChange) string

// printReleased prints NAME:TAG@DIGEST of everything that was published, and, unless that is not wanted, what that
// changed.
func printReleased(dockerCLI command.Cli, o releaseOutcome, silent bool, undo undoFunc) error {
	for _, d := range o.published {
		for _, name := range d.target.tagged() {
			if _, err := fmt.Fprintf(dockerCLI.Out(), "%s@%s\n", name, d.result.Index); err != nil {
				return err
			}
		}
		if silent {
			continue
		}
		for _, image := range d.shipment.platforms {
			if image.Carried {
				say(dockerCLI, "%s carried, %s", manifest.FormatPlatform(image.Platform), recorded(image))
			}
		}
		for _, change := range d.result.Tags {
			printChange(dockerCLI, d.target, change, undo)
		}
		if !d.result.Confirmed {
			say(dockerCLI, "%s does not show it yet", reference.Domain(d.target.name))
		}
	}
	return nil
}

// recorded says what the tests of a platform that was carried over have said.
func recorded(image shippedImage) string {
	if image.Verdict == "" || image.Verdict == string(draft.Untested) {
		return "no record"
	}
	return "record: " + image.Verdict
}

// printChange says what became of a tag, and how to undo it.
func printChange(dockerCLI command.Cli, t releaseTarget, change manifest.TagChange, undo undoFunc) {
	name := t.familiar(change.Tag)
	switch {
	case !change.Written:
		say(dockerCLI, "%s held it already", name)
		return
	case change.Old == "":
		say(dockerCLI, "%s is new", name)
		return
	}
	say(dockerCLI, "%s moved from %s to %s", name, change.Old, change.New)
	say(dockerCLI, "  undo: %s", undo(t, change))
}

// recordsLine says of what a shipment holds what the tests of every platform have said.
func recordsLine(s shipment) string {
	words := make([]string, 0, len(s.platforms))
	for _, image := range s.platforms {
		words = append(words, manifest.FormatPlatform(image.Platform)+" "+image.Verdict)
	}
	return fmt.Sprintf("%s: %s", s.publication.Index.Digest, strings.Join(words, ", "))
}
