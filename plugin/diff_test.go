package plugin

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// texts are the files of a layer: name and content. What begins as ELF is executable.
func texts(t *testing.T, pairs ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	for pair := range slices.Chunk(pairs, 2) {
		name, body := pair[0], pair[len(pair)-1]
		h := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(body))}
		if strings.HasPrefix(body, "\x7fELF") {
			h.Mode = 0o755
		}
		assert.NilError(t, w.WriteHeader(h))
		_, err := w.Write([]byte(body))
		assert.NilError(t, err)
	}
	assert.NilError(t, w.Close())
	assert.NilError(t, zip.Close())
	return out.Bytes()
}

// elfFor is a program for a machine, as far as its header goes.
func elfFor(machine uint16, text string) string {
	head := make([]byte, 64)
	copy(head, "\x7fELF\x02\x01\x01")
	binary.LittleEndian.PutUint16(head[16:], 2)
	binary.LittleEndian.PutUint16(head[18:], machine)
	return string(head) + text
}

// onePlatform is one platform of an image that is to be published.
type onePlatform struct {
	platform string
	config   ocispec.ImageConfig
	layers   [][]byte
}

// publishes puts an index of platforms under a tag of team/app.
func (r *fakeRegistry) publishes(t *testing.T, tag string, images ...onePlatform) {
	t.Helper()
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
	for i, is := range images {
		p, err := platform.Parse([]string{is.platform})
		assert.NilError(t, err)
		m := ocispec.Manifest{Config: r.Blob(t, "team/app", ocispec.MediaTypeImageConfig,
			plugintest.Marshalled(t, ocispec.Image{Platform: p[0], Config: is.config}))}
		for _, layer := range is.layers {
			m.Layers = append(m.Layers, r.Blob(t, "team/app", ocispec.MediaTypeImageLayerGzip, layer))
		}
		desc := r.Manifest(t, "team/app", fmt.Sprintf("%s-%d", tag, i), m)
		desc.Platform = &p[0]
		index.Manifests = append(index.Manifests, desc)
	}
	r.Write(t, "team/app", tag, index.MediaType, plugintest.Marshalled(t, index))
}

// blobReads are the requests that a registry has got.
type blobReads struct{ log *plugintest.RequestLog }

// of is how often a layer was asked for.
func (l blobReads) of(layer []byte) int {
	return len(l.log.Matching("GET /v2/team/app/blobs/" + digest.FromBytes(layer).String()))
}

// Of two images the layers that both begin with are not read, and one that both have further up is read once. Nothing
// of it all is kept on disk.
func TestDiffReadsOnceAndKeepsNothing(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	base, top := texts(t, "etc/base", "1"), texts(t, "usr/share/top", "1", "opt/lib.jar", "no archive")
	was, is := texts(t, "app/run", "1", "app/gone", "1"), texts(t, "app/run", "22")
	registry.publishes(t, "1", onePlatform{platform: "linux/amd64", layers: [][]byte{base, was, top}})
	registry.publishes(t, "2", onePlatform{platform: "linux/amd64", layers: [][]byte{base, is, top}})
	name := registry.Host + "/team/app"
	reads := blobReads{registry.Count()}
	out, err := fake.command(t, "diff", name+":1", name+":2")
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(out, "/app/gone") && strings.Contains(out, "/app/run [content]"), out)
	assert.DeepEqual(t, []int{reads.of(base), reads.of(was), reads.of(is), reads.of(top)}, []int{0, 1, 1, 1})
	assert.Equal(t, len(reads.log.Matching("PUT "))+len(reads.log.Matching("POST ")), 0)

	left, err := os.ReadDir(temporary)
	assert.NilError(t, err)
	assert.Equal(t, len(left), 0)
	_, err = os.Stat(fake.Drafts())
	assert.Assert(t, os.IsNotExist(err), "a store was made: %v", err)

	_, err = fake.command(t, "diff", "--all-layers", "--exit-code", name+":1", name+":2")
	assert.Equal(t, ExitCode(err), failure.ExitTests)
	assert.Equal(t, reads.of(base), 1)
}

