package dockercli_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A folder of temporary files that is not there is not the store's fault: what is said names it, and how to name another.
func TestLookWithoutTemporaryFolder(t *testing.T) {
	fake := plugintest.NewCLI(t)
	plugintest.SavePassed(t, plugintest.OpenStore(t, fake), "app:1", "app")
	missing := filepath.Join(t.TempDir(), "none")
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, missing)
	}
	err := fake.Host().Look(t.Context(), func(*store.Store) error { return nil })
	assert.ErrorIs(t, err, store.ErrTemporary)
	assert.Equal(t, failure.ExitCode(err), failure.ExitNotReady)
	assert.ErrorContains(t, err, missing)
	var failed *failure.Error
	assert.Assert(t, errors.As(err, &failed))
	told := strings.Join(failed.Notes, "\n")
	assert.Check(t, strings.Contains(told, "TMPDIR=FOLDER") && !strings.Contains(told, "MULTIPLAT_STORE"), told)
}
