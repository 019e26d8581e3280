package reproducible_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
	"github.com/docker-multiplat/docker-multiplat/manifest/reproducible"
)

// memory holds blobs.
type memory map[digest.Digest][]byte

// at reads a blob.
type at struct{ *bytes.Reader }

func (at) Close() error { return nil }

func (m memory) ReaderAt(_ context.Context, desc ocispec.Descriptor) (content.ReaderAt, error) {
	body, ok := m[desc.Digest]
	if !ok {
		return nil, cerrdefs.ErrNotFound
	}
	return at{bytes.NewReader(body)}, nil
}

func (m memory) add(mediaType string, body []byte) ocispec.Descriptor {
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
	m[desc.Digest] = body
	return desc
}

func (m memory) document(t *testing.T, mediaType string, v any) ocispec.Descriptor {
	t.Helper()
	body, err := json.Marshal(v)
	assert.NilError(t, err)
	return m.add(mediaType, body)
}

// layer is an archive and what made it. A layer that is packed has the digest of what it was.
type layer struct {
	by     string
	body   []byte
	packed []byte
}

// image puts an image of layers together.
func (m memory) image(t *testing.T, made time.Time, layers ...layer) reproducible.Side {
	t.Helper()
	config := ocispec.Image{Created: &made, Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"}}
	var manifest ocispec.Manifest
	for _, l := range layers {
		body := l.body
		if l.packed != nil {
			body = l.packed
		}
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, digest.FromBytes(l.body))
		config.History = append(config.History, ocispec.History{CreatedBy: l.by, Created: &made})
		manifest.Layers = append(manifest.Layers, m.add(ocispec.MediaTypeImageLayer, body))
	}
	manifest.Config = m.document(t, ocispec.MediaTypeImageConfig, config)
	return reproducible.Side{
		Image: m.document(t, ocispec.MediaTypeImageManifest, manifest), Reader: inventory.Reader{Provider: m},
	}
}

// dated is an archive of files and folders, each of a time.
func dated(t *testing.T, headers ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		body := h.PAXRecords["TEST.body"]
		h.PAXRecords = nil
		h.Size = int64(len(body))
		assert.NilError(t, w.WriteHeader(&h))
		_, err := w.Write([]byte(body))
		assert.NilError(t, err)
	}
	assert.NilError(t, w.Close())
	return b.Bytes()
}

func file(name, body string, at time.Time) tar.Header {
	return tar.Header{
		Name: name, Typeflag: tar.TypeReg, Mode: 0o644, ModTime: at, PAXRecords: map[string]string{"TEST.body": body},
	}
}

// early and late are the times of two builds.
func early() time.Time { return time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC) }
func late() time.Time  { return early().Add(time.Minute) }

// The same image is the same, and nothing is read of it.
func TestCompareSame(t *testing.T) {
	side := reproducible.Side{Image: ocispec.Descriptor{Digest: digest.FromString("image")}}
	report, err := reproducible.Compare(t.Context(), side, side)
	assert.NilError(t, err)
	assert.Check(t, report.Same())
}

// Each way in which a layer can differ has its words.
func TestCompareLayers(t *testing.T) {
	mode := file("bin/app", "x", early())
	mode.Mode = 0o755
	for _, tc := range []struct {
		name      string
		a, b      []byte
		differing int
		want      []reproducible.Finding
	}{
		{
			"only times",
			dated(t, tar.Header{Name: "bin/", Typeflag: tar.TypeDir, Mode: 0o755, ModTime: early()}, file("bin/app", "x", early())),
			dated(t, tar.Header{Name: "bin/", Typeflag: tar.TypeDir, Mode: 0o755, ModTime: late()}, file("bin/app", "x", late())),
			2,
			[]reproducible.Finding{
				{Path: "bin/", Cause: "mtime", Detail: "2026-11-28T09:00:00Z, 2026-11-28T09:01:00Z"},
				{Path: "bin/app", Cause: "mtime", Detail: "2026-11-28T09:00:00Z, 2026-11-28T09:01:00Z"},
			},
		},
		{
			"what is in a file before its time",
			dated(t, file("a", "same", early()), file("b", "at 09:00:00", early())),
			dated(t, file("a", "same", late()), file("b", "at 09:01:00", late())),
			2,
			[]reproducible.Finding{
				{Path: "b", Cause: "time", Detail: `line 1: "09:00:00", "09:01:00"`},
				{Path: "a", Cause: "mtime", Detail: "2026-11-28T09:00:00Z, 2026-11-28T09:01:00Z"},
			},
		},
		{
			"the order of the archive",
			dated(t, file("a", "", early()), file("b", "", early())), dated(t, file("b", "", early()), file("a", "", early())),
			0,
			[]reproducible.Finding{{Cause: "order", Detail: "the files of the layer are listed in another order"}},
		},
		{
			"a name that nobody chose",
			dated(t, file("tmp/build-9f86d081884c", "x", early())), dated(t, file("tmp/build-60303ae22b99", "x", early())),
			1,
			[]reproducible.Finding{{
				Path: "tmp/build-9f86d081884c", Cause: "id", Detail: `"tmp/build-9f86d081884c", "tmp/build-60303ae22b99"`,
			}},
		},
		{
			"a file more", dated(t, file("a", "", early())), dated(t, file("a", "", early()), file("b", "", early())),
			1,
			[]reproducible.Finding{{Path: "b", Cause: "other", Detail: "it is in the second build only"}},
		},
		{
			"a mode", dated(t, file("bin/app", "x", early())), dated(t, mode),
			1,
			[]reproducible.Finding{{Path: "bin/app", Cause: "other", Detail: `"-rw-r--r-- 0:0", "-rwxr-xr-x 0:0"`}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := memory{}
			base := layer{by: "FROM base", body: dated(t, file("base", "", early()))}
			report, err := reproducible.Compare(t.Context(), m.image(t, early(), base, layer{by: "RUN make", body: tc.a}),
				m.image(t, early(), base, layer{by: "RUN make", body: tc.b}))
			assert.NilError(t, err)
			assert.Equal(t, len(report.Layers), 1)
			assert.Equal(t, report.Layers[0].Number, 2)
			assert.Equal(t, report.Layers[0].CreatedBy, "RUN make")
			assert.Equal(t, report.Layers[0].Differing, tc.differing)
			assert.DeepEqual(t, report.Layers[0].Findings, tc.want)
			assert.Equal(t, len(report.Config), 0)
		})
	}
}