// A layer that platforms have in common is read once.
func TestDiffOfPlatformsReadsSharedLayersOnce(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	shared := texts(t, "app/site.js", "1")
	registry.publishes(t, "1",
		onePlatform{platform: "linux/amd64", layers: [][]byte{texts(t, "app/run", elfFor(62, "a")), shared}},
		onePlatform{platform: "linux/arm64", layers: [][]byte{texts(t, "app/run", elfFor(183, "b")), shared}},
		onePlatform{platform: "linux/s390x", layers: [][]byte{texts(t, "app/run", elfFor(22, "c")), shared}})
	reads := blobReads{registry.Count()}
	out, err := fake.command(t, "diff", "--exit-code", registry.Host+"/team/app:1")
	assert.NilError(t, err, "%s", out)
	assert.Equal(t, reads.of(shared), 1)
}

// An image whose userland is another platform's has the same bytes as that platform, and is found all the same.
func TestDiffFindsTheUserlandOfAnotherPlatform(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	amd64 := texts(t, "bin/sh", elfFor(62, "sh"), "usr/bin/app", elfFor(62, "app"), "etc/os-release", "ID=x\n",
		"app/prebuilds/linux-x64/node.node", elfFor(62, "napi"))
	registry.publishes(t, "1", onePlatform{platform: "linux/amd64", layers: [][]byte{amd64}},
		onePlatform{platform: "linux/arm64", layers: [][]byte{amd64}})
	out, err := fake.command(t, "diff", "--exit-code", registry.Host+"/team/app:1")
	assert.Equal(t, ExitCode(err), failure.ExitTests, "%s", out)
	assert.Assert(t, strings.Contains(out, "for another machine"), out)
	assert.Assert(t, strings.Contains(out, "/usr/bin/app [machine]") && strings.Contains(out, "/bin/sh [machine]"), out)
	assert.Assert(t, !strings.Contains(out, "prebuilds"), out)
}

// A platform that lacks four fifths of its dependencies is seen at once: packages stand before files.
func TestDiffFindsMissingDependencies(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	with := func(n int) [][]byte {
		var pairs []string
		for i := range n {
			name := fmt.Sprintf("dep%02d", i)
			pairs = append(pairs, "usr/lib/python3/dist-packages/"+name+"-1.dist-info/METADATA",
				"Name: "+name+"\nVersion: 1\n", "usr/lib/python3/dist-packages/"+name+"/__init__.py", "x = 1\n")
		}
		return [][]byte{texts(t, pairs...)}
	}
	registry.publishes(t, "1", onePlatform{platform: "linux/amd64", layers: with(50)},
		onePlatform{platform: "linux/arm64", layers: with(10)})
	out, err := fake.command(t, "diff", "--exit-code", registry.Host+"/team/app:1")
	assert.Equal(t, ExitCode(err), failure.ExitTests)
	assert.Assert(t, strings.Index(out, "PACKAGES") < strings.Index(out, "FILES"), out)
	assert.Assert(t, strings.Contains(out, "dep10 (python)   1   -\n"), out)
	assert.Assert(t, strings.Contains(out, "and 20 more; --no-trunc shows them"), out)
	for line := range strings.Lines(out) {
		assert.Assert(t, len([]rune(line)) <= 81, line)
	}
}

// What is said of a layer by who made it costs no more than what is there.
func TestDiffOfHostileLayers(t *testing.T) {
	raw := func(write func(*tar.Writer)) []byte {
		var out bytes.Buffer
		zip, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
		assert.NilError(t, err)
		write(tar.NewWriter(zip))
		assert.NilError(t, zip.Close())
		return out.Bytes()
	}
	for name, tc := range map[string]struct {
		layer []byte
		says  string
		exit  int
	}{
		"a file larger than all disks": {raw(func(w *tar.Writer) {
			assert.NilError(t, w.WriteHeader(&tar.Header{Name: "a", Size: 1 << 50, Mode: 0o644}))
			_, err := w.Write(make([]byte, 1<<20))
			assert.NilError(t, err)
		}), "bytes when it is decompressed", failure.ExitTests},
		"half a million files": {raw(func(w *tar.Writer) {
			for i := range 500_001 {
				assert.NilError(t, w.WriteHeader(&tar.Header{Name: fmt.Sprint(i), Mode: 0o644}))
			}
		}), "more than 500000 files", failure.ExitTests},
		"a name without end": {raw(func(w *tar.Writer) {
			assert.NilError(t, w.WriteHeader(&tar.Header{Name: strings.Repeat("n", 100_000), Mode: 0o644}))
		}), "is longer than 4096 bytes", failure.ExitIntegrity},
	} {
		t.Run(name, func(t *testing.T) {
			fake, registry := newFakeCLI(t), newFakeRegistry(t)
			registry.publishes(t, "1", onePlatform{platform: "linux/amd64", layers: [][]byte{tc.layer}},
				onePlatform{platform: "linux/arm64", layers: [][]byte{texts(t, "a", "1")}})
			_, err := fake.command(t, "diff", registry.Host+"/team/app:1")
			assert.ErrorContains(t, err, tc.says)
			assert.Equal(t, ExitCode(err), tc.exit)
		})
	}
}

