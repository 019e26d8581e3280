package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// damages are what becomes of a file.
func damages() map[string]func(path string, body []byte) error {
	return map[string]func(path string, body []byte) error{
		"one byte": func(path string, body []byte) error {
			body[len(body)/2] ^= 1
			return os.WriteFile(path, body, 0o600)
		},
		"truncated": func(path string, body []byte) error { return os.WriteFile(path, body[:len(body)/2], 0o600) },
		"gone":      func(path string, _ []byte) error { return os.Remove(path) },
	}
}

// damagedBlobs are the blobs of a draft of one platform, by what they are.
func damagedBlobs(t *testing.T, s *store.Store, d store.Draft) map[string]digest.Digest {
	t.Helper()
	read, err := s.PlatformImage(t.Context(), d.Images[0])
	assert.NilError(t, err)
	return map[string]digest.Digest{
		"index": d.Index.Digest, "manifest": d.Images[0].Manifest.Digest, "attestation": d.Images[0].Attestation.Digest,
		"config": read.Manifest.Config.Digest, "layer": read.Manifest.Layers[0].Digest,
	}
}

// Whatever becomes of a blob, the command that is told mends it, and the other drafts are as they were.
func TestDamageIsMended(t *testing.T) {
	for _, what := range []string{"index", "manifest", "attestation", "config", "layer"} {
		for how, damage := range damages() {
			t.Run(what+" "+how, func(t *testing.T) {
				reg := newFakeRegistry(t)
				fake := &fakeCLI{newFakeCLI(t).WithEngine(t, new(plugintest.EngineImages).Answer)}
				name := reg.Host + "/app:1"
				s := plugintest.OpenStore(t, fake)
				save := func(name, text string) store.Draft {
					return plugintest.SaveDraft(t, s, name, "linux/amd64", plugintest.PassedImage(t, s, "linux/amd64", text))
				}
				id := damagedBlobs(t, s, save(name, "app"))[what]
				save(reg.Host+"/other:1", "other")
				path := filepath.Join(fake.Drafts(), "blobs", "sha256", id.Encoded())
				body, err := os.ReadFile(path)
				assert.NilError(t, err)
				assert.NilError(t, os.Chmod(path, 0o600))
				assert.NilError(t, damage(path, body))

				if what != "layer" || how != "one byte" { // which only who reads all of it can see
					assertListed(t, fake, name, "damaged")
				}
				for _, args := range [][]string{{"publish", "--dry-run", name}, {"publish", name}} {
					err = fake.run(t, args...)
					if args[1] == "--dry-run" && err == nil && what == "layer" {
						continue // it reads no layer
					}
					assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v: %v", args, err)
					assert.Assert(t, strings.Contains(explained(err), "next: docker multiplat build"), "%v: %s", args, explained(err))
				}
				assertListed(t, fake, name, "damaged")
				assertListed(t, fake, reg.Host+"/other:1", "passed")
				assert.NilError(t, fake.run(t, "publish", reg.Host+"/other:1"))
				save(name, "app") // as the build does
				assert.NilError(t, fake.run(t, "publish", name))
			})
		}
	}
}

// assertListed checks what ls says of a draft.
func assertListed(t *testing.T, fake *fakeCLI, name, verdict string) {
	t.Helper()
	fake.Stdout.Reset()
	assert.NilError(t, fake.run(t, "ls"))
	for line := range strings.Lines(fake.Stdout.String()) {
		if strings.HasPrefix(line, name+" ") {
			assert.Check(t, strings.Contains(line, " "+verdict+" "), line)
			return
		}
	}
	t.Errorf("%s is not listed: %s", name, fake.Stdout.String())
}

// A list of drafts that is lost is never taken for an empty one: every command tells the one that brings it back.
func TestLostListOfDrafts(t *testing.T) {
	for how, damage := range damages() {
		t.Run(how, func(t *testing.T) {
			fake := &fakeCLI{newFakeCLI(t).WithEngine(t, new(plugintest.EngineImages).Answer)}
			s, err := store.Open(fake.Drafts())
			assert.NilError(t, err)
			d := plugintest.SaveDraft(t, s, "app:1", "linux/amd64", plugintest.PassedImage(t, s, "linux/amd64", "app"))
			assert.NilError(t, s.Close())
			file := filepath.Join(fake.Drafts(), "index.json")
			body, err := os.ReadFile(file)
			assert.NilError(t, err)
			body[0] = '?' // for the one with a wrong byte
			assert.NilError(t, damage(file, body))
			for _, args := range [][]string{{"ls"}, {"rm", "app:1"}, {"prune", "--all", "--force"}, {"publish", "app:1"}} {
				err := fake.run(t, args...)
				assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v: %v", args, err)
				assert.Assert(t, strings.Contains(explained(err), "next: docker multiplat prune --repair\n"), explained(err))
			}
			assert.NilError(t, fake.run(t, "prune", "--repair"))
			assert.NilError(t, fake.run(t, "ls", "--quiet"))
			assert.Equal(t, fake.Stdout.String(), "app:1\n")
			s = plugintest.OpenStore(t, fake)
			assert.NilError(t, s.CheckComplete(t.Context(), d.Index))
		})
	}
}

// Where the copy of the list is lost as well, drafts are found in the blobs. They are published under the name that the
// user gives them once they were tested again, and not before; no removal takes their blobs.
func TestLostListWithoutCopy(t *testing.T) {
	reg := newFakeRegistry(t)
	fake := &fakeCLI{newFakeCLI(t).WithEngine(t, new(plugintest.EngineImages).Answer)}
	s, err := store.Open(fake.Drafts())
	assert.NilError(t, err)
	name := reg.Host + "/app:1"
	d := plugintest.SaveDraft(t, s, name, "linux/amd64", plugintest.PassedImage(t, s, "linux/amd64", "app"))
	assert.NilError(t, s.Close())
	for _, file := range []string{"index.json", "index.json.copy"} {
		assert.NilError(t, os.Remove(filepath.Join(fake.Drafts(), file)))
	}
	err = fake.run(t, "prune", "--force")
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
	assert.NilError(t, fake.run(t, "prune", "--repair"))
	found := "recovered:" + d.Index.Digest.Encoded()[:12]
	assert.Assert(t, strings.Contains(fake.Stderr.String(), found), fake.Stderr.String())
	assert.NilError(t, fake.run(t, "prune", "--force"))
	assert.NilError(t, fake.run(t, "ls", "--quiet"))
	assert.Equal(t, fake.Stdout.String(), found+"\n")

	assert.NilError(t, fake.run(t, "tag", found, name))
	err = fake.run(t, "publish", name)
	assert.Equal(t, ExitCode(err), failure.ExitTests, "%v", err)
	assert.NilError(t, fake.run(t, "rm", found))
	s = plugintest.OpenStore(t, fake)
	assert.NilError(t, s.CheckComplete(t.Context(), d.Index))
	again, err := s.Draft(t.Context(), d.Name)
	assert.NilError(t, err)
	assert.Equal(t, again.Index.Digest, d.Index.Digest) // it is the same image, byte for byte
}
