package plugin

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A command that only looks, or that does not find what it is to change, makes no store.
func TestNoStoreIsMade(t *testing.T) {
	reg := newFakeRegistry(t)
	name := reg.Host + "/app:1"
	for _, tc := range []struct {
		args []string
		want int
	}{
		{[]string{"ls", "--quiet"}, failure.ExitDone},
		{[]string{"prune", "--force"}, failure.ExitDone},
		{[]string{"rm", name}, failure.ExitInput},
		{[]string{"tag", name, "other:1"}, failure.ExitInput},
		{[]string{"test", name}, failure.ExitInput},
		{[]string{"publish", name}, failure.ExitInput},
		{[]string{"publish", "--dry-run", name}, failure.ExitInput},
		{[]string{"inspect", "--local", name}, failure.ExitInput},
	} {
		fake := &fakeCLI{newFakeCLI(t).WithEngine(t, new(plugintest.EngineImages).Answer)}
		err := fake.run(t, tc.args...)
		assert.Check(t, ExitCode(err) == tc.want, "%v: %v", tc.args, err)
		_, err = os.Stat(fake.Drafts())
		assert.Check(t, os.IsNotExist(err), "%v: %v", tc.args, err)
	}
}

// Looking does not touch the store: it may be mounted read-only, or be open to others for reading.
func TestLookingLeavesTheStore(t *testing.T) {
	reg := newFakeRegistry(t)
	fake := &fakeCLI{newFakeCLI(t).WithEngine(t, new(plugintest.EngineImages).Answer)}
	name := reg.Host + "/app:1"
	s, err := store.Open(fake.Drafts())
	assert.NilError(t, err)
	plugintest.SaveDraft(t, s, name, "linux/amd64", plugintest.PassedImage(t, s, "linux/amd64", "app"))
	assert.NilError(t, s.Close())
	assert.NilError(t, os.Chmod(fake.Drafts(), 0o755))
	mark := filepath.Join(fake.Drafts(), ".multiplat-left") // opening for a change would sweep it away
	assert.NilError(t, os.WriteFile(mark, nil, 0o600))
	before := filesOf(t, fake.Drafts())
	for _, args := range [][]string{
		{"ls"}, {"ls", "--format", "json"}, {"inspect", "--local", name}, {"inspect", name}, {"publish", "--dry-run", name},
	} {
		assert.NilError(t, fake.run(t, args...), "%v", args)
		assert.DeepEqual(t, filesOf(t, fake.Drafts()), before)
	}
}

// filesOf are the files below a folder, with modes and times.
func filesOf(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	assert.NilError(t, filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
		if err == nil {
			found[path] = info.Mode().String() + info.ModTime().String()
		}
		return err
	}))
	return found
}
