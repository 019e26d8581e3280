//go:build e2e

package e2e

import (
	"archive/tar"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// withoutLarge copies an archive and leaves out its large blobs.
func withoutLarge(t *testing.T, from, to string, large int64) {
	t.Helper()
	in, err := os.Open(from)
	assert.NilError(t, err)
	defer in.Close()
	out, err := os.Create(to)
	assert.NilError(t, err)
	defer out.Close()
	left, r, w := 0, tar.NewReader(in), tar.NewWriter(out)
	for {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		assert.NilError(t, err)
		if header.Size >= large {
			left++
			continue
		}
		assert.NilError(t, w.WriteHeader(header))
		_, err = io.Copy(w, r) //nolint:gosec // an archive of our own
		assert.NilError(t, err)
	}
	assert.NilError(t, w.Close())
	assert.Assert(t, left > 0)
}

// An engine that knows an image but has lost a layer of it, or was never given it, is given the image again.
func TestImageWithoutItsLayersIsLoadedAgain(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		const size = 4 << 20
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		large := make([]byte, size)
		_, _ = rand.Read(large)
		s.write("app/large", string(large))
		s.write("app/Dockerfile", "FROM busybox\nCOPY large /large\n")
		name := s.repository("app") + ":1"
		s.run("build", "--platform", "linux/amd64", "-t", name, "--test", "true", "app").succeeds(t)
		whole, part := filepath.Join(s.dir, "whole.tar"), filepath.Join(s.dir, "part.tar")
		s.docker("save", "-o", whole, name+"--amd64").succeeds(t)
		s.docker("image", "rm", name+"--amd64").succeeds(t)
		withoutLarge(t, whole, part, size)
		s.docker("load", "-i", part).succeeds(t) // it is loaded, and cannot be unpacked
		s.docker("image", "inspect", name+"--amd64").succeeds(t)

		s.run("test", "--test", "tail -c 1 /large", name).succeeds(t)
	}, containerdStore)
}
