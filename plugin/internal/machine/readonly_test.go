package machine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// Where nothing can be written beside the configuration file, records, locks and drafts are where MULTIPLAT_STORE says,
// else where programs keep their state. A file in the place of the folder stops root as well.
func TestConfigurationFolderIsNotWritten(t *testing.T) {
	for _, named := range []bool{true, false} {
		fake := plugintest.NewCLI(t)
		assert.NilError(t, os.WriteFile(filepath.Join(fake.Folder, "multiplat"), nil, 0o600))
		place := filepath.Join(t.TempDir(), "place")
		t.Setenv("XDG_STATE_HOME", place)
		t.Setenv("MULTIPLAT_STORE", "")
		if named {
			t.Setenv("MULTIPLAT_STORE", place)
		}
		h := fake.Host()
		unlock, err := h.Builders().Lock(t.Context(), "machine-default")
		assert.NilError(t, err)
		unlock()
		assert.NilError(t, WriteRecord(h, Record{Builders: []string{"duo"}}))
		assert.Assert(t, strings.HasPrefix(RecordFile(h), place+"/"), RecordFile(h))
		assert.NilError(t, h.WithStore(t.Context(), func(*store.Store) error { return nil }))
		r, err := ReadRecord(h)
		assert.NilError(t, err)
		assert.DeepEqual(t, r.Builders, []string{"duo"})
	}
}

// Where buildx could not write beside the configuration file, its builders are in the folder of state as well: buildx's
// own variable is respected, and set where there is none.
func TestBuildersOfReadOnlyConfiguration(t *testing.T) {
	fake := plugintest.NewCLI(t)
	for _, name := range []string{"multiplat", "buildx"} {
		assert.NilError(t, os.WriteFile(filepath.Join(fake.Folder, name), nil, 0o600))
	}
	place := filepath.Join(t.TempDir(), "place")
	t.Setenv("MULTIPLAT_STORE", place)
	t.Setenv("BUILDX_CONFIG", filepath.Join(fake.Folder, "own"))
	h := fake.Host()
	assert.NilError(t, h.Builders().PrepareBuildx())
	assert.Equal(t, os.Getenv("BUILDX_CONFIG"), filepath.Join(fake.Folder, "own"))
	t.Setenv("BUILDX_CONFIG", "")
	assert.NilError(t, h.Builders().PrepareBuildx())
	assert.Equal(t, os.Getenv("BUILDX_CONFIG"), filepath.Join(place, "state", "buildx"))
	there, err := h.Builders().Exists("duo")
	assert.NilError(t, err)
	assert.Assert(t, !there)
	fake.AddBuilder(t, "duo")
	name, err := h.Builders().Resolve("duo")
	assert.NilError(t, err)
	assert.Equal(t, name, "duo")
}

// What init wrote while the configuration could be written is read after it cannot be any more.
func TestRecordInReadOnlyConfiguration(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root writes everywhere; the end-to-end test mounts the folder read-only")
	}
	fake := plugintest.NewCLI(t)
	h := fake.Host()
	assert.NilError(t, WriteRecord(h, Record{Builders: []string{"duo"}}))
	folder := filepath.Join(fake.Folder, "multiplat")
	assert.NilError(t, os.Chmod(folder, 0o500))
	t.Cleanup(func() { assert.NilError(t, os.Chmod(folder, 0o700)) })
	r, err := ReadRecord(h)
	assert.NilError(t, err)
	assert.DeepEqual(t, r.Builders, []string{"duo"})
	assert.NilError(t, WriteRecord(h, Record{Builders: []string{"other"}})) // which is newer from then on
	r, err = ReadRecord(h)
	assert.NilError(t, err)
	assert.DeepEqual(t, r.Builders, []string{"other"})
}

// Where no folder can be written, what is told names the variable, and no command that would end the same way.
func TestNoFolderToWrite(t *testing.T) {
	fake := plugintest.NewCLI(t)
	file := filepath.Join(fake.Folder, "file")
	assert.NilError(t, os.WriteFile(file, nil, 0o600))
	t.Setenv("BUILDX_CONFIG", filepath.Join(file, "buildx"))
	_, err := fake.Host().Builders().Resolve("")
	assert.ErrorIs(t, err, errdefs.ErrUnwritable)
	assert.ErrorIs(t, err, errdefs.ErrNotReady)
	assert.ErrorContains(t, err, "MULTIPLAT_STORE=FOLDER")
}
