package dockercli

import (
	"context"

	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// Debts is what images have failed on this machine, for those who have no store open.
type Debts struct{ host Host }

// Debts gives what images have failed on this machine.
func (h Host) Debts() Debts { return Debts{h} }

// Any tells whether any image owes anything.
func (d Debts) Any() bool {
	return store.Unmigrated(d.host.StoreFolder()) || store.DebtsIn(d.host.StoreFolder()).Any()
}

// Of is what an image owes.
func (d Debts) Of(ctx context.Context, config digest.Digest) (book debt.Book, err error) {
	if !store.Unmigrated(d.host.StoreFolder()) {
		return store.DebtsIn(d.host.StoreFolder()).Of(ctx, config)
	}
	err = d.host.WithStore(ctx, func(s *store.Store) error { // which takes over what was noted before
		book, err = s.Debts().Of(ctx, config)
		return err
	})
	return book, err
}

// Change changes what an image owes. A store is made where there is none.
func (d Debts) Change(ctx context.Context, config digest.Digest, change func(*debt.Book)) error {
	return d.host.WithStore(ctx, func(s *store.Store) error { return s.Debts().Change(ctx, config, change) })
}

// Begin notes that an image is put to tests. A store is made where there is none.
func (d Debts) Begin(
	ctx context.Context, config digest.Digest, owes debt.Debt, slight bool,
) (run *store.Run, err error) {
	err = d.host.WithStore(ctx, func(s *store.Store) error {
		run, err = s.Debts().Begin(ctx, config, owes, slight)
		return err
	})
	return run, err
}

// Holders are the drafts that know an image.
func (d Debts) Holders(ctx context.Context, config digest.Digest) (names []string, err error) {
	err = d.host.Look(ctx, func(s *store.Store) error {
		names, err = s.Debts().Holders(ctx, config)
		return err
	})
	return names, err
}
