package view

import (
	"errors"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/debug"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// Showing is how a command shows what it does.
type Showing struct {
	// Silent is true where it shows nothing, and Board where a terminal shows the board.
	Silent, Board bool
}

// Rows shows what came of each platform: by a format on standard output in the place of the result, else as a table
// on standard error, unless that is to be silent.
func Rows(dockerCLI command.Cli, r build.Result, format string, how Showing) error {
	switch {
	case len(r.Rows) == 0:
		return nil
	case !tabular(format):
		return printOutcomes(dockerCLI, format, outcomesOf(r))
	case how.Silent:
		return nil
	}
	auditNotes(dockerCLI, r)
	table := outcomeTable(r, widthOf(dockerCLI.Err()))
	err := errors.Join(showVerdicts(dockerCLI.Err(), table, how.Board), printMatrix(dockerCLI, r))
	sayUnlike(dockerCLI, r)
	if line := emulatedLine(r.Slow); line != "" {
		Say(dockerCLI, "%s", line)
	}
	return err
}

// RowsFollow tells that Rows is to show a table on standard error.
func RowsFollow(r build.Result, format string, silent bool) bool {
	return len(r.Rows) > 0 && tabular(format) && !silent
}

// sayUnlike says in one line that a platform is not the app that another is, where that is no error.
func sayUnlike(dockerCLI command.Cli, r build.Result) {
	for _, row := range r.Rows {
		if len(row.Differences) == 0 || r.Plan.Alike().Required {
			continue
		}
		first := row.Differences[0]
		Say(dockerCLI, "%s is not the same app as %s: it %s; see docker multiplat diff %s", platform.Format(row.Platform),
			first.Than, first.Text, visible.Quote(reference.FamiliarString(r.Plan.Name)))
		return
	}
}

// tabular tells that the table is for people, on standard error.
func tabular(format string) bool { return format == "" || format == FormatTable }

// auditNotes shows what harms nobody to those who asked for more with --debug.
func auditNotes(dockerCLI command.Cli, r build.Result) {
	if !debug.IsEnabled() {
		return
	}
	for _, row := range r.Rows {
		if row.Audit == nil {
			continue
		}
		for _, f := range row.Audit.Notes() {
			Say(dockerCLI, "%s: note: %s", platform.Format(row.Platform), f)
		}
	}
}

// Success prints the result, NAME:TAG@DIGEST of each draft, and what can be done with it. With --push publishing
// prints it.
func Success(dockerCLI command.Cli, r build.Result, format string, silent bool) error {
	for _, name := range r.Plan.Names {
		if r.Plan.Push || !tabular(format) {
			break
		}
		result := reference.FamiliarString(name) + "@" + r.Draft.Index.Digest.String()
		if err := printf(dockerCLI.Out(), "%s\n", result); err != nil {
			return err
		}
	}
	if !silent {
		showHints(dockerCLI, r)
	}
	return nil
}

// showHints says what can be done with a draft that was built: try it, test it, publish it.
func showHints(dockerCLI command.Cli, r build.Result) {
	name := reference.FamiliarString(r.Plan.Names[0])
	for _, image := range r.Draft.Images {
		if r.Plan.Position(image.Platform) < 0 {
			Say(dockerCLI, "%s is kept from an earlier build", platform.Format(image.Platform))
		}
	}
	if r.Plan.Push {
		return
	}
	if r.Plan.Mode == trial.Load || r.Plan.Mode == trial.Test {
		showRuns(dockerCLI, r, name)
	}
	if r.State != draft.Passed {
		Say(dockerCLI, "it is not tested yet: test it before you publish it with:\n  docker multiplat test %s%s%s",
			insecure(r), exceptions(r), name)
		return
	}
	Say(
		dockerCLI,
		"test it once more, in another way, with:\n  docker multiplat test --test 'CMD ARG...' %s%s",
		insecure(r),
		name,
	)
	if path, official := strings.CutPrefix(r.Plan.Names[0].Name(), "docker.io/library/"); official {
		own := "USER/" + path + ":" + r.Plan.Names[0].Tag()
		Say(dockerCLI, "it cannot be published under this name, which is docker.io/library/%s: that is Docker's own. "+
			"Name it, with yours for USER, or with another registry (REGISTRY/%s), and publish it with:\n"+
			"  docker multiplat tag %s %s\n  docker multiplat publish %s", path, own, name, own, own)
		return
	}
	Say(dockerCLI, "publish it with:\n  docker multiplat publish %s%s", insecure(r), name)
}

// insecure are the flags for the registries that were named as insecure: without them nothing is published there.
func insecure(r build.Result) (flags string) {
	for _, host := range r.Plan.Trust.Insecure {
		flags += "--insecure-registry " + visible.Quote(host) + " "
	}
	return flags
}

// exceptions are the flags for what the audit of a build let pass: without them the same image fails.
func exceptions(r build.Result) (flags string) {
	const flag = "--allow-foreign"
	var seen []string
	for _, p := range r.Plan.Platforms.Platforms {
		for _, word := range r.Plan.For(p, false).Flags {
			if name, pattern, _ := strings.Cut(word, "="); name == flag && !slices.Contains(seen, word) {
				seen = append(seen, word)
				flags += flag + " " + visible.Quote(pattern) + " "
			}
		}
	}
	return flags
}

// showRuns says how to start what was loaded, where there is something to start.
func showRuns(dockerCLI command.Cli, r build.Result, name string) {
	var loaded []string
	for _, row := range r.Rows {
		if row.Loaded != "" && row.State != draft.NothingToRun {
			loaded = append(loaded, row.Docker()+" run --rm -it "+row.Loaded)
		}
	}
	if len(loaded) == 0 {
		return
	}
	Say(dockerCLI, "try a platform with:")
	for _, line := range loaded {
		Say(dockerCLI, "  %s", line)
	}
	Say(dockerCLI, "  (%s itself is not tagged in the engine)", name)
}

// Recorded prints the index that holds what was recorded of an image in a registry; nil: there was nothing.
func Recorded(dockerCLI command.Cli, recorded reference.Canonical) error {
	if recorded == nil {
		Say(dockerCLI, "there is nothing to record, and nothing was pushed")
		return nil
	}
	result := reference.FamiliarString(recorded)
	err := printf(dockerCLI.Out(), "%s\n", result)
	Say(dockerCLI, "it holds the same images, with the record; no tag was touched. Give it a tag with:\n"+
		"  docker multiplat merge -t NAME:TAG %s", result)
	return err
}
