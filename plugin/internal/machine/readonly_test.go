package machine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

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
