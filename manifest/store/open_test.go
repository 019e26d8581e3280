package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

func TestOpenMakesLayout(t *testing.T) {
	root := newRoot(t)
	s := openStore(t, root)
	assert.Equal(t, s.Root(), root)
	info, err := os.Stat(root)
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o700))
	layout, err := os.ReadFile(filepath.Join(root, "oci-layout"))
	assert.NilError(t, err)
	assert.Equal(t, string(layout), `{"imageLayoutVersion":"1.0.0"}`)
	index := entries(t, root)
	assert.Equal(t, index.Annotations["com.docker-multiplat.store.version"], "1")
	assert.Equal(t, len(index.Manifests), 0)
	drafts, err := s.List(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, len(drafts), 0)
}

func TestOpenAtOnce(t *testing.T) {
	for range 20 {
		root := newRoot(t)
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				s, err := store.Open(root)
				if assert.Check(t, err) {
					assert.Check(t, s.Close())
				}
			})
		}
		group.Wait()
		found, err := os.ReadDir(root)
		assert.NilError(t, err)
		for _, entry := range found {
			assert.Check(t, !strings.HasPrefix(entry.Name(), "."), entry.Name())
		}
	}
}

func TestOpenTightensMode(t *testing.T) {
	root := t.TempDir()
	assert.NilError(t, os.Chmod(root, 0o755))
	openStore(t, root)
	info, err := os.Stat(root)
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o700))
}

func TestOpenFinishesHalfMadeLayout(t *testing.T) {
	root := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(root, "oci-layout"), []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o600))
	addImages(t, openStore(t, root), "app:1", "linux/amd64")
}

func TestOpenRefuses(t *testing.T) {
	const layout = `{"imageLayoutVersion":"1.0.0"}`
	for _, tc := range []struct {
		name  string
		files map[string]string
		is    error
		want  string
	}{
		{"other files", map[string]string{"notes.txt": "x"}, store.ErrFormat, `it holds "notes.txt"`},
		{
			"layout of the future",
			map[string]string{"oci-layout": `{"imageLayoutVersion":"2.0.0"}`},
			store.ErrFormat, `"2.0.0"`,
		},
		{"garbage layout", map[string]string{"oci-layout": `{"imageLay`}, store.ErrFormat, "unexpected end of JSON"},
		{
			"store of the future",
			map[string]string{
				"oci-layout": layout,
				"index.json": `{"schemaVersion":2,"manifests":[],"annotations":{"com.docker-multiplat.store.version":"2"}}`,
			},
			store.ErrFormat, `its format is "2", and this version knows "1"; update it`,
		},
		{
			"layout of another tool",
			map[string]string{"oci-layout": layout, "index.json": `{"schemaVersion":2,"manifests":[]}`},
			store.ErrFormat, "it is the layout of another tool",
		},
		{
			"torn index",
			map[string]string{"oci-layout": layout, "index.json": `{"schemaVersion":2,"manif`},
			store.ErrCorrupt, "unexpected end of JSON",
		},
		{
			"garbage index",
			map[string]string{"oci-layout": layout, "index.json": "\x00"},
			store.ErrCorrupt, "invalid character",
		},
		{
			"no index",
			map[string]string{"oci-layout": layout, "index.json": `{"a":1}`},
			store.ErrCorrupt, "it is no image index",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := openUntouched(t, tc.files)
			assert.ErrorIs(t, err, tc.is)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

// openUntouched opens a folder that is to be refused, and checks that this left it as it was.
func openUntouched(t *testing.T, files map[string]string) error {
	t.Helper()
	root := t.TempDir()
	assert.NilError(t, os.Chmod(root, 0o755))
	for name, body := range files {
		assert.NilError(t, os.WriteFile(filepath.Join(root, name), []byte(body), 0o600))
	}
	_, refusal := store.Open(root)
	assert.ErrorContains(t, refusal, root)
	found, err := os.ReadDir(root)
	assert.NilError(t, err)
	assert.Equal(t, len(found), len(files))
	info, err := os.Stat(root)
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o755))
	return refusal
}

func TestOpenRefusesFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	assert.NilError(t, os.WriteFile(file, nil, 0o600))
	readOnly := filepath.Join(t.TempDir(), "read-only")
	assert.NilError(t, os.Mkdir(readOnly, 0o500))
	for path, want := range map[string]string{
		"":                            "the name is empty",
		file:                          "not a directory",
		filepath.Join(file, "folder"): "not a directory",
		readOnly:                      "it is read-only (mode 0500)",
	} {
		_, err := store.Open(path)
		assert.ErrorIs(t, err, store.ErrFolder)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, path)
	}
}
