//go:build drill

package drill

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// escapes are bytes that a terminal, a log of a CI system or a page would obey.
const escapes = "\x1b]0;owned\x07\x1b[2J\r\n::error::fake\n##[error]fake\u202e\u009b31m<script>|`"

// hurt is a layer that is made to hurt.
type hurt struct {
	name  string
	layer func(t *testing.T) (mediaType string, body []byte)
}

// members is a gzip stream: each part compressed once, and repeated so many times.
func members(t *testing.T, parts ...any) []byte {
	t.Helper()
	var out bytes.Buffer
	for i := 0; i+1 < len(parts); i += 2 {
		body, _ := parts[i].([]byte)
		times, _ := parts[i+1].(int)
		var one bytes.Buffer
		w, err := gzip.NewWriterLevel(&one, gzip.BestSpeed)
		assert.NilError(t, err)
		_, err = w.Write(body)
		assert.NilError(t, err)
		assert.NilError(t, w.Close())
		out.Write(bytes.Repeat(one.Bytes(), times))
	}
	return out.Bytes()
}

// head is the header of one entry.
func head(t *testing.T, h tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	assert.NilError(t, tar.NewWriter(&out).WriteHeader(&h))
	return out.Bytes()
}

// archive is an archive that write fills.
func archive(write func(add func(h tar.Header, body string))) func(*testing.T) (string, []byte) {
	return func(t *testing.T) (string, []byte) {
		t.Helper()
		var out bytes.Buffer
		z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
		assert.NilError(t, err)
		w := tar.NewWriter(z)
		write(func(h tar.Header, body string) {
			h.Size = int64(len(body))
			if h.Mode == 0 {
				h.Mode = 0o755
			}
			assert.NilError(t, w.WriteHeader(&h))
			_, err := io.WriteString(w, body)
			assert.NilError(t, err)
		})
		assert.NilError(t, w.Close())
		assert.NilError(t, z.Close())
		return ocispec.MediaTypeImageLayerGzip, out.Bytes()
	}
}

// raw is a layer whose header is one that no writer would write.
func raw(change func(block []byte)) func(*testing.T) (string, []byte) {
	return func(t *testing.T) (string, []byte) {
		t.Helper()
		block := head(t, tar.Header{Name: "app", Mode: 0o755, Size: 1})
		change(block)
		copy(block[148:156], "        ")
		sum := 0
		for _, b := range block[:512] {
			sum += int(b)
		}
		copy(block[148:], fmt.Sprintf("%06o\x00 ", sum))
		return ocispec.MediaTypeImageLayer, append(block, make([]byte, 4096)...)
	}
}

// programs are files that say of themselves what is not so.
func programs() map[string]string {
	elf := func(change func(b []byte)) string {
		b := make([]byte, 4096)
		copy(b, "\x7fELF\x02\x01\x01")
		b[16], b[18], b[52], b[54], b[58] = 2, 62, 64, 56, 64
		change(b)
		return string(b)
	}
	all := func(at, n int) func([]byte) {
		return func(b []byte) { copy(b[at:at+n], bytes.Repeat([]byte{0xff}, n)) }
	}
	return map[string]string{
		"elf-tables": elf(all(32, 16)), "elf-counts": elf(all(56, 8)), "elf-all": elf(all(20, 4000)),
		"elf-self": elf(func(b []byte) { b[56], b[60], b[32], b[40] = 0xff, 0xff, 64, 64; all(64, 2000)(b) }),
		"pe":       "MZ" + strings.Repeat("\xff", 4000),
		"pe-self":  "MZ" + strings.Repeat("\x00", 62) + "PE\x00\x00" + strings.Repeat("\xff", 900),
		"macho":    "\xca\xfe\xba\xbe\x7f\xff\xff\xff" + strings.Repeat("\xff", 4000),
		"macho64":  "\xcf\xfa\xed\xfe" + strings.Repeat("\xff", 4000),
		"wasm":     "\x00asm\x01\x00\x00\x00" + strings.Repeat("\x00\xff\xff\xff\xff\x0f", 700),
		"a.jar": "PK\x03\x04" + strings.Repeat("\xff", 2000) +
			"PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\x7f\x00\x00\x00\x00\xff\xff",
		"script": "#!" + strings.Repeat("/x", 60_000), "ar.a": "!<arch>\n" + strings.Repeat("9999999999", 500),
	}
}

