//go:build drill

package drill

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// archives are layers that hurt by how they are packed: streams in streams, and records of one entry without end.
func archives() []hurt {
	return []hurt{
		{"a million members of gzip", func(t *testing.T) (string, []byte) {
			t.Helper()
			return ocispec.MediaTypeImageLayerGzip, members(t, []byte(nil), 1_000_000, make([]byte, 1024), 1)
		}},
		{"a million frames of zstd", func(t *testing.T) (string, []byte) {
			t.Helper()
			w, err := zstd.NewWriter(nil)
			assert.NilError(t, err)
			skipped := []byte("\x50\x2a\x4d\x18\x01\x00\x00\x00x")
			body := bytes.Repeat(append(w.EncodeAll([]byte{0}, nil), skipped...), 1_000_000)
			return ocispec.MediaTypeImageLayerZstd, append(skipped, body...)
		}},
		{"a frame of 4 GB to be skipped", func(*testing.T) (string, []byte) {
			return ocispec.MediaTypeImageLayerZstd, []byte("\x50\x2a\x4d\x18\xff\xff\xff\xffx")
		}},
		{"a header of gzip without end", func(t *testing.T) (string, []byte) {
			t.Helper()
			whole := members(t, make([]byte, 1024), 1)
			whole[3] |= 1 << 3 // a name follows
			named := append(bytes.Clone(whole[:10]), bytes.Repeat([]byte("n"), 100<<20)...)
			return ocispec.MediaTypeImageLayerGzip, append(append(named, 0), whole[10:]...)
		}},
		{"gzip in gzip", func(t *testing.T) (string, []byte) {
			t.Helper()
			body := make([]byte, 100<<20)
			for range 4 {
				body = members(t, body, 1)
			}
			return ocispec.MediaTypeImageLayerGzip, body
		}},
		{"a record of 100 MB", extended(map[string]string{"path": strings.Repeat("n", 100<<20)})},
		{"records that are of no file", func(t *testing.T) (string, []byte) {
			t.Helper()
			one := pax(t, tar.TypeXHeader, map[string]string{"comment": strings.Repeat("c", 900_000)})
			return ocispec.MediaTypeImageLayerGzip, members(t, one, 3000)
		}},
		{"records of all files", func(t *testing.T) (string, []byte) {
			t.Helper()
			one := pax(t, tar.TypeXGlobalHeader, map[string]string{"path": strings.Repeat("g", 900_000), "size": "9"})
			return ocispec.MediaTypeImageLayerGzip, members(t, one, 3000, make([]byte, 1024), 1)
		}},
		{"attributes without end", archive(func(add func(tar.Header, string)) {
			for i := range 300 {
				add(tar.Header{Name: strconv.Itoa(i), PAXRecords: map[string]string{
					"SCHILY.xattr.user." + strings.Repeat("x", 255): strings.Repeat("v", 900_000),
				}}, "")
			}
		})},
		{"sparse 0.0", extended(map[string]string{
			"GNU.sparse.size": "9223372036854775807", "GNU.sparse.numblocks": "1", "GNU.sparse.offset": "0",
			"GNU.sparse.numbytes": "1",
		})},
		{"sparse 0.1", extended(map[string]string{
			"GNU.sparse.size": "9223372036854775807", "GNU.sparse.numblocks": "100000",
			"GNU.sparse.map": strings.TrimSuffix(strings.Repeat("0,0,", 100_000), ","),
		})},
		{"sparse 1.0", extended(map[string]string{
			"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9223372036854775807",
			"GNU.sparse.name": "app", "size": strconv.Itoa(1 << 30),
		})},
		{"times and owners beyond all", extended(map[string]string{
			"mtime": "-9223372036854775808.999999999", "uid": "9223372036854775807", "gid": "-1", "size": "0",
		})},
	}
}

// pax is the header of records of one file, or of all that follow, as no writer writes it.
func pax(t *testing.T, flag byte, records map[string]string) []byte {
	t.Helper()
	var body strings.Builder
	for key, value := range records {
		rest := len(key) + len(value) + len(" =\n")
		size := rest + len(strconv.Itoa(rest))
		if rest+len(strconv.Itoa(size)) != size {
			size++
		}
		fmt.Fprintf(&body, "%d %s=%s\n", size, key, value)
	}
	const block = 512
	text := body.String()
	_, header := raw(func(b []byte) {
		b[156] = flag
		copy(b[124:136], fmt.Sprintf("%011o\x00", len(text)))
		copy(b[257:], "ustar\x0000")
	})(t)
	padded := append(header[:block:block], text...)
	return append(padded, make([]byte, (block-len(text)%block)%block)...)
}

// extended is a layer of one file with records.
func extended(records map[string]string) func(*testing.T) (string, []byte) {
	return func(t *testing.T) (string, []byte) {
		t.Helper()
		body := append(pax(t, tar.TypeXHeader, records), head(t, tar.Header{Name: "app", Mode: 0o755, Size: 1})...)
		var out bytes.Buffer
		z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
		assert.NilError(t, err)
		_, err = z.Write(append(body, make([]byte, 1<<16)...))
		assert.NilError(t, err)
		assert.NilError(t, z.Close())
		return ocispec.MediaTypeImageLayerGzip, out.Bytes()
	}
}

// trees are layers that hurt by what their entries do to each other.
func trees() []hurt {
	return []hurt{
		{"a tree of 100,000 levels", archive(func(add func(tar.Header, string)) {
			add(tar.Header{Name: strings.Repeat("d/", 100_000) + "app", Format: tar.FormatPAX}, "")
		})},
		{"a tree that links make deep", archive(func(add func(tar.Header, string)) {
			at := "app"
			for i := range 20_000 {
				add(tar.Header{Typeflag: tar.TypeDir, Name: at}, "")
				link := fmt.Sprint("l", i)
				add(tar.Header{Typeflag: tar.TypeSymlink, Name: link, Linkname: at}, "")
				at = link + "/d"
			}
		})},
		{"whiteouts of everything", archive(func(add func(tar.Header, string)) {
			add(tar.Header{Name: ".wh..wh..opq"}, "")
			for i := range 300_000 {
				add(tar.Header{Name: fmt.Sprint("d/.wh.", i)}, "")
				add(tar.Header{Name: fmt.Sprint("d", i, "/.wh..wh..opq")}, "")
			}
		})},
		{"whiteouts of nothing", archive(func(add func(tar.Header, string)) {
			add(tar.Header{Name: ".wh."}, "")
			add(tar.Header{Name: "a/.wh..."}, "")
		})},
		{"devices", archive(func(add func(tar.Header, string)) {
			for _, flag := range []byte{tar.TypeChar, tar.TypeBlock, tar.TypeFifo} {
				for _, name := range []string{"app", "etc/passwd", "var/lib/dpkg/status", "dev/zero", "lib/apk/db/installed"} {
					add(tar.Header{Typeflag: flag, Name: name, Devmajor: 1, Devminor: 5}, "")
				}
			}
		})},
		{"one file 500,000 times", archive(func(add func(tar.Header, string)) {
			for range 250_000 {
				add(tar.Header{Name: "app"}, "x")
				add(tar.Header{Name: "./app/../app", Typeflag: tar.TypeDir}, "")
			}
		})},
		{"links to the root and to themselves", archive(func(add func(tar.Header, string)) {
			for _, name := range []string{"app", "/", ".", "..", "../app", "a/../../app", ""} {
				for _, to := range []string{"", "/", ".", "..", "app", "/app", "../../..", "a/../app"} {
					add(tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: to}, "")
					add(tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: to}, "")
				}
			}
		})},
	}
}
