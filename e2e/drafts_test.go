//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Platforms of one tag are of one source: what differs is named, and it takes --allow-mixed to ship it all the same.
func TestMixedSourcesAreRefused(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nARG FLAVOUR=plain\nCOPY file /file\n")
		s.write("file", "one\n")
		name := s.repository("app") + ":1"
		s.run("build", "--test-local", "--platform", "linux/arm64", "-t", name, ".").succeeds(t)

		s.write("file", "two\n")
		s.run("build", "--test-local", "--platform", "linux/amd64", "-t", name, ".").succeeds(t)
		r := s.run("publish", name).exits(t, 9)
		assert.Assert(t, is.Contains(r.Stderr, "linux/amd64 and linux/arm64 are of different sources: files ("))
		assert.Assert(t, is.Contains(r.Stderr, "tag "+name+" unchanged"))

		s.run("build", "--test-local", "--platform", "linux/arm64", "--build-arg", "FLAVOUR=sweet", "-t", name, ".").
			succeeds(t)
		r = s.run("publish", name).exits(t, 9)
		assert.Assert(t, is.Contains(r.Stderr, "argument FLAVOUR ("))
		assert.Assert(t, !strings.Contains(r.Stderr, "files ("))

		s.run("build", "--test-local", "--platform", "linux/arm64", "-t", name, ".").succeeds(t)
		s.run("publish", name).succeeds(t) // two builds, one source
		index, _ := s.registry.index(t, s.repository("app"), "1")
		assert.Equal(t, len(imagesOf(index)), 2)

		s.write("file", "three\n")
		s.run("build", "--test-local", "--platform", "linux/arm64", "-t", name, ".").succeeds(t)
		s.run("publish", "--allow-mixed", name).succeeds(t)
	}, containerdStore)
}

// What a build writes into its context, and what git rewrites, make no other source; a copied file does, and is named.
func TestOwnFilesAreNoSource(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nCOPY src /src\n")
		s.write("src/main.go", "one\n")
		s.write(".git/HEAD", "ref: refs/heads/main\n")
		s.write(".git/refs/heads/main", "1111111111111111111111111111111111111111\n")
		s.write(".git/index", "one\n")
		name := s.repository("app") + ":1"
		for _, platform := range []string{"amd64", "arm64"} {
			s.run("build", "--test-local", "--report", platform+".xml", "--metadata-file", "m.json", "--iidfile", "iid",
				"--cache-to", "type=local,dest=cache", "--platform", "linux/"+platform, "-t", name, ".").succeeds(t)
			s.write(".git/index", "two\n")
			s.write(".git/FETCH_HEAD", "two\n")
		}
		s.run("publish", name).succeeds(t)

		s.write("src/main.go", "two\n")
		s.run("build", "--test-local", "--platform", "linux/arm64", "-t", name, ".").succeeds(t)
		r := s.run("publish", name).exits(t, 9)
		assert.Assert(t, is.Contains(r.Stderr, `; first "src/main.go")`))
	}, containerdStore)
}

// A file that no step takes is no source; one that a base image's own steps (ONBUILD) take is.
func TestFilesThatNoStepTakes(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("app/Dockerfile", "FROM busybox\nCOPY src /src\n")
		s.write("app/src/main.go", "one\n")
		name := s.repository("app") + ":1"
		for _, platform := range []string{"amd64", "arm64"} {
			s.write("app/notes.txt", platform)
			s.run("build", "--test-local", "--platform", "linux/"+platform, "-t", name, "app").succeeds(t)
		}
		s.run("publish", name).succeeds(t)

		base := s.repository("base") + ":1"
		s.write("base/Dockerfile", "FROM busybox\nONBUILD COPY . /src\n")
		s.run("build", "--push", "-t", base, "base").succeeds(t)
		s.write("app/Dockerfile", "FROM "+base+"\n")
		for _, platform := range []string{"amd64", "arm64"} {
			s.write("app/notes.txt", platform)
			s.run("build", "--test-local", "--platform", "linux/"+platform, "-t", name, "app").succeeds(t)
		}
		r := s.run("publish", name).exits(t, 9)
		assert.Assert(t, is.Contains(r.Stderr, `; first "notes.txt")`))
	}, containerdStore)
}

