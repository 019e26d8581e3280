package audit

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path"
	"sync"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/containerd/platforms"
	"github.com/klauspost/compress/zstd"
	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/packed"
)

// item is one entry of a layer.
type item struct {
	name string
	mode int64
	body []byte
	// link is the target of a symbolic link, hard of a hard link.
	link, hard  string
	dir, global bool
}

func exe(name string, body []byte) item  { return item{name: name, mode: 0o755, body: body} }
func data(name string, body []byte) item { return item{name: name, mode: 0o644, body: body} }
func link(name, target string) item      { return item{name: name, link: target} }
func hard(name, target string) item      { return item{name: name, hard: target} }
func dir(name string) item               { return item{name: name, mode: 0o755, dir: true} }
func text(name, content string) item     { return exe(name, []byte(content)) }
func gone(name string) item              { return data(path.Join(path.Dir(name), ".wh."+path.Base(name)), nil) }
func emptied(name string) item           { return data(path.Join(name, ".wh..wh..opq"), nil) }
func global(name string) item            { return item{name: name, global: true} }
func (i item) header() *tar.Header {
	h := &tar.Header{Name: i.name, Mode: i.mode, Size: int64(len(i.body)), Typeflag: tar.TypeReg}
	switch {
	case i.global:
		h = &tar.Header{Name: i.name, Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "x"}}
	case i.dir:
		h.Typeflag, h.Name = tar.TypeDir, i.name+"/"
	case i.link != "":
		h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, i.link, 0o777
	case i.hard != "":
		h.Typeflag, h.Linkname = tar.TypeLink, i.hard
	}
	return h
}

// layerOf is an archive of items.
func layerOf(tb testing.TB, items ...item) []byte {
	tb.Helper()
	var out bytes.Buffer
	archive := tar.NewWriter(&out)
	for _, i := range items {
		assert.NilError(tb, archive.WriteHeader(i.header()))
		_, err := archive.Write(i.body)
		assert.NilError(tb, err)
	}
	assert.NilError(tb, archive.Close())
	return out.Bytes()
}

func zipped(tb testing.TB, body []byte) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(body)
	assert.NilError(tb, err)
	assert.NilError(tb, w.Close())
	return out.Bytes()
}

func zstandard(tb testing.TB, body []byte) []byte {
	tb.Helper()
	encoder, err := zstd.NewWriter(nil)
	assert.NilError(tb, err)
	defer encoder.Close()
	return encoder.EncodeAll(body, nil)
}

// image is one to be made.
type image struct {
	platform string
	// says is the platform in the config, if that is another.
	says   string
	config ocispec.ImageConfig
	layers [][]byte
}

func starting(entrypoint ...string) ocispec.ImageConfig {
	return ocispec.ImageConfig{Entrypoint: entrypoint}
}

// shelf is a content store that counts how often a blob is opened.
type shelf struct {
	content.Store
	root   string
	mu     sync.Mutex
	opened map[digest.Digest]int
}

func newShelf(tb testing.TB) *shelf {
	tb.Helper()
	root := tb.TempDir()
	store, err := local.NewStore(root)
	assert.NilError(tb, err)
	return &shelf{Store: store, root: root, opened: map[digest.Digest]int{}}
}

func (s *shelf) ReaderAt(ctx context.Context, desc ocispec.Descriptor) (content.ReaderAt, error) {
	s.mu.Lock()
	s.opened[desc.Digest]++
	s.mu.Unlock()
	return s.Store.ReaderAt(ctx, desc)
}

func (s *shelf) add(tb testing.TB, mediaType string, body []byte) ocispec.Descriptor {
	tb.Helper()
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
	assert.NilError(tb, content.WriteBlob(tb.Context(), s.Store, desc.Digest.String(), bytes.NewReader(body), desc))
	return desc
}

func (s *shelf) addJSON(tb testing.TB, mediaType string, document any) ocispec.Descriptor {
	tb.Helper()
	body, err := json.Marshal(document)
	assert.NilError(tb, err)
	return s.add(tb, mediaType, body)
}

// put stores an image; the history of layer N is "COPY layer-N /".
func (s *shelf) put(tb testing.TB, i image) ocispec.Descriptor {
	tb.Helper()
	if i.says == "" {
		i.says = i.platform
	}
	config := ocispec.Image{Platform: parsePlatform(tb, i.says), Config: i.config, RootFS: ocispec.RootFS{Type: "layers"}}
	m := ocispec.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest}
	for n, body := range i.layers {
		m.Layers = append(m.Layers, s.add(tb, ocispec.MediaTypeImageLayerGzip, body))
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, diffIDOf(body))
		config.History = append(config.History,
			ocispec.History{CreatedBy: "COPY layer-" + string(rune('0'+n)) + " / # buildkit"},
			ocispec.History{CreatedBy: "ENV A=B", EmptyLayer: true})
	}
	m.Config = s.addJSON(tb, ocispec.MediaTypeImageConfig, config)
	return s.addJSON(tb, ocispec.MediaTypeImageManifest, m)
}

// diffIDOf is the digest of a layer decompressed; of one that is damaged, or without end, it is another.
func diffIDOf(body []byte) digest.Digest {
	plain, err := packed.Reader(bytes.NewReader(body))
	if err != nil {
		return digest.FromBytes(body)
	}
	defer plain.Close()
	const most = 512 << 20
	digester := digest.Canonical.Digester()
	if _, err := io.CopyN(digester.Hash(), plain, most); !errors.Is(err, io.EOF) {
		return digest.FromBytes(body)
	}
	return digester.Digest()
}

func parsePlatform(tb testing.TB, text string) ocispec.Platform {
	tb.Helper()
	p, err := platforms.Parse(text)
	assert.NilError(tb, err)
	return p
}

// auditOf audits an image that is made for the purpose.
func auditOf(tb testing.TB, i image, allow ...string) Report {
	tb.Helper()
	report := auditWithin(tb, maxSteps, i, allow...)
	lookedAlike(tb, i, report, allow...)
	return report
}

// auditWithin audits an image in so many steps.
func auditWithin(tb testing.TB, steps int, i image, allow ...string) Report {
	tb.Helper()
	s := newShelf(tb)
	globs, err := ParseGlobs(allow, "the test")
	assert.NilError(tb, err)
	auditor := New(s, nil)
	auditor.limits.steps = steps
	if steps < maxSteps {
		auditor.limits.plain = 1 << 28
	}
	report, err := auditor.Audit(tb.Context(), s.put(tb, i), parsePlatform(tb, i.platform), globs)
	assert.NilError(tb, err)
	return report
}

// lines are findings as text, without the digest of the layer.
func lines(findings []Finding) []string {
	out := make([]string, 0, len(findings))
	for _, f := range findings {
		f.Layer = ""
		out = append(out, f.String())
	}
	return out
}
