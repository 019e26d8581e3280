package plugin

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// Somebody else writes the tag while it is published: --allow-moved overwrites that, and tells what it was.
func TestPublishAllowMoved(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := openStore(t, fake), registry.host+"/team/app:1"
	other := registry.image(t, "team/app", "other", "theirs", linux("s390x", ""))
	body, mediaType, _ := registry.read(t, "team/app", "other")
	draft := savePassed(t, s, name, "app")
	registry.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/1--amd64") {
			registry.write(t, "team/app", "1", mediaType, body)
		}
		return false
	})
	_, err := fake.publish(t, "--allow-moved", name)
	assert.NilError(t, err)
	assert.Equal(t, registry.digestAt(t, "team/app", "1"), draft.Index.Digest)
	fake.assertSaid(t, name+" moved from "+other.Digest.String()+" to "+draft.Index.Digest.String())
}

// --no-overwrite refuses a tag that is there, and only one that holds something else.
func TestNoOverwrite(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := openStore(t, fake), registry.host+"/team/app"
	savePassed(t, s, name+":1", "app")
	for _, args := range [][]string{
		{"publish", "--no-overwrite", name + ":1"},
		{"merge", "--no-overwrite", "-t", name + ":2", name + ":1"},
	} {
		for range 2 { // the second time it holds that already
			_, err := fake.command(t, args...)
			assert.NilError(t, err)
		}
	}
	savePassed(t, s, name+":1", "another")
	savePassed(t, s, name+":3", "third")
	_, err := fake.publish(t, name+":3")
	assert.NilError(t, err)
	for _, args := range [][]string{
		{"publish", "--no-overwrite", name + ":1"},
		{"merge", "--no-overwrite", "-t", name + ":2", name + ":3"},
	} {
		log := registry.count()
		_, err := fake.command(t, args...)
		assert.Equal(t, ExitCode(err), exitIntegrity)
		assert.ErrorContains(t, err, "the tag exists already")
		assert.Equal(t, len(log.matching("PUT "))+len(log.matching("POST ")), 0)
		next := printed(t, explained(err), "next")
		assert.Check(t, !strings.Contains(strings.Join(next, " "), "--no-overwrite"), next)
		registry.intercept(nil)
		_, err = fake.command(t, next...)
		assert.NilError(t, err)
	}
}

// Two platforms that are one and the same image are told: most often one of them was forgotten to be built.
func TestTwinsAreTold(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := openStore(t, fake), registry.host+"/team/app"
	amd64 := passedImage(t, s, "linux/amd64", "app")
	twin := amd64
	twin.Platform = linux("arm64", "")
	saveDraft(t, s, name+":1", "linux/amd64,linux/arm64", amd64, twin)
	const warning = "warning: linux/amd64 and linux/arm64 are the same image"
	_, err := fake.publish(t, name+":1")
	assert.NilError(t, err)
	assert.Check(t, strings.Contains(fake.stderr.String(), warning), fake.stderr.String())

	_, err = fake.command(t, "merge", "-t", name+":2", name+":1")
	assert.NilError(t, err)
	assert.Check(t, strings.Contains(fake.stderr.String(), warning), fake.stderr.String())
	savePassed(t, s, name+":3", "app")
	_, err = fake.publish(t, name+":3")
	assert.NilError(t, err)
	assert.Check(t, !strings.Contains(fake.stderr.String(), "are the same image"), fake.stderr.String())
}

// What docker manifest keeps of a list in the configuration folder is neither read nor written.
func TestMergeKeepsAwayFromDockersManifests(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.host + "/team/app"
	registry.image(t, "team/app", "a", "app", linux("amd64", ""))
	old := registry.image(t, "team/app", "1", "old", linux("arm64", ""))
	folder := filepath.Join(fake.folder, "manifests",
		strings.NewReplacer("/", "_", ":", "-").Replace(name+":1"))
	assert.NilError(t, os.MkdirAll(folder, 0o700))
	file := filepath.Join(folder, strings.NewReplacer("/", "_", ":", "-").Replace(name+":gone"))
	poison := marshalled(t, map[string]any{
		"Ref": name + ":gone", "Descriptor": ocispec.Descriptor{
			MediaType: ocispec.MediaTypeImageManifest, Digest: old.Digest, Size: old.Size,
			Platform: &ocispec.Platform{OS: "linux", Architecture: "s390x"},
		},
	})
	assert.NilError(t, os.WriteFile(file, poison, 0o600))
	_, err := fake.command(t, "merge", "--allow-untested", "--amend", "-t", name+":1", name+":a")
	assert.NilError(t, err)
	assert.DeepEqual(t, platformsListed(registry.index(t, "1")), []string{"linux/amd64", "linux/arm64"})
	body, err := os.ReadFile(file)
	assert.NilError(t, err)
	assert.DeepEqual(t, body, poison)
	entries, err := os.ReadDir(folder)
	assert.NilError(t, err)
	assert.Equal(t, len(entries), 1)
}
