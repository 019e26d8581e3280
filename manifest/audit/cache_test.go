package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"
	"gotest.tools/v3/assert"
)

// sampleLayers hold every kind of entry.
func sampleLayers(t *testing.T) [][]byte {
	t.Helper()
	fifo := item{name: "pipe", mode: 0o644}
	return [][]byte{
		zipped(
			t,
			layerOf(t, dir("bin"), exe("bin/app", x86().dynamic("/lib/ld.so", "libc.so.6").bytes(t)), hard("bin/b", "bin/app"),
				link("sh", "bin/app"), text("run", "#!/bin/app\n"), data("a/1", nil), data("a/2", nil), text("a/3", "x"), fifo,
				exe("w.exe", []byte("MZ")), exe("mac", []byte("\xcf\xfa\xed\xfe...."))),
		),
		zstandard(t, layerOf(t, gone("bin/b"), emptied("a"), exe("lib/\xff.so", arm(10).bytes(t)))),
	}
}

// Nothing changed: no layer is read again, and the verdict is the same.
func TestLayersAreReadOnce(t *testing.T) {
	s, cache := newShelf(t), NewMemory()
	desc := s.put(t, image{platform: "linux/arm64", layers: sampleLayers(t), config: starting("/run")})
	platform := parsePlatform(t, "linux/arm64")
	fresh, err := New(s, nil).Audit(t.Context(), desc, platform, Globs{})
	assert.NilError(t, err)
	assert.Equal(t, fresh.Read, 2)
	first, err := New(s, cache).Audit(t.Context(), desc, platform, Globs{})
	assert.NilError(t, err)
	assert.Equal(t, first.Read, 2)
	clear(s.opened)
	again, err := New(s, cache).Audit(t.Context(), desc, platform, Globs{})
	assert.NilError(t, err)
	assert.Equal(t, again.Read, 0)
	assert.Equal(t, len(s.opened), 2, "manifest and config alone are read: %v", s.opened)
	assert.DeepEqual(t, first.Findings, again.Findings)
	assert.DeepEqual(t, fresh.Findings, again.Findings)
	assert.Assert(t, len(again.Errors()) == 1)

	// the verdict is of the image, not of the layers: another platform judges the same layers anew
	other, err := New(s, cache).Audit(t.Context(), desc, parsePlatform(t, "linux/s390x"), Globs{})
	assert.NilError(t, err)
	assert.Equal(t, other.Read, 0)
	assert.Assert(t, len(other.Errors()) > len(again.Errors()))
}

// Platforms audited at the same time read a layer they have in common once.
func TestSharedLayerIsReadOnce(t *testing.T) {
	s := newShelf(t)
	auditor := New(s, NewMemory())
	layers := sampleLayers(t)
	var group errgroup.Group
	for _, name := range []string{"linux/arm64", "linux/amd64", "linux/s390x", "linux/arm/v7"} {
		desc, platform := s.put(t, image{platform: name, layers: layers}), parsePlatform(t, name)
		group.Go(func() error {
			_, err := auditor.Audit(t.Context(), desc, platform, Globs{})
			return err
		})
	}
	assert.NilError(t, group.Wait())
	for _, body := range layers {
		assert.Equal(t, s.opened[s.add(t, "", body).Digest], 1)
	}
}

// What is kept is used only if it is what was kept.
func TestDamagedCacheIsReadAgain(t *testing.T) {
	s, cache := newShelf(t), NewMemory()
	desc := s.put(t, image{platform: "linux/arm64", layers: sampleLayers(t)})
	audit := func() Report {
		report, err := New(s, cache).Audit(t.Context(), desc, parsePlatform(t, "linux/arm64"), Globs{})
		assert.NilError(t, err)
		return report
	}
	want := audit().Findings
	for _, damage := range []string{
		"", "{", "[]", `{"entries":[{"k":"e","p":"a"}]}`, `{"entries":[{"k":"f","p":"a"}]}`, `{"entries":[{"k":"?","p":"a"}]}`,
	} {
		for key := range cache.kept {
			cache.kept[key] = []byte(damage)
		}
		report := audit()
		assert.Equal(t, report.Read, 2, "%q", damage)
		assert.DeepEqual(t, report.Findings, want)
	}
}

