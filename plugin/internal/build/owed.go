package build

import (
	"context"
	"errors"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// before is what the draft says of the very image; of another image it says nothing.
func (l *ledger) before(ctx context.Context, image manifest.Image) (draft.Note, error) {
	d, err := l.store.Draft(ctx, l.plan.Names[0])
	if errors.Is(err, store.ErrNoDraft) {
		return draft.Note{}, nil
	}
	same := slices.ContainsFunc(d.Images, func(old manifest.Image) bool {
		return old.Manifest.Digest == image.Manifest.Digest
	})
	if err != nil || !same {
		return draft.Note{}, err
	}
	return d.Note(image.Platform), nil
}

// settle weighs an outcome by the tests that the image failed before: weaker ones do not make up for them.
func (l *ledger) settle(o trial.Outcome, before draft.Note, row Row) Row {
	row.Outcome, row.Tests, row.owed = o, before.Tests, before.Owed
	if l.plan.Mode != trial.Test || o.State == draft.Untested {
		return row
	}
	missing := notIn(before.Owed, o.Flags)
	switch {
	case (o.State.Good() || o.State == draft.Skipped) && len(missing) > 0:
		row.Outcome = o.StillFailed("it failed tests that were left out now: " + strings.Join(missing, " "))
		return row
	case o.State == draft.Skipped: // it says nothing of what is owed
	case o.State.Good():
		row.owed = nil
	case o.State == draft.Failed && o.Report.Verdict == localtest.Failed:
		row.owed = append(slices.Clone(before.Owed), notIn(binding(o.Flags), before.Owed)...)
	}
	row.Tests = append(slices.Clone(o.Flags), notIn(row.owed, o.Flags)...)
	return row
}

// Memory is what a platform of a draft was last put to, as flags of the command line.
type Memory struct {
	Platform ocispec.Platform
	Words    []string
}

// Remembered is what each platform of a test was last put to. One that was put to nothing yet is to be put to what any
// other was; same tells that all are put to the same.
func (t *DraftTest) Remembered() (memories []Memory, same bool) {
	var all []string
	for _, image := range t.images {
		all = append(all, notIn(t.draft.Note(image.Platform).Tests, all)...)
	}
	same = true
	for _, image := range t.images {
		note := t.draft.Note(image.Platform)
		words := note.Tests
		if len(words) == 0 && !note.State.Tried() {
			words = all
		}
		memories = append(memories, Memory{image.Platform, words})
		same = same && slices.Equal(words, memories[0].Words)
	}
	return memories, same
}

// Repeat makes other tests the plan's.
func (t *DraftTest) Repeat(plan trial.Plan) { t.plan.Plan = plan }

// binding are those of the flags that are tests, and not how long or where they may run.
func binding(flags []string) []string {
	var tests []string
	for _, flag := range flags {
		name, _, _ := strings.Cut(flag, "=")
		switch name {
		case "--test", "--test-exec", "--test-script", "--test-stdin", "--test-config", "--test-sandbox":
			tests = append(tests, flag)
		}
	}
	return tests
}

// notIn are those of the words that are not among others.
func notIn(words, others []string) []string {
	var left []string
	for _, word := range words {
		if !slices.Contains(others, word) {
			left = append(left, word)
		}
	}
	return left
}
