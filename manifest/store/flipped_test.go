package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// Whichever bit of the list of drafts is flipped, a draft is never read as another than it was: what is known of its
// platforms, such as that a build of one has failed since, keeps it from being published.
func TestFlippedListIsNoOtherDraft(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	addImages(t, s, "app:1", "linux/amd64", "linux/arm64")
	name := draftName(t, "app:1")
	_, err := s.Update(t.Context(), name, func(d *draft.Draft) error {
		d.Notes = map[string]draft.Note{
			"linux/amd64": {State: draft.NotBuilt, Reason: "RUN false: exit code 1"}, "linux/arm64": {Reason: "fine"},
		}
		return nil
	})
	assert.NilError(t, err)
	want, err := s.Draft(t.Context(), name)
	assert.NilError(t, err)
	path := filepath.Join(root, "index.json")
	whole, err := os.ReadFile(path)
	assert.NilError(t, err)
	for at := 0; at < len(whole); at += 2 {
		flipped := append([]byte(nil), whole...)
		flipped[at] ^= 1 << (at % 7)
		assert.NilError(t, os.WriteFile(path, flipped, 0o600))
		found, err := s.Draft(t.Context(), name)
		if err != nil {
			known := errors.Is(err, store.ErrCorrupt) || errors.Is(err, store.ErrNoDraft) || errors.Is(err, store.ErrFormat)
			assert.Check(t, known, "byte %d: %v", at, err)
			continue
		}
		same := said(found) == said(want)
		assert.Check(t, same, "byte %d, %q: %s", at, flipped[max(0, at-30):min(len(flipped), at+30)], said(found))
	}
}

// said is what a draft is published by: all but what it was published as.
func said(d draft.Draft) string { return fmt.Sprint(d.Name, d.Platforms, d.Notes, d.Index, d.Updated) }
