package diff_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/klauspost/compress/zstd"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/diff"
	"github.com/docker-multiplat/docker-multiplat/manifest/fold"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// blobs are those of images that are made up.
type blobs map[digest.Digest][]byte

var _ content.Provider = blobs{}

// put keeps a blob.
func (b blobs) put(mediaType string, body []byte) ocispec.Descriptor {
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
	b[desc.Digest] = body
	return desc
}

// ReaderAt implements content.Provider.
func (b blobs) ReaderAt(_ context.Context, desc ocispec.Descriptor) (content.ReaderAt, error) {
	body, ok := b[desc.Digest]
	if !ok {
		return nil, fmt.Errorf("%s: %w", desc.Digest, cerrdefs.ErrNotFound)
	}
	return blob{bytes.NewReader(body)}, nil
}

type blob struct{ *bytes.Reader }

// Close implements io.Closer.
func (blob) Close() error { return nil }

// image makes one of layers.
func (b blobs) image(t *testing.T, layers ...[]byte) ocispec.Descriptor {
	t.Helper()
	config, err := json.Marshal(ocispec.Image{})
	assert.NilError(t, err)
	m := ocispec.Manifest{Config: b.put(ocispec.MediaTypeImageConfig, config)}
	for _, layer := range layers {
		m.Layers = append(m.Layers, b.put(ocispec.MediaTypeImageLayer, layer))
	}
	body, err := json.Marshal(m)
	assert.NilError(t, err)
	return b.put(ocispec.MediaTypeImageManifest, body)
}

// debian are the packages of Debian 12 in testdata, as a layer for each architecture.
func debian(t *testing.T) map[string][]byte {
	t.Helper()
	file, err := os.Open("testdata/debian/packages.tar.zst")
	assert.NilError(t, err)
	defer file.Close()
	decoder, err := zstd.NewReader(file)
	assert.NilError(t, err)
	defer decoder.Close()
	layers, writers := map[string]*bytes.Buffer{}, map[string]*tar.Writer{}
	for r := tar.NewReader(decoder); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		assert.NilError(t, err)
		arch, name, _ := strings.Cut(h.Name, "/")
		if writers[arch] == nil {
			layers[arch] = &bytes.Buffer{}
			writers[arch] = tar.NewWriter(layers[arch])
		}
		h.Name = name
		assert.NilError(t, writers[arch].WriteHeader(h))
		_, err = io.Copy(writers[arch], r) //nolint:gosec // our own test data
		assert.NilError(t, err)
	}
	all := map[string][]byte{}
	for arch, w := range writers {
		assert.NilError(t, w.Close())
		all[arch] = layers[arch].Bytes()
	}
	return all
}

// debianSides are the images of some architectures, as they are called in Debian.
func debianSides(t *testing.T, archs ...string) []diff.Side {
	t.Helper()
	in, layers := blobs{}, debian(t)
	reader := inventory.Reader{Provider: in, Fold: fold.New().Text}
	var sides []diff.Side
	for _, arch := range archs {
		is, err := reader.Read(t.Context(), in.image(t, layers[arch]))
		assert.NilError(t, err)
		p := ocispec.Platform{OS: "linux", Architecture: arch}
		switch arch {
		case "armhf":
			p.Architecture, p.Variant = "arm", "v7"
		case "ppc64el":
			p.Architecture = "ppc64le"
		}
		sides = append(sides, diff.Side{Name: "debian", Platform: p, Inventory: is})
	}
	return sides
}

// Packages of Debian are the same on every architecture: what differs is how their makers built them.
func TestDebianOnFiveArchitectures(t *testing.T) {
	report, err := diff.Compare(t.Context(), debianSides(t, "amd64", "arm64", "armhf", "s390x", "ppc64el"))
	assert.NilError(t, err)
	assert.DeepEqual(t, linesOf(report), []string(nil))
	for _, side := range report.Sides {
		assert.Assert(t, side.Packages > 25 && side.Files > 5000, "%v", side)
	}
	folded := report.Folded
	assert.Assert(t, folded.Programs > 500 && folded.Paths > 1000 && folded.Own > 100, "%v", folded)
}

// What is not as it has to be is seen among them: a program and a package that are missing, a certificate and a setting
// that are others.
func TestDebianWithLosses(t *testing.T) {
	in, layers := blobs{}, debian(t)
	var above bytes.Buffer
	w := tar.NewWriter(&above)
	status := "Package: bash\nStatus: install ok installed\nVersion: 5.2.15-2\n"
	for name, body := range map[string]string{
		"usr/bin/.wh.openssl": "", "etc/ssl/openssl.cnf": "[default]\n", "var/lib/dpkg/status": status,
		"usr/lib/aarch64-linux-gnu/.wh.libssl.so.3": "", "usr/lib/.wh.gcc": "",
	} {
		assert.NilError(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(body))}))
		_, err := io.WriteString(w, body)
		assert.NilError(t, err)
	}
	assert.NilError(t, w.Close())
	reader := inventory.Reader{Provider: in, Fold: fold.New().Text}
	whole, err := reader.Read(t.Context(), in.image(t, layers["amd64"]))
	assert.NilError(t, err)
	lacking, err := reader.Read(t.Context(), in.image(t, layers["arm64"], above.Bytes()))
	assert.NilError(t, err)
	report, err := diff.Compare(t.Context(), []diff.Side{
		{Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"}, Inventory: whole},
		{Platform: ocispec.Platform{OS: "linux", Architecture: "arm64"}, Inventory: lacking},
	})
	assert.NilError(t, err)
	assert.Equal(t, len(report.Packages), 28)
	assert.Assert(t, report.Packages[0].Missing())
	var files []string
	for _, f := range report.Files {
		files = append(files, string(f.What)+" "+f.Path)
	}
	slices.Sort(files)
	assert.DeepEqual(t, files, []string{
		"content etc/ssl/openssl.cnf", "only usr/bin/openssl", "only usr/lib/gcc",
		"only usr/lib/x86_64-linux-gnu/libssl.so.3",
	})
}
