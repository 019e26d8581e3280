package view

import (
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
)

// UndoFunc is the command that gives a tag what it held before a change.
type UndoFunc func(t release.Target, change publish.TagChange) string

// Released prints NAME:TAG@DIGEST of everything that was published, and, unless that is not wanted, what that
// changed.
func Released(dockerCLI command.Cli, o release.Outcome, silent bool, undo UndoFunc) error {
	var lost error
	var published []string
	for _, d := range o.Published {
		for _, name := range d.Target.Tagged() {
			result := name + "@" + d.Result.Index.String()
			if err := printf(dockerCLI.Out(), "%s\n", result); err != nil {
				lost, published = err, append(published, "published all the same: "+result)
			}
		}
		notShown(dockerCLI, d)
		if silent {
			continue
		}
		for _, image := range d.Shipment.Platforms {
			if image.Carried {
				Say(dockerCLI, "%s carried, %s", platform.Format(image.Platform), recorded(image))
			}
		}
		for _, change := range d.Result.Tags {
			printChange(dockerCLI, d.Target, change, undo)
		}
	}
	return failure.Wrap(nil, lost, "", published...)
}

// notShown says of what was written and is not shown, also where nothing else is said: whoever pulls now does not get
// it, and whether it ever will be is not known.
func notShown(dockerCLI command.Cli, d release.Delivered) {
	if d.Result.Confirmed {
		return
	}
	said := false
	for _, change := range d.Result.Tags {
		if !change.Unshown {
			continue
		}
		held := "holds what it held, " + change.Old.String()
		if change.Old == "" {
			held = "is not there"
		}
		const format = "%s has taken the write of %s and does not show it yet: the tag %s; publish it again to be sure"
		Say(dockerCLI, format, reference.Domain(d.Target.Name), d.Target.Familiar(change.Tag), held)
		said = true
	}
	if !said {
		Say(dockerCLI, "%s does not show it yet", reference.Domain(d.Target.Name))
	}
}

// recorded says what the tests of a platform that was carried over have said.
func recorded(image release.Shipped) string {
	if image.Verdict == "" || image.Verdict == string(draft.Untested) {
		return "no record"
	}
	return "record: " + image.Verdict
}

// printChange says what became of a tag, and how to undo it.
func printChange(dockerCLI command.Cli, t release.Target, change publish.TagChange, undo UndoFunc) {
	name := t.Familiar(change.Tag)
	if change.Written {
		for _, what := range change.Dropped {
			Say(dockerCLI, "%s no longer has %s", name, what)
		}
	}
	switch {
	case !change.Written:
		Say(dockerCLI, "%s held it already", name)
		return
	case change.Unshown:
		return // which was said
	case change.Extended != "":
		Say(dockerCLI, "%s was written, and somebody else added to it since: it holds %s", name, change.Extended)
		return
	case change.Old == "":
		Say(dockerCLI, "%s is new", name)
		return
	}
	Say(dockerCLI, "%s moved from %s to %s", name, change.Old, change.New)
	Say(dockerCLI, "  undo: %s", undo(t, change))
}

// RecordsLine says of what a shipment holds what the tests of every platform have said.
func RecordsLine(s release.Shipment) string {
	words := make([]string, 0, len(s.Platforms))
	for _, image := range s.Platforms {
		words = append(words, platform.Format(image.Platform)+" "+image.Verdict)
	}
	return fmt.Sprintf("%s: %s", s.Publication.Index.Digest, strings.Join(words, ", "))
}