// databases are what lists packages, written to hurt.
func databases() map[string]string {
	deep := strings.Repeat(`{"a":[`, 200_000)
	return map[string]string{
		"var/lib/dpkg/status": strings.Repeat(
			"Package: "+strings.Repeat("x", 1<<16)+"\nVersion: "+escapes+"\n\n",
			300,
		),
		"lib/apk/db/installed":                                 strings.Repeat("P:"+escapes+"\nV:1\n\n", 90_000),
		"var/lib/rpm/rpmdb.sqlite":                             "SQLite format 3\x00\x10\x00" + strings.Repeat("\xff", 1<<20),
		"var/lib/rpm/Packages":                                 strings.Repeat("\x00\x06\x15\x61", 1<<18),
		"usr/lib/node_modules/x/package.json":                  deep,
		"usr/lib/python3/dist-packages/x-1.dist-info/METADATA": strings.Repeat("Name: "+escapes+"\n", 50_000),
		"etc/os-release": strings.Repeat(
			"NAME="+escapes,
			50_000,
		),
		"etc/passwd": strings.Repeat("root:x:0:0:"+escapes, 50_000),
	}
}

// hurts are all of them.
func hurts() []hurt {
	chunk := make([]byte, 32<<20)
	return []hurt{
		{"10 GB of zeros in gzip", func(t *testing.T) (string, []byte) {
			t.Helper()
			return ocispec.MediaTypeImageLayerGzip,
				members(t, head(t, tar.Header{Name: "app", Mode: 0o755, Size: 10 << 30}), 1, chunk, 321)
		}},
		{"10 GB of zeros in zstd", func(t *testing.T) (string, []byte) {
			t.Helper()
			w, err := zstd.NewWriter(nil)
			assert.NilError(t, err)
			first := w.EncodeAll(head(t, tar.Header{Name: "app", Mode: 0o755, Size: 10 << 30}), nil)
			return ocispec.MediaTypeImageLayerZstd, append(first, bytes.Repeat(w.EncodeAll(chunk, nil), 321)...)
		}},
		{"a window of 2 GB in zstd", func(*testing.T) (string, []byte) {
			head := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x02, 0x00, 0x10}
			return ocispec.MediaTypeImageLayerZstd, append(head, make([]byte, 64)...)
		}},
		{"10 GB behind the end", func(t *testing.T) (string, []byte) {
			t.Helper()
			return ocispec.MediaTypeImageLayerGzip, members(t, make([]byte, 1024), 1, chunk, 321)
		}},
		{"a million entries", archive(func(add func(tar.Header, string)) {
			for i := range 1_000_000 {
				add(tar.Header{Name: fmt.Sprintf("%d/%d", i%1000, i), Mode: 0o644}, "")
			}
		})},
		{"names of a megabyte", archive(func(add func(tar.Header, string)) {
			for i := range 20 {
				add(tar.Header{Name: fmt.Sprint(i, strings.Repeat("n", 900_000)), Format: tar.FormatGNU}, "")
			}
		})},
		{"deep trees", archive(func(add func(tar.Header, string)) {
			for i := range 2000 {
				add(tar.Header{Name: fmt.Sprint(i, "/", strings.Repeat("d/", 1900), "app")}, "")
			}
		})},
		{"links in every direction", archive(func(add func(tar.Header, string)) {
			for i := range 20_000 {
				add(tar.Header{Typeflag: tar.TypeSymlink, Name: fmt.Sprint("s", i), Linkname: fmt.Sprint("s", (i+1)%20_000)}, "")
				add(tar.Header{Typeflag: tar.TypeLink, Name: fmt.Sprint("h", i), Linkname: fmt.Sprint("h", (i+7)%20_000)}, "")
			}
			up := strings.Repeat("../", 1000) + "app"
			for _, to := range []string{"../../../../etc/shadow", "/", ".", "app", "/proc/self/root/app", up} {
				add(tar.Header{Typeflag: tar.TypeSymlink, Name: "app", Linkname: to}, "")
				add(tar.Header{Typeflag: tar.TypeLink, Name: "app", Linkname: to}, "")
			}
		})},
	}
}

