package audit

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/packed"
)

type restingFiles struct {
	all    map[string]*tar.Header
	bodies map[string][]byte
}

// unpackedFiles unpacks a layer. ok is false where a node could not be asked for the files of it one by one.
func unpackedFiles(tb testing.TB, layer []byte) (f *restingFiles, ok bool) {
	tb.Helper()
	f = &restingFiles{all: map[string]*tar.Header{}, bodies: map[string][]byte{}}
	plain, err := packed.Reader(bytes.NewReader(layer))
	if err != nil {
		return nil, false
	}
	defer plain.Close()
	for archive := tar.NewReader(plain); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return f, true
		}
		if err != nil || strings.HasPrefix(path.Base(h.Name), ".wh.") || h.Size > mostListing {
			return nil, false
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		h.Name = cleanPath(h.Name)
		if parent := f.all[path.Dir(h.Name)]; h.Name == "" || parent != nil && parent.Typeflag != tar.TypeDir {
			return nil, false
		}
		f.add(h)
		if f.bodies[h.Name], err = io.ReadAll(archive); err != nil {
			return nil, false
		}
	}
}

// add adds a file, and the folders that it lies in.
func (f *restingFiles) add(h *tar.Header) {
	f.all[h.Name] = h
	for dir := path.Dir(h.Name); dir != "." && f.all[dir] == nil; dir = path.Dir(dir) {
		f.all[dir] = &tar.Header{Name: dir, Typeflag: tar.TypeDir, Mode: 0o755}
	}
}

// List implements [Files].
func (f *restingFiles) List(_ context.Context, folder string) (list []*tar.Header, err error) {
	for name, h := range f.all {
		if dir := path.Dir(name); dir == folder || dir == "." && folder == "" {
			list = append(list, h)
		}
	}
	return list, nil
}

// ReadAt implements [Files].
func (f *restingFiles) ReadAt(_ context.Context, name string, offset, length int) ([]byte, error) {
	body := f.bodies[name]
	if offset > len(body) {
		return nil, io.ErrUnexpectedEOF
	}
	return body[offset:min(len(body), offset+length)], nil
}

// lookedAlike sees that an image of which no layer is read has the same errors as one whose layers are.
func lookedAlike(tb testing.TB, i image, read Report, allow ...string) {
	tb.Helper()
	if len(i.layers) != 1 {
		return
	}
	files, ok := unpackedFiles(tb, i.layers[0])
	if !ok || len(files.all) > 10_000 {
		return
	}
	looked, err := Look(tb.Context(), files)
	assert.NilError(tb, err)
	s := newShelf(tb)
	globs, err := ParseGlobs(allow, "the test")
	assert.NilError(tb, err)
	found, err := New(s, nil).AuditLooked(tb.Context(), s.put(tb, i), parsePlatform(tb, i.platform), globs, looked)
	assert.NilError(tb, err)
	for _, f := range found.Errors() {
		assert.Check(tb, !strings.Contains(f.What, "neither a program"), f.What) // of what was not read
	}
	assert.DeepEqual(tb, lines(nowhere(found.Errors())), lines(nowhere(read.Errors())))
}

// nowhere are findings without the layers that they are from.
func nowhere(list []Finding) (plain []Finding) {
	for _, f := range list {
		f.Layer, f.History = "", ""
		if head, _, ok := strings.Cut(f.What, " ("); ok && strings.HasSuffix(f.What, " without x bit)") {
			f.What = head + " (file without x bit)" // what it is was not looked at
		}
		plain = append(plain, f)
	}
	return plain
}

// What was seen of an image is kept by its digest, and found by another audit; of lists of packages, nothing is lost.
func TestLookedIsKept(t *testing.T) {
	status := "Package: hello\nStatus: install ok installed\nVersion: 1\nArchitecture: arm64\n\n"
	i := image{platform: "linux/arm64", config: starting("/app"), layers: [][]byte{layerOf(t,
		exe("app", arm64().bytes(t)), data("var/lib/dpkg/status", []byte(status)), data("data", make([]byte, 1<<20)))}}
	files, ok := unpackedFiles(t, i.layers[0])
	assert.Assert(t, ok)
	looked, err := Look(t.Context(), files)
	assert.NilError(t, err)
	s, kept := newShelf(t), NewMemory()
	desc := s.put(t, i)
	none, err := New(s, kept).Looked(t.Context(), desc.Digest)
	assert.NilError(t, err)
	assert.Assert(t, none == nil)
	assert.NilError(t, New(s, kept).Keep(t.Context(), desc.Digest, looked))
	again, err := New(s, kept).Looked(t.Context(), desc.Digest)
	assert.NilError(t, err)
	report, err := New(s, kept).AuditLooked(t.Context(), desc, parsePlatform(t, i.platform), Globs{}, again)
	assert.NilError(t, err)
	assert.Equal(t, report.Read, 0)
	assert.Equal(t, report.Holds.Packages[0].Name, "hello")
	assert.Assert(t, report.Holds.Listed)
	assert.Equal(t, s.opened[layerDigest(t, s, desc)], 0)
}

// layerDigest is that of the only layer of an image.
func layerDigest(t *testing.T, s *shelf, image ocispec.Descriptor) digest.Digest {
	t.Helper()
	var m ocispec.Manifest
	assert.NilError(t, New(s, nil).document(t.Context(), image, &m))
	return m.Layers[0].Digest
}
