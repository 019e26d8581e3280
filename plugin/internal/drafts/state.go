package drafts

import (
	"cmp"
	"context"
	"errors"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// Reader reads records, and checks that an image is there: by size, as to hash its layers is for who publishes them.
type Reader interface {
	record.Reader
	CheckImage(ctx context.Context, image manifest.Image) error
}

// StateOf sums up what is known of a draft's platforms: passed when all have, else the first that has not.
func StateOf(ctx context.Context, r Reader, d draft.Draft) (draft.State, error) {
	images := d.Select(nil)
	if d.IsDamaged() {
		return draft.Damaged, nil
	}
	if len(images) == 0 {
		return draft.Empty, nil
	}
	var worst draft.State
	for _, image := range images {
		state, err := platformState(ctx, r, d, image)
		if err != nil {
			return "", err
		}
		if state != draft.Passed && worst == "" {
			worst = state
		}
	}
	return cmp.Or(worst, draft.Passed), nil
}

// platformState is what is known of one platform: what its note says is wrong, else its record.
func platformState(
	ctx context.Context, r Reader, d draft.Draft, image manifest.Image,
) (draft.State, error) {
	if d.IsDamaged() {
		return draft.Damaged, nil
	}
	if image.Manifest.Digest == "" {
		return draft.Missing, nil
	}
	note := d.Note(image.Platform)
	noted := cmp.Or(note.State, draft.Unfinished)
	if note.Reason != "" && noted.Stale() {
		return noted, nil
	}
	if err := r.CheckImage(ctx, image); errors.Is(err, store.ErrCorrupt) {
		return draft.Damaged, nil
	} else if err != nil {
		return "", err
	}
	rec, recorded, err := record.Of(ctx, r, image)
	waived := err == nil && recorded && rec.Result == record.Warned
	switch {
	case waived: // a later verdict would have replaced it
		return draft.Waived, nil
	case note.Reason != "":
		return noted, nil
	case errors.Is(err, store.ErrCorrupt):
		return draft.Damaged, nil
	case err != nil:
		return "", err
	case !recorded:
		return draft.Untested, nil
	case rec.Result == record.Failed:
		return draft.Failed, nil
	}
	return draft.Passed, nil
}

// Whether what is published under the name of a draft is the draft.
const (
	publishedNo    = "no"
	publishedYes   = "yes"
	publishedOlder = "older"
)

// publishedState says whether what is published under the name is the draft.
func publishedState(d draft.Draft) string {
	switch d.Published {
	case "":
		return publishedNo
	case d.Index.Digest:
		return publishedYes
	}
	return publishedOlder
}
