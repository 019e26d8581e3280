package build

import (
	"context"
	"errors"
	"slices"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// askedBefore are the tests that the draft says the very image was last put to; of another image it says nothing.
func (l *ledger) askedBefore(ctx context.Context, image manifest.Image) ([]string, error) {
	d, err := l.store.Draft(ctx, l.plan.Names[0])
	if errors.Is(err, store.ErrNoDraft) || d.IsDamaged() {
		return nil, nil
	}
	same := slices.ContainsFunc(d.Images, func(old manifest.Image) bool {
		return old.Manifest.Digest == image.Manifest.Digest
	})
	if err != nil || !same {
		return nil, err
	}
	return d.Note(image.Platform).Tests, nil
}

// remember gives a row the tests that are to be repeated: those that were asked for, else those of before, and what the
// image has to pass to make good what it has failed.
func (l *ledger) remember(ctx context.Context, row Row, image manifest.Image) (Row, error) {
	words := slices.Clone(row.Flags)
	if l.plan.Mode != trial.Test || row.State == draft.Untested && !row.Interrupted {
		var err error
		if words, err = l.askedBefore(ctx, image); err != nil {
			return row, err
		}
	}
	row.Tests = owing(words, row.Outcome)
	return row, nil
}

// owing are tests, and those that an image has to pass to make good what it has failed. The smoke test is run without
// being named.
func owing(words []string, o trial.Outcome) []string {
	owed, _ := o.Owes()
	return append(slices.Clone(words), notIn(owed, append([]string{trial.Smoke}, words...))...)
}

// Memory is what a platform of a draft was last put to, as flags of the command line.
type Memory struct {
	Platform ocispec.Platform
	Words    []string
}

// Remembered is what each platform of a test was last put to, and what it has failed. One that was put to nothing yet
// is to be put to what any other was; same tells that all are put to the same.
func (t *DraftTest) Remembered(ctx context.Context) (memories []Memory, same bool, err error) {
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
		owed, err := t.owed(ctx, image)
		if err != nil {
			return nil, false, err
		}
		words = append(slices.Clone(words), notIn(owed, append([]string{trial.Smoke}, words...))...)
		memories = append(memories, Memory{image.Platform, words})
		same = same && slices.Equal(words, memories[0].Words)
	}
	return memories, same, nil
}

// owed are the tests that an image has to pass to make good what it has failed.
func (t *DraftTest) owed(ctx context.Context, image manifest.Image) ([]string, error) {
	if image.Manifest.Digest == "" {
		return nil, nil
	}
	config, err := t.store.ConfigOf(ctx, image)
	if err != nil {
		return nil, nil //nolint:nilerr // a damaged image is told when it is tested
	}
	book, err := t.store.Debts().Of(ctx, config)
	return book.Words(), err
}

// Repeat makes other tests the plan's.
func (t *DraftTest) Repeat(plan trial.Plan) { t.plan.Plan = plan }

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

// holders are the drafts that know an image of the rows which has failed what it has not made good.
func (l *ledger) holders(ctx context.Context, rows []Row) (names []string, err error) {
	for _, row := range rows {
		if _, known := row.Owes(); !known || row.Config == "" {
			continue
		}
		found, err := l.store.Debts().Holders(ctx, row.Config)
		if err != nil {
			return nil, err
		}
		names = append(names, notIn(found, names)...)
	}
	return names, nil
}
