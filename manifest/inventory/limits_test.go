//go:build !race

// What these show is how much is read of what is large on purpose, by one goroutine: the race detector would see nothing
// and take minutes. make test-unit runs them without it.

package inventory_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// A program full of the sign that begins Go's build information costs no more than to read it.
func TestLimitsOfSignsOfGo(t *testing.T) {
	found, err := read(t, program("app", "\x7fELF"+strings.Repeat("\xff Go buildinf:", 2<<20)))
	assert.NilError(t, err)
	assert.Equal(t, len(found.Packages), 0)
}

// A Java archive whose directory would fill the memory is known by its name alone.
func TestLimitsOfADirectory(t *testing.T) {
	manifest := []byte("Implementation-Version: 9\n")
	name := func(i int) string {
		if i == 0 {
			return "META-INF/MANIFEST.MF"
		}
		return fmt.Sprintf("%08d", i)
	}
	found, err := read(t, file("few-1.jar", directory(t, name, 1000, manifest)),
		file("many-1.jar", directory(t, name, 300_000, manifest)))
	assert.NilError(t, err)
	assert.Equal(t, len(found.Packages), 2)
	assert.Equal(t, found.Packages[0].Version, "9")
	assert.Equal(t, found.Packages[1].Version, "1", "its directory was read")
}

// What stands in archives counts as what stands in the layer: one text may not be read a thousand times.
func TestLimitsOfOneTextManyTimes(t *testing.T) {
	text := append([]byte("artifactId=a\nversion=1\n#"), bytes.Repeat([]byte{'x'}, 1<<20-100)...)
	found, err := read(t, file("a-1.jar", directory(t, func(i int) string {
		return fmt.Sprintf("META-INF/maven/%05d/pom.properties", i)
	}, 5000, text)))
	assert.NilError(t, err)
	assert.Assert(t, len(found.Packages) > 0 && len(found.Packages) < 100, "%d", len(found.Packages))
}

// A few bytes cannot become more than the machine has.
func TestLimitsOfNames(t *testing.T) {
	many := make([]entry, 0, 20_000)
	for i := range cap(many) {
		many = append(many, file(fmt.Sprintf("%d/%s", i, strings.Repeat("n", 3500)), ""))
	}
	in := newImages(t)
	_, err := inventory.Reader{Provider: in.store}.Read(t.Context(), in.image(archive(t, many...)))
	assert.ErrorIs(t, err, inventory.ErrLimit)
	assert.ErrorContains(t, err, "bytes of names")
}

// What layers unpack to is counted over all of an image.
func TestLimitsOfLayersTogether(t *testing.T) {
	in := newImages(t)
	_, err := inventory.Reader{Provider: in.store}.Read(t.Context(), in.image(
		hugeFile(t, 'Z', 6001), hugeFile(t, 'Z', 6002), hugeFile(t, 'Z', 6003)))
	assert.ErrorIs(t, err, inventory.ErrLimit)
	assert.ErrorContains(t, err, "when it is decompressed")
}

// What reads a layer is not kept until the last one is read.
func TestLimitsOfWindows(t *testing.T) {
	in := newImages(t)
	var layers [][]byte
	for i := range 40 {
		layers = append(layers, hugeFile(t, tar.TypeReg, 1+i))
	}
	image := in.image(layers...)
	var after runtime.MemStats
	most := uint64(0)
	_, err := inventory.Reader{Provider: in.store, Skip: func(digest.Digest) bool {
		runtime.GC()
		runtime.ReadMemStats(&after)
		most = max(most, after.HeapAlloc)
		return false
	}}.Read(t.Context(), image)
	assert.NilError(t, err)
	assert.Check(t, most < 150<<20, "%d MB", most>>20)
}

// What packages call themselves is kept, and bounded as the names of files are.
func TestLimitsOfNamesOfPackages(t *testing.T) {
	var entries []entry
	for i := range 70 {
		entries = append(entries, file(fmt.Sprintf("lib/%d.dist-info/METADATA", i),
			"Name: "+strings.Repeat("n", 1<<20)+"\nVersion: 1\n"))
	}
	_, err := read(t, entries...)
	assert.ErrorIs(t, err, inventory.ErrLimit)
	assert.ErrorContains(t, err, "bytes of names")
}

// A list of a million packages is not made to be counted.
func TestLimitsOfListsOfPackages(t *testing.T) {
	for path, paragraph := range map[string]string{
		"var/lib/dpkg/status":  "Package: a\nStatus: install ok installed\nVersion: 1\n\n",
		"lib/apk/db/installed": "P:a\nV:1\n\n",
	} {
		var tellers inventory.Tellers
		text := strings.Repeat(paragraph, 1_000_000)
		teller := tellers.Of(&inventory.File{Path: path, Size: int64(len(text))})
		_, err := teller.Write([]byte(text))
		assert.NilError(t, err)
		list, known := teller.Packages()
		assert.Check(t, known)
		assert.Equal(t, len(list), 100_001, path)
		tellers.Close()
	}
}
