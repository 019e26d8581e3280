package plugin

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// Two machines, each with a store of its own, publish by digest; a third puts their metadata files under one tag.
func TestFanIn(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name, folder := registry.Host+"/team/app:1", t.TempDir()
	merge := []string{"merge", "-t", name, "--platform", "amd64,arm64"}
	for _, arch := range []string{"amd64", "arm64"} {
		t.Setenv("MULTIPLAT_STORE", filepath.Join(folder, arch))
		s := plugintest.OpenStore(t, fake)
		plugintest.SaveDraft(t, s, name, arch, plugintest.PassedImage(t, s, arch, "app"))
		plugintest.SaveNote(
			t,
			s,
			name,
			"linux/"+arch,
			store.Note{Source: map[string]string{"revision": "abc", "Dockerfile": "abc"}},
		)
		file := filepath.Join(folder, arch+".json")
		out, err := fake.publish(t, "--by-digest", "--metadata-file", file, name)
		assert.NilError(t, err)
		var written struct {
			Digest    string `json:"containerimage.digest"`
			Name      string `json:"image.name"`
			Platforms []struct{ Platform, Verdict string }
		}
		body, err := os.ReadFile(file)
		assert.NilError(t, err)
		assert.NilError(t, json.Unmarshal(body, &written))
		assert.Equal(t, out, registry.Host+"/team/app@"+written.Digest+"\n")
		assert.Equal(t, written.Name, registry.Host+"/team/app")
		assert.Equal(t, written.Platforms[0].Platform+" "+written.Platforms[0].Verdict, "linux/"+arch+" passed")
		merge = append(merge, "--from", file)
	}
	assert.Equal(t, string(registry.DigestAt(t, "team/app", "1")), "")
	_, err := fake.command(t, merge...)
	assert.NilError(t, err, fake.Stderr.String())
	registry.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")

	_, err = fake.command(t, append(merge[:len(merge)-2], "-t", name+"2")...) // one artifact got lost
	assert.Equal(t, ExitCode(err), 5)
	assert.ErrorContains(t, err, "no source has linux/arm64")

	other := filepath.Join(folder, "arm64.json")
	body, err := os.ReadFile(other)
	assert.NilError(t, err)
	for _, key := range []string{"revision", "Dockerfile"} {
		differing := strings.Replace(string(body), `"`+key+`": "abc"`, `"`+key+`": "def"`, 1)
		assert.NilError(t, os.WriteFile(other, []byte(differing), 0o600))
		again := []string{"merge", "-t", name + "3", "--from", filepath.Join(folder, "amd64.json"), "--from", other}
		_, err = fake.command(t, again...)
		assert.Equal(t, ExitCode(err), 9)
		assert.ErrorContains(t, err, "the "+key+" is abc in")
		_, err = fake.command(t, append(again, "--allow-mixed")...)
		assert.NilError(t, err)
	}
}

// A dry run shows everything and changes nothing, neither there nor here.
func TestPublishDryRun(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	draft := plugintest.SaveDraft(t, s, name, "amd64", plugintest.UntestedImage(t, s, "amd64", "app"))
	old := registry.Image(t, "team/app", "1", "old", plugintest.Linux("arm64", ""))
	log := registry.Count()
	out, err := fake.publish(t, "--dry-run", "--allow-untested", name)
	assert.Equal(t, ExitCode(err), 9)
	assert.ErrorContains(t, err, "it would lose linux/arm64")
	assert.Check(t, strings.HasPrefix(out, name+"  "+old.Digest.String()+" -> sha256:"), out)
	assert.Check(t, strings.Contains(out, "  adds linux/amd64  loses linux/arm64\n"), out)
	assert.Check(t, strings.Contains(out, "would send 5 blobs ("), out)
	assert.Check(t, strings.Contains(out, `"mediaType": "application/vnd.oci.image.index.v1+json"`), out)
	assert.Equal(t, len(log.Matching("PUT "))+len(log.Matching("POST ")), 0)
	now, err := s.Draft(t.Context(), draft.Name)
	assert.NilError(t, err)
	assert.Equal(t, now.Index.Digest, draft.Index.Digest)
}

// A platform rebuilt under a new tag takes the others from the old one.
func TestPublishAmends(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, repository := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	plugintest.SavePassed(t, s, repository+":1.0.0", "app")
	_, err := fake.publish(t, repository+":1.0.0")
	assert.NilError(t, err)
	hotfix := plugintest.SaveDraft(t, s, repository+":1.0.1", "arm64", plugintest.PassedImage(t, s, "arm64", "mended"))
	_, err = fake.publish(t, "--amend=1.0.0", repository+":1.0.1")
	assert.NilError(t, err)
	fake.assertSaid(t, "linux/amd64 carried, record: passed")
	registry.AssertServes(t, "team/app", "1.0.1", "linux/amd64", "linux/arm64")
	assert.Equal(t, registry.Index(t, "1.0.1").Manifests[1].Digest, hotfix.Images[0].Manifest.Digest)
	_, _, carried := registry.Read(t, "team/app", "1.0.1--amd64")
	assert.Check(t, carried, "no arch tag was written for a platform that was carried over")
}

// Publishers of one tag on one machine take turns.
func TestPublishWaitsForALock(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	plugintest.SavePassed(t, s, name, "app")
	_, err := fake.publish(t, name)
	assert.NilError(t, err)
	locks, err := filepath.Glob(filepath.Join(fake.Folder, "multiplat", "locks", "*.lock"))
	assert.NilError(t, err)
	assert.Equal(t, len(locks), 1)
	held := flock.New(locks[0])
	assert.NilError(t, held.Lock())
	registry.Count()
	done := make(chan error, 1)
	go func() {
		_, err := fake.publish(t, name)
		done <- err
	}()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if strings.Contains(fake.Stderr.String(), "waiting for another publisher of "+name) {
			return poll.Success()
		}
		return poll.Continue("it does not wait yet")
	}, poll.WithDelay(10*time.Millisecond))
	assert.Equal(t, len(done), 0, "it did not wait")
	assert.NilError(t, held.Unlock())
	assert.NilError(t, <-done)
}
