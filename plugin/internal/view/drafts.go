package view

import (
	"maps"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/docker/go-units"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/columns"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
)

// List is how a list is shown.
type List struct {
	Format string
	// Quiet has the table show names alone, NoTrunc all of everything.
	Quiet, NoTrunc bool
}

// Drafts prints a row for each draft.
func Drafts(dockerCLI command.Cli, how List, rows []drafts.Row) error {
	switch {
	case isTemplate(how.Format):
		return printRows(dockerCLI, how.Format, rows)
	case how.Format == formatJSON:
		return encodeEach(dockerCLI.Out(), rows)
	case how.Quiet:
		for _, row := range rows {
			if err := printf(dockerCLI.Out(), "%s\n", row.Name); err != nil {
				return err
			}
		}
		return nil
	}
	at := func(digests, narrow bool, without ...string) func() *columns.Table {
		return func() *columns.Table {
			t := columns.New("NAME", "PLATFORMS", "VERDICT", "PUBLISHED", "SIZE", "AGE")
			for _, row := range rows {
				t.Add(row.Name, shortPlatforms(row.Platforms), draftSummary(row), draftPublished(row, digests, how.NoTrunc),
					row.HumanSize(), row.Age())
			}
			if narrow {
				t.Narrow()
			}
			return t.Without(without...)
		}
	}
	return printTable(dockerCLI.Out(), columns.Choose(widthFor(dockerCLI.Out(), how.NoTrunc), comfortable,
		at(true, false), at(true, true), at(false, true), at(false, true, "SIZE"), at(false, true, "SIZE", "AGE")))
}

// draftSummary is the verdict, with the platforms it is about where that is not all of them.
func draftSummary(row drafts.Row) string {
	byWord := map[string][]string{}
	for _, p := range row.Platforms {
		if word := row.Verdicts[p]; word != string(draft.Passed) {
			byWord[word] = append(byWord[word], p)
		}
	}
	if len(byWord) == 0 || len(byWord[row.Verdict]) == len(row.Platforms) {
		return row.Verdict
	}
	var parts []string
	for _, word := range slices.Sorted(maps.Keys(byWord)) {
		parts = append(parts, word+" "+shortPlatforms(byWord[word]))
	}
	return strings.Join(parts, "; ")
}

// draftPublished says whether the name has got the draft from here and, where there is room, under which digest.
func draftPublished(row drafts.Row, digests, noTrunc bool) string {
	short := shortDigest(row.PublishedDigest, noTrunc)
	if !noTrunc {
		_, short, _ = strings.Cut(short, ":")
	}
	if short == "" || !digests {
		return row.Published
	}
	return row.Published + " " + short
}

// shortPlatforms lists platforms without the os most images are for.
func shortPlatforms(names []string) string {
	short := make([]string, 0, len(names))
	for _, name := range names {
		short = append(short, strings.TrimPrefix(name, "linux/"))
	}
	return strings.Join(short, ",")
}

// SayStored says how much of the disk the drafts take up.
func SayStored(dockerCLI command.Cli, bytes int64, folder string) {
	Say(dockerCLI, "store: %s in %s", units.HumanSize(float64(bytes)), folder)
}

// SayLoaded says how many of their images are in the engine, where there are any.
func SayLoaded(dockerCLI command.Cli, images int, bytes int64) {
	if images > 0 {
		Say(dockerCLI, "loaded: %s, %s in the engine", units.HumanSize(float64(bytes)), Count(images, "image"))
	}
}

// SayCache says how much the cache of a builder takes up.
func SayCache(dockerCLI command.Cli, builderName string, bytes int64) {
	Say(dockerCLI, "builder cache: %s; free it with: docker buildx prune --builder %s", units.HumanSize(float64(bytes)),
		builderName)
}

// SayRemoved says what stays of drafts that were removed.
func SayRemoved(dockerCLI command.Cli, r drafts.Removed) {
	for _, note := range r.Notes {
		Say(dockerCLI, "%s", note)
	}
	if r.Busy {
		Say(dockerCLI, "the blobs stay for now: another docker multiplat uses the store")
	}
}

// SayFreed says how much there is to gain from what was removed.
func SayFreed(dockerCLI command.Cli, r drafts.Removed) {
	Say(dockerCLI, "Total reclaimed space: %s", units.HumanSize(float64(r.Freed.Bytes)))
}

// SayRepaired says what came of a repair.
func SayRepaired(dockerCLI command.Cli, r store.Repaired) {
	switch {
	case r.Whole:
		Say(dockerCLI, "the list of drafts is not damaged")
	case r.Restored:
		Say(dockerCLI, "the list of drafts is back as it was after the last change")
	case len(r.Found) == 0:
		Say(dockerCLI, "the list of drafts is lost, and begins anew; build the drafts again")
	}
	if len(r.Found) == 0 {
		return
	}
	Say(dockerCLI, "found in the blobs, without a name: %s", strings.Join(r.Found, ", "))
	Say(dockerCLI, "docker multiplat inspect shows one, tag gives it its name, test tests it again, rm removes it")
}

// PrintNames prints the names of drafts.
func PrintNames(dockerCLI command.Cli, list []draft.Draft) error {
	for _, d := range list {
		if err := printf(dockerCLI.Out(), "%s\n", reference.FamiliarString(d.Name)); err != nil {
			return err
		}
	}
	return nil
}

// PruneQuestion says what is going to be removed.
func PruneQuestion(list []draft.Draft) string {
	text := "This removes blobs that no draft needs, and no draft."
	if len(list) > 0 {
		names := make([]reference.NamedTagged, 0, len(list))
		for _, d := range list {
			names = append(names, d.Name)
		}
		text = "This removes these drafts, and blobs that no other draft needs:\n  " +
			strings.Join(ref.FamiliarNames(names), "\n  ")
	}
	return text + "\nContinue?"
}