// lies are headers, programs and texts that say what is not so.
func lies() []hurt {
	return []hurt{
		{"a size below zero", raw(func(b []byte) { copy(b[124:136], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xf0") })},
		{"a size beyond all", raw(func(b []byte) { copy(b[124:136], "\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff") })},
		{"a sparse file of all", raw(func(b []byte) {
			b[156] = 'S'
			copy(b[257:], "ustar  \x00")
			copy(b[386:], "00000000000\x0000000000001\x00")
			copy(b[483:], "\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff")
		})},
		{"programs that lie", archive(func(add func(tar.Header, string)) {
			for name, body := range programs() {
				add(tar.Header{Name: name}, body)
				add(tar.Header{Name: "usr/lib/" + name + ".so"}, body)
			}
		})},
		{"databases that lie", archive(func(add func(tar.Header, string)) {
			for name, body := range databases() {
				add(tar.Header{Name: name}, body)
			}
		})},
		{"names that a terminal obeys", archive(func(add func(tar.Header, string)) {
			for i := range 50 {
				add(tar.Header{Name: fmt.Sprint(i, escapes), Format: tar.FormatPAX}, programs()["elf-tables"])
			}
		})},
	}
}

// send puts a blob into the registry, past all faults.
func (d *try) send(t *testing.T, mediaType string, body []byte) ocispec.Descriptor {
	t.Helper()
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
	answer := httptest.NewRecorder()
	path := "/v2/" + repository + "/blobs/uploads/?digest=" + desc.Digest.String()
	request := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body)) //nolint:noctx // in memory
	d.registry.Handler.ServeHTTP(answer, request)
	assert.Equal(t, answer.Code, http.StatusCreated, answer.Body.String())
	return desc
}

// document puts JSON into the registry.
func (d *try) document(t *testing.T, mediaType string, document any) ocispec.Descriptor {
	t.Helper()
	body, err := json.Marshal(document)
	assert.NilError(t, err)
	return d.send(t, mediaType, body)
}

// manifestOf puts a manifest into the registry, under a tag or none.
func (d *try) manifestOf(t *testing.T, mediaType, tag string, document any) ocispec.Descriptor {
	t.Helper()
	body, err := json.Marshal(document)
	assert.NilError(t, err)
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
	if tag == "" {
		tag = desc.Digest.String()
	}
	d.registry.Write(t, repository, tag, mediaType, body)
	return desc
}

// serve publishes an image of two platforms with a layer, whose texts are as hostile.
func (d *try) serve(t *testing.T, mediaType string, body []byte) {
	t.Helper()
	layer := d.send(t, mediaType, body)
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
	index.Annotations = map[string]string{"x" + escapes: escapes}
	for _, arch := range []string{"amd64", "arm64"} {
		p := ocispec.Platform{OS: "linux", Architecture: arch}
		config := d.document(t, ocispec.MediaTypeImageConfig, ocispec.Image{
			Platform: p,
			Author:   escapes,
			Config: ocispec.ImageConfig{
				Cmd:    []string{"/app", escapes},
				Env:    []string{"A=" + escapes + arch},
				User:   escapes + arch,
				Labels: map[string]string{escapes: escapes + arch},
			},
			RootFS:  ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{layer.Digest}},
			History: []ocispec.History{{CreatedBy: escapes, Comment: escapes}},
		})
		image := d.manifestOf(t, ocispec.MediaTypeImageManifest, "", ocispec.Manifest{
			Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
			Config: config, Layers: []ocispec.Descriptor{layer}, Annotations: map[string]string{escapes: escapes},
		})
		image.Platform = &p
		index.Manifests = append(index.Manifests, image)
	}
	d.manifestOf(t, ocispec.MediaTypeImageIndex, "v0", index)
}

// hostile has every command that looks into layers read images that are made to hurt.
func hostile(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for _, h := range hurting(d) {
			t.Run(strings.ReplaceAll(h.name, " ", "_"), func(t *testing.T) {
				one := newTry(t, d.Options, 0)
				kind, body := h.layer(t)
				one.serve(t, kind, body)
				for _, args := range [][]string{
					{"inspect", one.name("v0")},
					{"verify", "--deep", one.name("v0")},
					{"diff", one.name("v0")},
					{"merge", "--deep", "--allow-untested", "-t", one.name("v1"), one.name("v0")},
				} {
					count := d.Try(t)
					got := one.measured(t, args...)
					t.Logf("| %s | %s | %d | %.1f | %d | %s |", h.name, args[0], got.code, got.took.Seconds(), got.memory>>20,
						last(got.output))
					got.check(t, h.name+": "+args[0], 3*mostTime, 0, 5, 7, 9)
					count(1, got.code == 0)
				}
			})
		}
	})
}

// hurting are the images made to hurt; in short some of them, by chance.
func hurting(d *drilltest.Drill) []hurt {
	all := slices.Concat(hurts(), lies(), further(), archives(), trees())
	var some []hurt
	for _, n := range d.Places(len(all)) {
		some = append(some, all[n-1])
	}
	return some
}

// last is the last line of an error.
func last(output string) string {
	_, text, _ := strings.Cut(output, "ERROR: ")
	line, _, _ := strings.Cut(text, "\n")
	return line
}
