package drafts

import (
	"cmp"
	"context"
	"errors"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// StateOf sums up what is known of a draft's platforms: passed when all have, else the first that has not.
func StateOf(ctx context.Context, s *store.Store, d draft.Draft) (draft.State, error) {
	states, err := statesOf(ctx, s, d)
	return sumOf(d, states), err
}

// statesOf is what is known of each platform of a draft, in their order.
func statesOf(ctx context.Context, s *store.Store, d draft.Draft) (states []draft.State, err error) {
	for _, image := range d.Select(nil) {
		state, err := platformState(ctx, s, d, image)
		if err != nil {
			return nil, err
		}
		states = append(states, state)
	}
	return states, nil
}

// sumOf sums up the states of a draft's platforms.
func sumOf(d draft.Draft, states []draft.State) draft.State {
	if d.IsDamaged() {
		return draft.Damaged
	}
	if len(states) == 0 {
		return draft.Empty
	}
	for _, state := range states {
		if state != draft.Passed {
			return state
		}
	}
	return draft.Passed
}

// platformState is what is known of one platform: what its note says is wrong, else what the gate makes of all that is
// known.
func platformState(
	ctx context.Context, s *store.Store, d draft.Draft, image manifest.Image,
) (draft.State, error) {
	if d.IsDamaged() {
		return draft.Damaged, nil
	}
	if image.Manifest.Digest == "" {
		return draft.Missing, nil
	}
	note := d.Note(image.Platform)
	if noted := cmp.Or(note.State, draft.Unfinished); note.Reason != "" && noted.Stale() {
		return noted, nil
	}
	if err := s.CheckImage(ctx, image, d.Elsewhere()...); errors.Is(err, store.ErrCorrupt) {
		return draft.Damaged, nil
	} else if err != nil {
		return "", err
	}
	c := gate.Candidate{Image: image, Note: &note}
	var err error
	c.Record, c.Recorded, err = record.Of(ctx, s, image)
	if err == nil {
		c.Book, err = BookOf(ctx, s, image)
	}
	switch {
	case errors.Is(err, store.ErrCorrupt), errors.Is(err, record.ErrStatement): // a record of another image
		return draft.Damaged, nil
	case err != nil:
		return "", err
	}
	return gate.Policy{}.Decide(c).State, nil
}

// BookOf is what an image of the store has failed and not made good.
func BookOf(ctx context.Context, s *store.Store, image manifest.Image) (debt.Book, error) {
	if !s.Debts().Any() {
		return debt.Book{}, nil
	}
	config, err := s.ConfigOf(ctx, image)
	if err != nil {
		return debt.Book{}, err
	}
	return s.Debts().Of(ctx, config)
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
