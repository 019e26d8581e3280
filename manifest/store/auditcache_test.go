package store_test

import (
	"os"
	"path/filepath"
	"testing"

	digest "github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

var _ audit.Cache = (*store.Scans)(nil)

// What is put is there for every later process, under the rules it was put for alone.
func TestScans(t *testing.T) {
	root := newRoot(t)
	layer, other := digest.FromString("layer"), digest.FromString("other")
	scans := openStore(t, root).Scans()
	_, ok, err := scans.Get(t.Context(), layer, "1")
	assert.NilError(t, err)
	assert.Assert(t, !ok)
	assert.NilError(t, scans.Put(t.Context(), layer, "1", []byte(`{"entries":[1]}`)))

	later := openStore(t, root).Scans()
	for _, tc := range []struct {
		layer digest.Digest
		rules string
		want  string
	}{{layer, "1", `{"entries":[1]}`}, {layer, "2", ""}, {other, "1", ""}} {
		body, found, err := later.Get(t.Context(), tc.layer, tc.rules)
		assert.NilError(t, err)
		assert.Equal(t, found, tc.want != "")
		assert.Equal(t, string(body), tc.want)
	}
	assert.NilError(t, later.Put(t.Context(), layer, "2", []byte(`{}`)))
	_, ok, err = scans.Get(t.Context(), layer, "1")
	assert.NilError(t, err)
	assert.Assert(t, !ok, "newer rules replace what was there")
	entries, err := os.ReadDir(filepath.Join(root, "audit"))
	assert.NilError(t, err)
	assert.Equal(t, len(entries), 1)
	assert.Equal(t, entries[0].Name(), "sha256-"+layer.Encoded()+".json")
}

// A file that is damaged, or is of another layer, is as good as none; a digest that is none is refused.
func TestScansDamaged(t *testing.T) {
	root := newRoot(t)
	layer, other := digest.FromString("layer"), digest.FromString("other")
	scans := openStore(t, root).Scans()
	path := func(d digest.Digest) string { return filepath.Join(root, "audit", "sha256-"+d.Encoded()+".json") }
	assert.NilError(t, scans.Put(t.Context(), layer, "1", []byte(`{}`)))
	whole, err := os.ReadFile(path(layer))
	assert.NilError(t, err)
	for name, body := range map[string][]byte{"empty": nil, "cut": whole[:len(whole)-1], "text": []byte("text")} {
		assert.NilError(t, os.WriteFile(path(layer), body, 0o600))
		_, ok, err := scans.Get(t.Context(), layer, "1")
		assert.NilError(t, err, name)
		assert.Assert(t, !ok, name)
	}
	assert.NilError(t, os.WriteFile(path(other), whole, 0o600))
	_, ok, err := scans.Get(t.Context(), other, "1")
	assert.NilError(t, err)
	assert.Assert(t, !ok)

	_, _, err = scans.Get(t.Context(), "sha256:../../x", "1")
	assert.ErrorContains(t, err, `looking for the scan of layer "sha256:../../x"`)
	assert.ErrorContains(t, scans.Put(t.Context(), "nonsense", "1", nil), `"nonsense"`)
}
