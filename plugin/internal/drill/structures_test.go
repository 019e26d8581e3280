//go:build drill

package drill

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// hurtTests has the tests of images meet those that are made to hurt: where they stand in a registry and the audit reads
// them, as a draft whose layers the tests of files read, and as the files that an engine has of a container.
func hurtTests(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for _, h := range hurting(d) {
			t.Run(strings.ReplaceAll(h.name, " ", "_"), func(t *testing.T) {
				one := newTry(t, d.Options, 0)
				kind, body := h.layer(t)
				one.tests(t, d, h.name, kind, body)
			})
		}
	})
}

// tests runs the tests of a layer in the three places.
func (d *try) tests(t *testing.T, told *drilltest.Drill, name, kind string, body []byte) {
	t.Helper()
	d.serve(t, kind, body)
	var index ocispec.Index
	held, _, _ := d.registry.Read(t, repository, "v0")
	assert.NilError(t, json.Unmarshal(held, &index))
	sound := d.soundImage(t)
	draft := d.draftOf(t, kind, body)
	for _, place := range []struct{ name, image, id string }{
		{"in a registry", "@" + index.Manifests[0].Digest.String(), index.Manifests[0].Digest.String()},
		{"in an engine", "@" + sound.digest, sound.config},
		{"as a draft", ":draft", draft},
	} {
		count := told.Try(t)
		engine := looseEngine(t, &loose{id: place.id, files: func() io.Reader { return unpacked(kind, body) }})
		got := d.measuredBy(t, d.withEngine(t.Context(), engine, "test", "--platform", "linux/amd64", "--allow-foreign", "**",
			"--test-config", d.fileTests(t), d.host()+"/"+repository+place.image))
		t.Logf("| %s | test %s | %d | %.1f | %d | %s |", name, place.name, got.code, got.took.Seconds(), got.memory>>20,
			last(got.output))
		codes := []int{0, 2, 5, 7, 9}
		if place.image == "@"+sound.digest {
			codes = append(codes, 3) // it is the engine that sends what cannot be read
		}
		got.check(t, name+" "+place.name, 3*mostTime, codes...)
		count(1, got.code == 0)
	}
}

// soundImage publishes an image of which nothing is wrong.
func (d *try) soundImage(t *testing.T) wordsImage {
	t.Helper()
	d.published(t, "sound", "app", []string{"linux/amd64"}, []string{"sound"})
	var index ocispec.Index
	var image ocispec.Manifest
	body, _, _ := d.registry.Read(t, repository, "sound")
	assert.NilError(t, json.Unmarshal(body, &index))
	body, _, _ = d.registry.Read(t, repository, index.Manifests[0].Digest.String())
	assert.NilError(t, json.Unmarshal(body, &image))
	return wordsImage{index.Manifests[0].Digest.String(), image.Config.Digest.String()}
}

// draftOf saves a draft with a layer, and returns what an engine calls its image.
func (d *try) draftOf(t *testing.T, kind string, body []byte) string {
	t.Helper()
	s, err := store.Open(d.storeFolder(""))
	assert.NilError(t, err)
	p := ocispec.Platform{OS: "linux", Architecture: "amd64"}
	layer := plugintest.WriteBlob(t, s, kind, body)
	config := plugintest.WriteJSON(t, s, ocispec.MediaTypeImageConfig, ocispec.Image{
		Platform: p, Config: ocispec.ImageConfig{Cmd: []string{"/app"}},
		RootFS: ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{layer.Digest}},
	})
	image := manifest.Image{Platform: p, Manifest: plugintest.WriteJSON(t, s, ocispec.MediaTypeImageManifest,
		ocispec.Manifest{
			Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
			Config: config, Layers: []ocispec.Descriptor{layer},
		})}
	plugintest.SaveDraft(t, s, d.name("draft"), "linux/amd64", image)
	assert.NilError(t, s.Close())
	return config.Digest.String()
}

// fileTests is a file of tests that look at files.
func (d *try) fileTests(t *testing.T) string {
	t.Helper()
	file := filepath.Join(d.folder, "tests.yaml")
	assert.NilError(t, os.WriteFile(file, []byte(`schemaVersion: 2.0.0
fileExistenceTests:
- {name: there, path: /app, shouldExist: true}
- {name: links, path: /s1/s2/h7/app, shouldExist: false}
fileContentTests:
- {name: content, path: /app, expectedContents: ["^(a+)+$"]}
- {name: database, path: /var/lib/dpkg/status, excludedContents: ["(.*a){20}"]}
`), 0o600))
	return file
}

// unpacked is a layer as an engine sends the files of a container.
func unpacked(kind string, body []byte) io.Reader {
	raw := io.Reader(bytes.NewReader(body))
	switch kind {
	case ocispec.MediaTypeImageLayerGzip:
		if z, err := gzip.NewReader(raw); err == nil {
			return z
		}
	case ocispec.MediaTypeImageLayerZstd:
		if z, err := zstd.NewReader(raw); err == nil {
			return z
		}
	}
	return raw
}

// further are images that hurt by what is inside of their files.
func further() []hurt {
	return []hurt{
		{"an archive of Java that is a bomb", archive(func(add func(tar.Header, string)) {
			var jar bytes.Buffer
			w := zip.NewWriter(&jar)
			for _, name := range []string{"META-INF/MANIFEST.MF", "META-INF/maven/a/b/pom.properties"} {
				entry, err := w.Create(name)
				for i := 0; err == nil && i < 512; i++ {
					_, err = entry.Write(make([]byte, 1<<20))
				}
				if err != nil {
					panic(err) // it is in memory
				}
			}
			if err := w.Close(); err != nil {
				panic(err)
			}
			for i := range 20 {
				add(tar.Header{Name: fmt.Sprintf("opt/%d.jar", i)}, jar.String())
			}
		})},
		{"a million packages", archive(func(add func(tar.Header, string)) {
			var status, installed strings.Builder
			for i := range 1_000_000 {
				fmt.Fprintf(&status, "Package: a%d\nStatus: install ok installed\nVersion: 1\n\n", i)
				fmt.Fprintf(&installed, "P:a%d\nV:1\n\n", i)
			}
			add(tar.Header{Name: "var/lib/dpkg/status"}, status.String())
			add(tar.Header{Name: "lib/apk/db/installed"}, installed.String())
		})},
		{"packages of Node in each other", archive(func(add func(tar.Header, string)) {
			at := ""
			for i := range 200 {
				at += "node_modules/a/"
				add(tar.Header{Name: "app/" + at + "package.json"}, fmt.Sprintf(`{"name":"a%d","version":"1"}`, i))
			}
			add(tar.Header{Name: "app/package.json"}, strings.Repeat("[", 4_000_000))
		})},
	}
}