// A base image that moved between the builds of two platforms makes them of different sources.
func TestMovedBaseIsAnotherSource(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		base, name := s.repository("base")+":1", s.repository("app")+":1"
		for _, platform := range []string{"linux/amd64", "linux/arm64"} {
			s.write("base/Dockerfile", "FROM busybox\nRUN echo base of "+platform+" > /text\n")
			s.run("build", "--push", "-t", base, "base").succeeds(t)
			s.write("app/Dockerfile", "FROM "+base+"\nRUN cat /text\n")
			s.run("build", "--test-local", "--platform", platform, "-t", name, "app").succeeds(t)
		}
		r := s.run("publish", name).exits(t, 9)
		assert.Assert(t, is.Contains(r.Stderr, "are of different sources: from pkg:docker/"))
		assert.Assert(t, is.Contains(r.Stderr, "base@1 (sha256:"))
		s.run("build", "--test-local", "-t", name, "app").succeeds(t)
		s.run("publish", name).succeeds(t)
	}, containerdStore)
}

// The daily commands: list, name, remove, prune; the images in the engine go with their draft.
func TestDailyCommands(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nRUN echo "+s.id+" > /id\n")
		first, second := s.repository("app")+":1", s.repository("app")+":2"
		s.run("build", "--test-local", "-t", first, ".").succeeds(t)
		again := s.run("build", "--test-local", "--format", "{{.Platform}} {{.Verdict}}", "-t", first, ".").succeeds(t)
		assert.Equal(t, again.Stdout, "linux/amd64 passed\nlinux/arm64 passed\n")
		s.run("tag", first, second).succeeds(t)
		assert.Equal(t, s.run("ls", "--quiet").succeeds(t).Stdout, first+"\n"+second+"\n")
		listing := s.run("ls").succeeds(t)
		for _, line := range []string{"store: ", "loaded: ", " 2 images in the engine\n", "builder cache: ", "--builder " + s.builder} {
			assert.Assert(t, is.Contains(listing.Stderr, line))
		}

		s.run("publish", second).succeeds(t)
		var views []struct{ Name, Digest, Verdict, Published string }
		listed := s.run("ls", "--format", "json").succeeds(t) // one object a line
		rowsOf := "[" + strings.ReplaceAll(strings.TrimSpace(listed.Stdout), "\n", ",") + "]"
		assert.NilError(t, json.Unmarshal([]byte(rowsOf), &views))
		assert.Equal(t, len(views), 2)
		assert.Equal(t, views[0].Digest, views[1].Digest)
		assert.Equal(t, views[0].Verdict+" "+views[0].Published+" "+views[1].Published, "passed no yes")

		rows := s.run("ls", "--format", `{{.Name}} {{join .Platforms ","}} {{index .Verdicts "linux/arm64"}}`).succeeds(t)
		assert.Equal(t, rows.Stdout, first+" linux/amd64,linux/arm64 passed\n"+second+" linux/amd64,linux/arm64 passed\n")
		status := s.run("status", "--format", "{{range .Platforms}}{{.Platform}} {{.Native}} {{end}}").succeeds(t)
		assert.Equal(t, status.Stdout, "linux/amd64 true linux/arm64 false \n")
		s.run("ls", "--format", "{{.Name").exits(t, 2)

		s.run("prune").exits(t, 2) // nobody can answer
		assert.Equal(t, s.run("prune", "--force").succeeds(t).Stdout, second+"\n")
		assert.Equal(t, s.run("ls", "--quiet").succeeds(t).Stdout, first+"\n")
		s.run("publish", first).succeeds(t) // its blobs are all still there

		container := s.docker("create", first+"--arm64").succeeds(t)
		removed := s.run("rm", first).succeeds(t)
		assert.Assert(t, is.Contains(removed.Stderr, first+"--arm64 stays in the engine: a container uses it"))
		s.docker("image", "inspect", first+"--amd64").exits(t, 1)
		s.docker("image", "inspect", first+"--arm64").succeeds(t)
		s.docker("rm", strings.TrimSpace(container.Stdout)).succeeds(t)
		assert.Equal(t, s.run("ls", "--quiet").succeeds(t).Stdout, "")
		assert.Equal(t, blobsIn(t, s), 0)
	})
}

