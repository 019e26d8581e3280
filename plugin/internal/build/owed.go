package build

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// before is what the drafts of all names say of the very image; of another image they say nothing. What it has failed
// under any of the names it owes under all.
func (l *ledger) before(ctx context.Context, image manifest.Image) (draft.Note, error) {
	var all draft.Note
	for i, name := range l.plan.Names {
		note, err := l.beforeAs(ctx, name, image)
		if err != nil {
			return draft.Note{}, err
		}
		if i == 0 || len(note.Owed) > 0 && len(all.Owed) == 0 {
			note, all = all, note
		}
		all.Owed = append(slices.Clone(all.Owed), notIn(note.Owed, all.Owed)...)
		all.Sums = sumsOfBoth(all.Sums, note.Sums)
	}
	return all, nil
}

// beforeAs is what the draft of one name says of the very image.
func (l *ledger) beforeAs(ctx context.Context, name reference.NamedTagged, image manifest.Image) (draft.Note, error) {
	d, err := l.store.Draft(ctx, name)
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

// owedSmoke stands among the tests that an image has failed for the one that is run where none is asked for.
const owedSmoke = "--test-local"

// benchFor is the bench for an image: one that has failed the smoke test is put to it again, also beside other tests.
func (l *ledger) benchFor(ctx context.Context, b *trial.Bench, image manifest.Image) (*trial.Bench, error) {
	before, err := l.before(ctx, image)
	if err != nil || !slices.Contains(before.Owed, owedSmoke) {
		return b, err
	}
	own := *b
	own.Plan.Own = slices.Clone(own.Plan.Own)
	own.Plan.Each(func(tests *localtest.Spec) { tests.Smoke = true })
	return &own, nil
}

// settle weighs an outcome by the tests that the image failed before: weaker ones do not make up for them.
func (l *ledger) settle(o trial.Outcome, before draft.Note, row Row) Row {
	row.Outcome, row.Tests, row.owed, row.sums = o, before.Tests, before.Owed, before.Sums
	if l.plan.Mode != trial.Test || o.State == draft.Untested {
		return row
	}
	tests := l.plan.For(o.Platform, o.Emulated).Tests
	ran := binding(o.Flags)
	if !tests.Asked() || slices.Contains(before.Owed, owedSmoke) {
		ran = append(ran, owedSmoke)
	}
	why := weaker(tests, before, ran)
	switch {
	case (o.State.Good() || o.State == draft.Skipped) && why != "":
		row.Outcome = o.StillFailed(why)
		return row
	case o.State == draft.Skipped: // it says nothing of what is owed
	case o.State.Good():
		row.owed, row.sums = nil, nil
	case o.State == draft.Failed && o.Report.Verdict == localtest.Failed:
		row.owed = append(slices.Clone(before.Owed), notIn(ran, before.Owed)...)
		row.sums = sumsOf(tests, row.owed, before.Sums)
	}
	named := notIn(row.owed, append([]string{owedSmoke}, o.Flags...)) // the smoke test is run without being named
	row.Tests = append(slices.Clone(o.Flags), named...)
	return row
}

// weaker says why tests do not make up for those that an image has failed; empty: they do.
func weaker(tests localtest.Spec, before draft.Note, ran []string) string {
	left := notIn(before.Owed, ran)
	var others, more, reasons []string
	for _, word := range notIn(before.Owed, left) {
		if sum, known := before.Sums[word]; known && !covers(sumOf(tests, word, sum), sum) {
			others = append(others, word)
		}
	}
	if len(before.Owed) > 0 {
		more = slices.DeleteFunc(notIn(ran, before.Owed), func(word string) bool {
			return !strings.HasPrefix(word, variableFlag)
		})
	}
	for _, part := range []struct {
		said  string
		words []string
	}{
		{"it failed tests that were left out now: ", left},
		{"it failed tests that are others now: ", others},
		{"it failed without ", more},
	} {
		if len(part.words) > 0 {
			reasons = append(reasons, part.said+strings.Join(part.words, " "))
		}
	}
	return strings.Join(reasons, "; ")
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

// binding are those of the flags that are tests, or a part of them, and not how long or where they may run.
func binding(flags []string) []string {
	var tests []string
	for _, flag := range flags {
		name, _, _ := strings.Cut(flag, "=")
		switch name {
		case "--test", "--test-exec", "--test-script", "--test-stdin", "--test-config", "--test-sandbox", "--test-env":
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
