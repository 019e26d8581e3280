package dockercli

import (
	"context"
	"errors"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// WithStore opens the store for the time of f, and makes one where there is none. What f finds damaged in it is mended
// under ctx.
func (h Host) WithStore(ctx context.Context, f func(*store.Store) error) error {
	return h.opened(ctx, store.Open, f)
}

// WithDrafts is WithStore for what changes drafts that are there: where there is no store none is made, and f gets an
// empty one.
func (h Host) WithDrafts(ctx context.Context, f func(*store.Store) error) error {
	if !h.HasStore() {
		return h.opened(ctx, store.Look, f)
	}
	return h.WithStore(ctx, f)
}

// Look opens the store for the time of f to read it. What f finds damaged in it is mended, where it can be written.
func (h Host) Look(ctx context.Context, f func(*store.Store) error) error {
	err := h.opened(ctx, store.Look, f)
	damaged, found := errors.AsType[*DamagedError](err)
	if !found {
		return err
	}
	s, problem := store.Open(h.StoreFolder(), h.waiting(ctx))
	if problem != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	mended := Mended(ctx, s, damaged.Err)
	if now, ok := errors.AsType[*DamagedError](mended); ok {
		damaged.Dropped = now.Dropped
		return err // with what it says to run next
	}
	return mended
}

// Repair brings back the list of drafts.
func (h Host) Repair(ctx context.Context) (store.Repaired, error) {
	return store.Repair(ctx, h.StoreFolder(), h.waiting(ctx))
}

// waiting is how the store waits for other processes.
func (h Host) waiting(ctx context.Context) store.Option {
	tell := h.tell
	if tell == nil {
		tell = func(string) {}
	}
	return store.Waiting(ctx, tell)
}

// opened opens the store in one way or another for the time of f.
func (h Host) opened(
	ctx context.Context, open func(string, ...store.Option) (*store.Store, error), f func(*store.Store) error,
) (err error) {
	s, err := open(h.StoreFolder(), h.waiting(ctx))
	if errors.Is(err, store.ErrFolder) {
		return failure.Wrap(
			nil,
			err,
			"",
			"nothing was changed; MULTIPLAT_STORE=FOLDER in the environment names another folder",
		)
	}
	if errors.Is(err, store.ErrTemporary) {
		return failure.Wrap(nil, err, "", "nothing was changed; TMPDIR=FOLDER in the environment names another folder")
	}
	if errors.Is(err, store.ErrIndex) {
		return lostList(err)
	}
	if err != nil {
		return err
	}
	defer func() {
		if closed := s.Close(); err == nil {
			err = closed
		}
	}()
	return Mended(ctx, s, f(s))
}

// lostList says what brings the list of drafts back.
func lostList(err error) error {
	return failure.Wrap(nil, err, "docker multiplat prune --repair", "nothing was removed")
}

// Mended drops what is damaged in the store where that was met, so that the next build brings it anew.
func Mended(ctx context.Context, s *store.Store, err error) error {
	if _, done := errors.AsType[*DamagedError](err); done {
		return err
	}
	if errors.Is(err, store.ErrIndex) {
		return lostList(err)
	}
	if errors.Is(err, store.ErrCrowded) {
		return failure.Wrap(nil, err, "docker multiplat prune",
			"no draft was added; prune removes those that were published, rm and prune --all others")
	}
	if !failure.Is(err, store.ErrCorrupt, registry.ErrIntegrity) {
		return err
	}
	mend := s.Mend
	if !errors.Is(err, store.ErrCorrupt) {
		mend = s.MendAll // a registry that found other bytes than were announced does not say whose fault it is
	}
	dropped, problem := mend(ctx)
	if problem != nil {
		return errors.Join(err, problem)
	}
	if dropped == 0 && !errors.Is(err, store.ErrCorrupt) {
		return err // it is the registry whose content is wrong
	}
	drafts, _ := s.List(ctx) // they only help to say what builds anew
	return &DamagedError{Err: err, Dropped: dropped, Drafts: drafts}
}