// A layer that is cut, of another digest or of no format is an error of its own class, and is not kept.
func TestUnreadableLayers(t *testing.T) {
	good := layerOf(t, exe("bin/app", bytes.Repeat(arm64().bytes(t), 100)))
	for name, body := range map[string][]byte{
		"no archive":      bytes.Repeat([]byte("x"), 2000),
		"cut archive":     good[:1000],
		"cut gzip":        zipped(t, good)[:100],
		"cut zstd":        zstandard(t, good)[:100],
		"damaged gzip":    append([]byte{0x1f, 0x8b, 9}, good...),
		"a name too long": layerOf(t, data(string(append(bytes.Repeat([]byte("x/"), 3000), 'y')), nil)),
	} {
		t.Run(name, func(t *testing.T) {
			s, cache := newShelf(t), NewMemory()
			desc := s.put(t, image{platform: "linux/arm64", layers: [][]byte{body}})
			_, err := New(s, cache).Audit(t.Context(), desc, parsePlatform(t, "linux/arm64"), Globs{})
			assert.ErrorIs(t, err, ErrLayer)
			assert.ErrorContains(t, err, "auditing linux/arm64: reading layer sha256:")
			assert.Equal(t, len(cache.kept), 0)
		})
	}
}

// Layers that are not those of the config are refused: an engine that has the config's takes these instead, and what is
// run is not what is pulled elsewhere.
func TestLayersOfAnotherConfig(t *testing.T) {
	s := newShelf(t)
	good, other := layerOf(t, exe("bin/app", arm64().bytes(t))), layerOf(t, exe("bin/other", arm64().bytes(t)))
	manifestOf := func(layer []byte) (m ocispec.Manifest) {
		body, err := content.ReadBlob(t.Context(), s, s.put(t, image{platform: "linux/arm64", layers: [][]byte{layer}}))
		assert.NilError(t, err)
		assert.NilError(t, json.Unmarshal(body, &m))
		return m
	}
	m, forged := manifestOf(good), manifestOf(zipped(t, other))
	for name, layers := range map[string][]ocispec.Descriptor{
		"others": forged.Layers, "more": {m.Layers[0], forged.Layers[0]},
	} {
		m := m
		m.Layers = layers
		desc := s.addJSON(t, ocispec.MediaTypeImageManifest, m)
		_, err := New(s, NewMemory()).Audit(t.Context(), desc, parsePlatform(t, "linux/arm64"), Globs{})
		assert.ErrorIs(t, err, ErrLayer, name)
		assert.ErrorContains(t, err, "config")
	}
}

// Bytes that have changed on disk are not judged, although they are a fine archive of the same size.
func TestLayerOfAnotherDigest(t *testing.T) {
	s := newShelf(t)
	body := layerOf(t, exe("bin/app", x86().bytes(t)))
	desc := s.put(t, image{platform: "linux/arm64", layers: [][]byte{body}})
	path := filepath.Join(s.root, "blobs", "sha256", s.add(t, "", body).Digest.Encoded())
	assert.NilError(t, os.Chmod(path, 0o600))
	assert.NilError(t, os.WriteFile(path, bytes.Replace(body, []byte("bin/app"), []byte("bin/aqq"), 1), 0o600))
	_, err := New(s, NewMemory()).Audit(t.Context(), desc, parsePlatform(t, "linux/arm64"), Globs{})
	assert.ErrorIs(t, err, ErrLayer)
}

func TestCancelled(t *testing.T) {
	s := newShelf(t)
	desc := s.put(t, image{platform: "linux/arm64", layers: sampleLayers(t)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := New(s, NewMemory()).Audit(ctx, desc, parsePlatform(t, "linux/arm64"), Globs{})
	assert.Assert(t, errors.Is(err, context.Canceled), "%v", err)
}
