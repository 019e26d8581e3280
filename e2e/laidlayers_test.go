//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// laidLayers are layers over each other, each the text of its entries: NAME=CONTENT, FOLDER/, LINK->TARGET and
// HARDLINK=>TARGET. Names and targets that begin with a slash are those of the root.
func laidLayers() [][]string {
	const usr = "usr/ usr/bin/ usr/bin/sh=old bin->usr/bin"
	return [][]string{
		{usr, "bin/sh=new"},
		{usr + " bin/more=more hard=>bin/sh"},
		{usr, "bin/ bin/sh=apart"},
		{"l->made/deep l/x=1"},
		{"l->made/deep", "l/x=1"},
		{"u/b/old=1 v->u", "l->v/b l/n=2"},
		{"real/a=1", "real->other other/", "real/b=2"},
		{"a=1", "a/b=2"},
		{"a/ a/b=1", "a=2"},
		{"a/b=1", "a->c"},
		{"x/d/a=1", "x/.wh.d= x/d/ x/d/b=2"},
		{"x/d/a=1 y/b=2", "x/.wh.d= x/d->../y"},
		{"x/a=1", "x/.wh.a= x/a=2"},
		{usr, "bin/.wh.sh="},
		{"u/a=1", "l->u l/.wh.a="},
		{usr, "bin/.wh..wh..opq="},
		{"x/a=1", "x/b=2 x/.wh..wh..opq="},
		{"x/a=1", "x/.wh..wh..opq=", "x/c=3"},
		{"x/d/a=1", "x/.wh.d=", "x/d/b=2"},
	}
}

// What diff reads of the layers of an image is what an engine shows of it, links and whiteouts of all kinds: what a
// container has, exported as one layer, is the same image.
func TestLayersAsEnginesShowThem(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		layers := make([]bytes.Buffer, 3)
		for n := range layers {
			w := tar.NewWriter(&layers[n])
			for at, laid := range laidLayers() {
				if n < len(laid) {
					writeEntries(t, w, fmt.Sprint("case", at), laid[n])
				}
			}
			if n == 2 {
				writeEntries(t, w, "", ".wh..wh..opq=")
			}
			assert.NilError(t, w.Close())
		}
		name := "laid-" + s.id + ":1"
		s.layout(t, "laid", name, layers[0].Bytes(), layers[1].Bytes(), layers[2].Bytes())
		s.finish(s.command("tar", "-C", "laid", "-cf", "laid.tar", ".")).succeeds(t)
		s.docker("load", "--quiet", "--input", "laid.tar").succeeds(t)
		id := strings.TrimSpace(s.docker("create", name, "none").succeeds(t).Stdout)
		shown := ownFiles(t, s.docker("export", id).succeeds(t).Stdout)
		s.docker("rm", id).succeeds(t)
		s.docker("rmi", name).succeeds(t)
		s.layout(t, "shown", name, shown)
		found := s.run("diff", "--exit-code", "--no-trunc", "oci-layout://laid", "oci-layout://shown")
		assert.Equal(t, found.Code, 0, "%s\n%s", found.Stdout, found.Stderr)
	})
}

// writeEntries writes entries below a folder.
func writeEntries(t *testing.T, w *tar.Writer, folder, text string) {
	t.Helper()
	for entry := range strings.FieldsSeq(text) {
		h, content := tar.Header{Typeflag: tar.TypeDir, Name: entry, Mode: 0o755}, ""
		if name, target, ok := strings.Cut(entry, "=>"); ok {
			h = tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: path.Join(folder, target), Mode: 0o644}
		} else if name, target, ok := strings.Cut(entry, "->"); ok {
			h = tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}
		} else if name, text, ok := strings.Cut(entry, "="); ok {
			h, content = tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(text))}, text
		}
		if folder != "" {
			h.Name = folder + "/" + h.Name
		}
		assert.NilError(t, w.WriteHeader(&h))
		_, err := io.WriteString(w, content)
		assert.NilError(t, err)
	}
}

// ownFiles are the files of a container without those that the engine puts into each.
func ownFiles(t *testing.T, exported string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for r := tar.NewReader(strings.NewReader(exported)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			assert.NilError(t, w.Close())
			return out.Bytes()
		}
		assert.NilError(t, err)
		if !strings.HasPrefix(h.Name, "case") {
			continue
		}
		assert.NilError(t, w.WriteHeader(h))
		_, err = io.Copy(w, r) //nolint:gosec // a few bytes
		assert.NilError(t, err)
	}
}

// layout writes an image into a folder, for all engines to load.
func (s *scenario) layout(t *testing.T, folder, name string, layers ...[]byte) {
	t.Helper()
	at := func(sum digest.Digest) string { return path.Join("blobs", "sha256", sum.Encoded()) }
	blob := func(mediaType string, body []byte) ocispec.Descriptor {
		sum := digest.FromBytes(body)
		s.write(path.Join(folder, at(sum)), string(body))
		return ocispec.Descriptor{MediaType: mediaType, Digest: sum, Size: int64(len(body))}
	}
	document := func(mediaType string, of any) ocispec.Descriptor {
		body, err := json.Marshal(of)
		assert.NilError(t, err)
		return blob(mediaType, body)
	}
	config := ocispec.Image{Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"}}
	config.RootFS.Type = "layers"
	m := ocispec.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest}
	var files []string
	for _, layer := range layers {
		files = append(files, at(digest.FromBytes(layer)))
		m.Layers = append(m.Layers, blob(ocispec.MediaTypeImageLayer, layer))
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, digest.FromBytes(layer))
	}
	m.Config = document(ocispec.MediaTypeImageConfig, config)
	image := document(m.MediaType, m)
	image.Platform = &config.Platform
	image.Annotations = map[string]string{"io.containerd.image.name": "docker.io/library/" + name}
	index, err := json.Marshal(ocispec.Index{
		Versioned: m.Versioned, MediaType: ocispec.MediaTypeImageIndex, Manifests: []ocispec.Descriptor{image},
	})
	assert.NilError(t, err)
	s.write(path.Join(folder, ocispec.ImageIndexFile), string(index))
	older, err := json.Marshal([]any{map[string]any{
		"Config": at(m.Config.Digest), "RepoTags": []string{name}, "Layers": files,
	}})
	assert.NilError(t, err)
	s.write(path.Join(folder, "manifest.json"), string(older))
	s.write(path.Join(folder, ocispec.ImageLayoutFile), `{"imageLayoutVersion":"1.0.0"}`)
}