// Who is told to stop stops while a layer comes in.
func TestDiffIsInterrupted(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	layer := texts(t, "a", "1")
	registry.publishes(t, "1", onePlatform{platform: "linux/amd64", layers: [][]byte{layer}},
		onePlatform{platform: "linux/arm64", layers: [][]byte{texts(t, "a", "2")}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	registry.Intercept(func(w http.ResponseWriter, request *http.Request) bool {
		if !strings.HasSuffix(request.URL.Path, digest.FromBytes(layer).String()) {
			return false
		}
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush() //nolint:forcetypeassert // it is that of net/http
		cancel()
		<-request.Context().Done()
		return true
	})
	root := rootCommandUntil(ctx, t, fake)
	root.SetArgs([]string{"multiplat", "diff", registry.Host + "/team/app:1"})
	err := root.ExecuteContext(ctx)
	assert.Assert(t, err != nil)
	assert.Equal(t, ExitCode(err), failure.ExitInterrupted, "%v", err)
}

// Platforms that are not the same app are told of when they are merged, and refused where they have to be.
func TestMergeDeepTellsOtherApps(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	metadata := func(name string) []string {
		return []string{"lib/" + name + "-1.dist-info/METADATA", "Name: " + name + "\nVersion: 1\n"}
	}
	registry.publishes(t, "a", onePlatform{
		platform: "linux/amd64", config: ocispec.ImageConfig{Cmd: []string{"/app"}},
		layers: [][]byte{texts(t, append(metadata("left"), metadata("right")...)...)},
	}, onePlatform{platform: "linux/arm64", layers: [][]byte{texts(t, metadata("left")...)}})
	name := registry.Host + "/team/app"
	merge := []string{"merge", "--deep", "--allow-untested", "--progress", "plain", "-t", name + ":1", name + ":a"}
	_, err := fake.command(t, append(merge, "--require-parity", "--allow-difference", "cmd")...)
	assert.Equal(t, ExitCode(err), failure.ExitTests)
	assert.ErrorContains(
		t,
		err,
		"linux/arm64 of "+name+":a: audit: not the same app as linux/amd64; it lacks 1 of 2 packages: right",
	)
	assert.Equal(t, string(registry.DigestAt(t, "team/app", "1")), "")

	_, err = fake.command(
		t,
		append(merge, "--require-parity", "--allow-difference", "cmd", "--allow-difference", "right")...)
	assert.Assert(t, err == nil || !strings.Contains(err.Error(), "same app"), "%v", err)
}

func TestParityRefusals(t *testing.T) {
	folder := plugintest.BuildContext(t)
	assertRefused(t, []refusal{
		{
			"a pattern that is none",
			[]string{"build", "-t", "app:1", "--allow-difference", "lib[", folder},
			[]string{`--allow-difference "lib["`, "such as nvidia-*"},
		},
		{
			"parity of what is not looked into",
			[]string{"merge", "-t", "app:1", "--require-parity", "app:2"},
			[]string{"--require-parity is for --deep"},
		},
		{
			"a difference of what is not looked into",
			[]string{"merge", "-t", "app:1", "--allow-difference", "size", "app:2"},
			[]string{`--allow-difference "size" is for --deep`},
		},
	})
}
