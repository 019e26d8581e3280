package plugin

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// files lists everything below a folder.
func files(t *testing.T, folder string) (all []string) {
	t.Helper()
	assert.NilError(t, filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		all = append(all, path)
		return err
	}))
	return all
}

// A dry run of what would be waived shows the index with the waivers, and writes nothing into the store.
func TestDryRunKeepsTheStore(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	plugintest.SaveDraft(
		t,
		s,
		name,
		"amd64,arm64",
		plugintest.UntestedImage(t, s, "amd64", "app"),
		plugintest.UntestedImage(t, s, "arm64", "app"),
	)
	before := files(t, s.Root())
	args := []string{"--allow-untested", "--reason", "no board", "--platform", "arm64", name}
	planned, err := fake.publish(t, append([]string{"--dry-run"}, args...)...)
	assert.NilError(t, err)
	assert.DeepEqual(t, files(t, s.Root()), before)

	_, err = fake.publish(t, args...)
	assert.NilError(t, err)
	now := registry.DigestAt(t, "team/app", "1").String()
	assert.Check(t, strings.HasPrefix(planned, name+"  nothing -> "+now+"\n"), planned)
}

// A dry run shows what would be published even where the gate is shut, which it tells as well.
func TestDryRunOfAShutGate(t *testing.T) {
	for _, args := range [][]string{
		{"publish", "--dry-run", "NAME:1"},
		{"merge", "--dry-run", "-t", "NAME:2", "NAME:a"},
		{"promote", "--dry-run", "NAME:a", "2"},
	} {
		t.Run(args[0], func(t *testing.T) {
			fake, registry := newFakeCLI(t), newFakeRegistry(t)
			s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
			plugintest.SaveDraft(
				t,
				s,
				name+":1",
				"amd64,arm64",
				plugintest.PassedImage(t, s, "amd64", "app"),
				plugintest.UntestedImage(t, s, "arm64", "app"),
			)
			registry.Image(t, "team/app", "a", "app", plugintest.Linux("arm64", ""))
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "NAME", name)
			}
			log := registry.Count()
			out, err := fake.command(t, args...)
			assert.Equal(t, ExitCode(err), failure.ExitTests, "%v", err)
			assert.ErrorContains(t, err, "is untested")
			assert.Check(t, strings.HasPrefix(out, name+":"), out)
			assert.Check(t, strings.Contains(out, "  nothing -> sha256:"), out)
			assert.Check(t, strings.Contains(out, "would send "), out)
			assert.Equal(t, len(log.Matching("PUT "))+len(log.Matching("POST ")), 0)
		})
	}
}
