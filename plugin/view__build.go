package plugin

import (
	"errors"
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/debug"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
)

// showRows shows what came of each platform: by a format on standard output in the place of the result, else as a table
// on standard error, unless that is to be silent.
func showRows(dockerCLI command.Cli, r buildResult, format string, silent bool) error {
	switch {
	case len(r.rows) == 0:
		return nil
	case !tabular(format):
		return printOutcomes(dockerCLI, format, outcomesOf(r))
	case silent:
		return nil
	}
	auditNotes(dockerCLI, r)
	return errors.Join(outcomeTable(r).print(dockerCLI.Err()), printMatrix(dockerCLI, r))
}

// tabular tells that the table is for people, on standard error.
func tabular(format string) bool { return format == "" || format == formatTable }

// auditNotes shows what harms nobody to those who asked for more with --debug.
func auditNotes(dockerCLI command.Cli, r buildResult) {
	if !debug.IsEnabled() {
		return
	}
	for _, row := range r.rows {
		if row.audit == nil {
			continue
		}
		for _, f := range row.audit.Notes() {
			say(dockerCLI, "%s: note: %s", manifest.FormatPlatform(row.platform), f)
		}
	}
}

// showSuccess prints the result, NAME:TAG@DIGEST of each draft, and what can be done with it. With --push publishing
// prints it.
func showSuccess(dockerCLI command.Cli, r buildResult, format string, silent bool) error {
	for _, name := range r.plan.names {
		if r.plan.push || !tabular(format) {
			break
		}
		result := reference.FamiliarString(name) + "@" + r.draft.Index.Digest.String()
		if _, err := fmt.Fprintln(dockerCLI.Out(), result); err != nil {
			return err
		}
	}
	if !silent {
		showHints(dockerCLI, r)
	}
	return nil
}

// showHints says what can be done with a draft that was built: try it, test it, publish it.
func showHints(dockerCLI command.Cli, r buildResult) {
	name := reference.FamiliarString(r.plan.names[0])
	for _, image := range r.draft.Images {
		if r.plan.position(image.Platform) < 0 {
			say(dockerCLI, "%s is kept from an earlier build", manifest.FormatPlatform(image.Platform))
		}
	}
	if r.plan.push {
		return
	}
	if r.plan.mode == loadMode || r.plan.mode == testMode {
		say(dockerCLI, "try a platform with:")
		for _, row := range r.rows {
			if row.loaded != "" {
				say(dockerCLI, "  docker run --rm -it %s", row.loaded)
			}
		}
		say(dockerCLI, "  (%s itself is not tagged in the engine)", name)
	}
	if r.state != draft.Passed {
		say(dockerCLI, "it is not tested yet: test it before you publish it with:\n  docker multiplat test %s", name)
		return
	}
	say(dockerCLI, "test it once more, in another way, with:\n  docker multiplat test --test 'CMD ARG...' %s", name)
	say(dockerCLI, "publish it with:\n  docker multiplat publish %s", name)
}

// showRecorded prints the index that holds what was recorded of an image in a registry; nil: there was nothing.
func showRecorded(dockerCLI command.Cli, recorded reference.Canonical) error {
	if recorded == nil {
		say(dockerCLI, "there is nothing to record, and nothing was pushed")
		return nil
	}
	result := reference.FamiliarString(recorded)
	_, err := fmt.Fprintln(dockerCLI.Out(), result)
	say(dockerCLI, "it holds the same images, with the record; no tag was touched. Give it a tag with:\n"+
		"  docker multiplat merge -t NAME:TAG %s", result)
	return err
}
