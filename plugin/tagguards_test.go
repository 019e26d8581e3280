package plugin

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// Somebody else writes the tag while it is published: --allow-moved overwrites that, and tells what it was.
func TestPublishAllowMoved(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	other := registry.Image(t, "team/app", "other", "theirs", plugintest.Linux("s390x", ""))
	body, mediaType, _ := registry.Read(t, "team/app", "other")
	draft := plugintest.SavePassed(t, s, name, "app")
	registry.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/1--amd64") {
			registry.Write(t, "team/app", "1", mediaType, body)
		}
		return false
	})
	_, err := fake.publish(t, "--allow-moved", name)
	assert.NilError(t, err)
	assert.Equal(t, registry.DigestAt(t, "team/app", "1"), draft.Index.Digest)
	fake.assertSaid(t, name+" moved from "+other.Digest.String()+" to "+draft.Index.Digest.String())
}

// --no-overwrite refuses a tag that is there, and only one that holds something else.
func TestNoOverwrite(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	plugintest.SavePassed(t, s, name+":1", "app")
	for _, args := range [][]string{
		{"publish", "--no-overwrite", name + ":1"},
		{"merge", "--no-overwrite", "-t", name + ":2", name + ":1"},
	} {
		for range 2 { // the second time it holds that already
			_, err := fake.command(t, args...)
			assert.NilError(t, err)
		}
	}
	plugintest.SavePassed(t, s, name+":1", "another")
	plugintest.SavePassed(t, s, name+":3", "third")
	_, err := fake.publish(t, name+":3")
	assert.NilError(t, err)
	for _, args := range [][]string{
		{"publish", "--no-overwrite", name + ":1"},
		{"merge", "--no-overwrite", "-t", name + ":2", name + ":3"},
	} {
		log := registry.Count()
		_, err := fake.command(t, args...)
		assert.Equal(t, ExitCode(err), failure.ExitIntegrity)
		assert.ErrorContains(t, err, "the tag exists already")
		assert.Equal(t, len(log.Matching("PUT "))+len(log.Matching("POST ")), 0)
		next := printed(t, explained(err), "next")
		assert.Check(t, !strings.Contains(strings.Join(next, " "), "--no-overwrite"), next)
		registry.Intercept(nil)
		_, err = fake.command(t, next...)
		assert.NilError(t, err)
	}
}

// Two platforms that are one and the same image are told: most often one of them was forgotten to be built.
func TestTwinsAreTold(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	amd64 := plugintest.PassedImage(t, s, "linux/amd64", "app")
	twin := amd64
	twin.Platform = plugintest.Linux("amd64", "v3")
	plugintest.SaveDraft(t, s, name+":1", "linux/amd64,linux/amd64/v3", amd64, twin)
	const warning = "warning: linux/amd64 and linux/amd64/v3 are the same image"
	_, err := fake.publish(t, name+":1")
	assert.NilError(t, err)
	assert.Check(t, strings.Contains(fake.Stderr.String(), warning), fake.Stderr.String())

	_, err = fake.command(t, "merge", "-t", name+":2", name+":1")
	assert.NilError(t, err)
	assert.Check(t, strings.Contains(fake.Stderr.String(), warning), fake.Stderr.String())
	plugintest.SavePassed(t, s, name+":3", "app")
	_, err = fake.publish(t, name+":3")
	assert.NilError(t, err)
	assert.Check(t, !strings.Contains(fake.Stderr.String(), "are the same image"), fake.Stderr.String())
}

// What docker manifest keeps of a list in the configuration folder is neither read nor written.
func TestMergeKeepsAwayFromDockersManifests(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	registry.Image(t, "team/app", "a", "app", plugintest.Linux("amd64", ""))
	old := registry.Image(t, "team/app", "1", "old", plugintest.Linux("arm64", ""))
	folder := filepath.Join(fake.Folder, "manifests",
		strings.NewReplacer("/", "_", ":", "-").Replace(name+":1"))
	assert.NilError(t, os.MkdirAll(folder, 0o700))
	file := filepath.Join(folder, strings.NewReplacer("/", "_", ":", "-").Replace(name+":gone"))
	poison := plugintest.Marshalled(t, map[string]any{
		"Ref": name + ":gone", "Descriptor": ocispec.Descriptor{
			MediaType: ocispec.MediaTypeImageManifest, Digest: old.Digest, Size: old.Size,
			Platform: &ocispec.Platform{OS: "linux", Architecture: "s390x"},
		},
	})
	assert.NilError(t, os.WriteFile(file, poison, 0o600))
	_, err := fake.command(t, "merge", "--allow-untested", "--amend", "-t", name+":1", name+":a")
	assert.NilError(t, err)
	assert.DeepEqual(t, plugintest.PlatformsListed(registry.Index(t, "1")), []string{"linux/arm64", "linux/amd64"})
	body, err := os.ReadFile(file)
	assert.NilError(t, err)
	assert.DeepEqual(t, body, poison)
	entries, err := os.ReadDir(folder)
	assert.NilError(t, err)
	assert.Equal(t, len(entries), 1)
}