// A layer of the same content that was compressed otherwise is not read.
func TestCompareCompression(t *testing.T) {
	m := memory{}
	body := dated(t, file("a", "x", early()))
	report, err := reproducible.Compare(t.Context(), m.image(t, early(), layer{body: body}),
		m.image(t, early(), layer{body: body, packed: packedWith(t, string(body), early())}))
	assert.NilError(t, err)
	assert.Equal(t, report.Layers[0].Findings[0].Cause, reproducible.Compression)
}

// Times of the config are told apart from what else it says.
func TestCompareConfig(t *testing.T) {
	m := memory{}
	l := layer{by: "RUN make", body: dated(t, file("a", "x", early()))}
	report, err := reproducible.Compare(t.Context(), m.image(t, early(), l), m.image(t, late(), l))
	assert.NilError(t, err)
	assert.Equal(t, len(report.Layers), 0)
	assert.DeepEqual(t, report.Findings(), []reproducible.Finding{
		{Path: "created", Cause: "time", Detail: "2026-11-28T09:00:00Z, 2026-11-28T09:01:00Z"},
		{Path: "history.created", Cause: "time", Detail: "2026-11-28T09:00:00Z, 2026-11-28T09:01:00Z"},
	})
}

// Many files that differ are counted, and the first of them explained.
func TestCompareManyFiles(t *testing.T) {
	var x, y []tar.Header
	for i := range 300 {
		name := "f" + time.Duration(i).String()
		x, y = append(x, file(name, "a", early())), append(y, file(name, "b", early()))
	}
	m := memory{}
	report, err := reproducible.Compare(t.Context(), m.image(t, early(), layer{body: dated(t, x...)}),
		m.image(t, early(), layer{body: dated(t, y...)}))
	assert.NilError(t, err)
	assert.Equal(t, report.Layers[0].Differing, 300)
	assert.Equal(t, len(report.Layers[0].Findings), 50)
}

// What differs behind the part of a file that is read is not explained by that part.
func TestCompareLargeFiles(t *testing.T) {
	long := strings.Repeat("line\n", 9<<20/5)
	m := memory{}
	report, err := reproducible.Compare(t.Context(),
		m.image(t, early(), layer{body: dated(t, file("log", long+"2026-11-28", early()))}),
		m.image(t, early(), layer{body: dated(t, file("log", long+"2026-11-29", early()))}))
	assert.NilError(t, err)
	assert.DeepEqual(t, report.Layers[0].Findings, []reproducible.Finding{
		{Path: "log", Cause: "other", Detail: "it differs behind its first 8388608 bytes"},
	})
}

// Many names that only one build has cost no more time than their number.
func TestCompareManyNames(t *testing.T) {
	var x, y []tar.Header
	for i := range 6000 {
		x = append(x, file(fmt.Sprintf("cache/left-%d", i), "a", early()))
		y = append(y, file(fmt.Sprintf("cache/%d-right", i), "a", early()))
	}
	m := memory{}
	before := time.Now()
	report, err := reproducible.Compare(t.Context(), m.image(t, early(), layer{body: dated(t, x...)}),
		m.image(t, early(), layer{body: dated(t, y...)}))
	assert.NilError(t, err)
	assert.Check(t, report.Layers[0].Differing > 11900) // some names are taken for those of one file
	assert.Check(t, time.Since(before) < 20*time.Second)
}
