package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
)

// begins notes a run of tests.
func begins(t *testing.T, d *Debts, config digest.Digest, id string, words ...string) *Run {
	t.Helper()
	run, err := d.Begin(t.Context(), config, debt.Debt{ID: id, Cause: debt.Tests, Words: words}, len(words) == 0)
	assert.NilError(t, err)
	return run
}

// killed ends a run as the end of its process does.
func (r *Run) killed(t *testing.T) {
	t.Helper()
	assert.NilError(t, r.lock.Close())
}

// standing is how much of what an image owes nobody has waived, and how much of that are failures.
func standing(t *testing.T, d *Debts, config digest.Digest) (all, failing int) {
	t.Helper()
	book, err := d.Of(t.Context(), config)
	assert.NilError(t, err)
	return len(book.Standing()), len(book.Failing())
}

// A run that is on leaves nothing behind, nor does one that has ended; one that was killed leaves its tests, and one
// whose failure could not be written down its failure.
func TestBegun(t *testing.T) {
	root := t.TempDir()
	s, err := Open(root)
	assert.NilError(t, err)
	t.Cleanup(func() { assert.NilError(t, s.Close()) })
	d, config, other := s.Debts(), digest.FromString("config"), digest.FromString("other")
	owes := func(all, failing int) {
		t.Helper()
		gotAll, gotFailing := standing(t, d, config)
		assert.Equal(t, gotAll, all)
		assert.Equal(t, gotFailing, failing)
		gotAll, _ = standing(t, d, other)
		assert.Equal(t, gotAll, 0)
	}
	run := begins(t, d, config, "A", "--test=a")
	owes(0, 0)
	assert.Check(t, !d.Any())
	begins(t, d, other, "B", "--test=a") // which goes on
	begins(t, d, config, "C").killed(t)
	owes(0, 0)
	assert.NilError(t, run.Close(true))
	owes(0, 0)
	begins(t, d, config, "D", "--test=a").killed(t)
	owes(1, 0)
	assert.Check(t, d.Any())
	assert.NilError(t, begins(t, d, config, "E").Close(false))
	owes(2, 1)

	// what is changed is written down, and is then no more of a run
	assert.NilError(t, d.Change(t.Context(), config, func(b *debt.Book) { b.Debts = b.Debts[:1] }))
	owes(1, 0)
	ended, err := d.ended(config)
	assert.NilError(t, err)
	assert.Equal(t, len(ended), 0)
	begins(t, d, config, "F", "--test=b").killed(t)
	assert.NilError(t, d.Change(t.Context(), config, func(b *debt.Book) { b.Debts = nil }))
	owes(0, 0)
}

// A damaged file of a run opens no gate, and old ones are forgotten.
func TestBegunDamagedAndOld(t *testing.T) {
	s, err := Open(t.TempDir())
	assert.NilError(t, err)
	t.Cleanup(func() { assert.NilError(t, s.Close()) })
	d, config := s.Debts(), digest.FromString("config")
	begins(t, d, config, "A", "--test=a").killed(t)
	ended, err := d.ended("")
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(ended[0], []byte("{"), 0o600))
	_, failing := standing(t, d, config)
	assert.Equal(t, failing, 1)
	forgotten, err := s.PruneDebts(t.Context(), time.Now().Add(-time.Hour))
	assert.NilError(t, err)
	assert.Equal(t, forgotten, 0)
	forgotten, err = s.PruneDebts(t.Context(), time.Now().Add(time.Hour))
	assert.NilError(t, err)
	assert.Equal(t, forgotten, 1)
	entries, err := os.ReadDir(filepath.Join(s.Root(), begunDir))
	assert.NilError(t, err)
	assert.Equal(t, len(entries), 0)
}