func blobsIn(t *testing.T, s *scenario) int {
	t.Helper()
	blobs, err := os.ReadDir(filepath.Join(s.config, "multiplat", "store", "blobs", "sha256"))
	assert.NilError(t, err)
	return len(blobs)
}

// Rebuilding under the same name piles up neither images in the engine nor blobs in the store.
func TestRebuildReplacesImages(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		name := s.repository("app") + ":1"
		dangling := func() string {
			return s.docker("image", "ls", "--quiet", "--filter", "dangling=true", "--filter", "label=scenario="+s.id).
				succeeds(t).
				Stdout
		}
		blobs := 0
		for _, text := range []string{"one", "two", "three"} {
			// each platform's layer is one of its own, also when both are made in the same second
			s.write("Dockerfile", "FROM busybox\nLABEL scenario="+s.id+"\nARG TARGETARCH\n"+
				"RUN echo "+text+" > /text; echo $TARGETARCH > /arch\n")
			s.run("build", "--load", "-t", name, ".").succeeds(t)
			assert.Equal(t, dangling(), "")
			r := s.docker("run", "--rm", name+"--arm64", "cat", "/text").succeeds(t)
			assert.Equal(t, r.Stdout, text+"\n")
			if blobs == 0 {
				blobs = blobsIn(t, s)
			}
			assert.Equal(t, blobsIn(t, s), blobs)
		}
	})
}

// A damaged store never ships: what is damaged is named, and a rebuild mends it.
func TestDamagedStore(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nRUN echo "+s.id+" > /id\n")
		name := s.repository("app") + ":1"
		s.run("build", "--test-local", "-t", name, ".").succeeds(t)
		blobs := filepath.Join(s.config, "multiplat", "store", "blobs", "sha256")
		entries, err := os.ReadDir(blobs)
		assert.NilError(t, err)
		largest, size := "", int64(0)
		for _, entry := range entries {
			info, err := entry.Info()
			assert.NilError(t, err)
			if info.Size() > size {
				largest, size = entry.Name(), info.Size()
			}
		}
		file := filepath.Join(blobs, largest)
		assert.NilError(t, os.Chmod(file, 0o600))
		assert.NilError(t, os.Truncate(file, size/2))

		r := s.run("publish", name).exits(t, 9)
		assert.Assert(t, is.Contains(r.Stderr, largest))
		assert.Assert(t, is.Contains(r.Stderr, "tag "+name+" unchanged"))
		assert.Equal(t, len(s.registry.tags(t, s.repository("app"))), 0)
		s.run("build", "--test-local", "-t", name, ".").succeeds(t)
		s.run("publish", name).succeeds(t)
	}, containerdStore)
}

// An image that has the name which a draft's image gets, and is not the draft's, outlives rm, prune and a rebuild that
// takes the name.
func TestImagesOfOthersStay(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nLABEL scenario="+s.id+"\nRUN echo "+s.id+" > /id\n")
		name := s.repository("mine") + ":1"
		arch := name + "--amd64"
		s.with("BUILDX_BUILDER=default").docker("build", "--quiet", "--label", "theirs="+s.id, "-t", arch, ".").succeeds(t)
		id := strings.TrimSpace(s.docker("image", "inspect", "--format", "{{.ID}}", arch).succeeds(t).Stdout)
		for _, args := range [][]string{{"rm", name}, {"prune", "--all", "--force"}} {
			s.run("build", "--platform", "linux/amd64", "-t", name, ".").succeeds(t)
			gone := s.run(args...).succeeds(t)
			assert.Assert(t, is.Contains(gone.Stderr, arch+" left alone: not this draft's image"))
			assert.Equal(t, strings.TrimSpace(s.docker("image", "inspect", "--format", "{{.ID}}", arch).succeeds(t).Stdout), id)
		}
		loaded := s.run("build", "--load", "--progress", "plain", "--platform", "linux/amd64", "-t", name, ".").succeeds(t)
		assert.Assert(t, is.Contains(loaded.Stderr, id+" left alone: not this draft's image"))
		s.docker("image", "inspect", id).succeeds(t)
		s.run("rm", name).succeeds(t)
		s.docker("image", "inspect", arch).exits(t, 1)
		s.docker("image", "rm", id).succeeds(t)
	})
}
