package inventory_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/fold"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// named is the file of a path; nil: there is none.
func named(found *inventory.Inventory, path string) *inventory.File {
	at, ok := slices.BinarySearchFunc(found.Files, path, func(f *inventory.File, path string) int {
		return strings.Compare(f.Path, path)
	})
	if !ok {
		return nil
	}
	return found.Files[at]
}

func pathsOf(found *inventory.Inventory) (paths []string) {
	for _, f := range found.Files {
		paths = append(paths, f.Path)
	}
	return paths
}

// The files are those that a container would see.
func TestLayersLieOverEachOther(t *testing.T) {
	in := newImages(t)
	is := in.image(
		archive(t, folder("etc"), file("etc/a", "1"), file("etc/b", "1"), folder("opt"), file("opt/x/old", "1"),
			file("srv", "a file"), symlink("link", "etc"), folder("was"), file("was/inside", "1")),
		archive(t, file("etc/.wh.a", ""), file("opt/.wh..wh..opq", ""), file("opt/x/new", "2"), file("srv/now", "2"),
			file("etc/b", "22"), file("was", "now a file"), hardlink("etc/c", "etc/b"), file("./.wh..wh.plnk", "")),
	)
	found, err := inventory.Reader{Provider: in.store}.Read(t.Context(), is)
	assert.NilError(t, err)
	assert.DeepEqual(t, pathsOf(found),
		[]string{"etc", "etc/b", "etc/c", "link", "opt", "opt/x", "opt/x/new", "srv", "srv/now", "was"})
	assert.Equal(t, named(found, "srv").Kind, inventory.Folder)
	assert.Equal(t, named(found, "etc/c").Sum, named(found, "etc/b").Sum)
	assert.Equal(t, named(found, "etc/b").Size, int64(2))
	assert.Equal(t, named(found, "link").Target, "etc")
}

// A layer that is cut or is not what its digest says is damaged, and never read as less.
func TestDamagedLayers(t *testing.T) {
	whole := archive(t, file("a", strings.Repeat("x", 100_000)), file("b", "1"))
	for name, body := range map[string][]byte{
		"cut":   whole[:len(whole)/2],
		"wrong": append(slices.Clone(whole[:len(whole)-9]), 0, 0, 0, 0, 0, 0, 0, 0, 0),
	} {
		t.Run(name, func(t *testing.T) {
			in := newImages(t)
			_, err := inventory.Reader{Provider: in.store}.Read(t.Context(), in.image(body))
			assert.ErrorIs(t, err, inventory.ErrLayer)
		})
	}
}

// zeros is a zstd frame of a front, and then so many blocks of 128 KiB of zeros that take four bytes each; whoever reads
// it needs a window of 8 MiB.
func zeros(front []byte, blocks int) []byte {
	const raw, repeated, size = 0, 1, 128 << 10
	out := bytes.NewBuffer([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 13 << 3})
	block := func(kind, size, last uint32, body ...byte) {
		var head [4]byte
		binary.LittleEndian.PutUint32(head[:], last|kind<<1|size<<3)
		out.Write(head[:3])
		out.Write(body)
	}
	block(raw, uint32(len(front)), 0, front...)
	for range blocks {
		block(repeated, size, 0, 0)
	}
	block(raw, 0, 1)
	return out.Bytes()
}

// hugeFile is a layer of one file of zeros; one of an unknown kind is passed by.
func hugeFile(tb testing.TB, kind byte, blocks int) []byte {
	tb.Helper()
	var head bytes.Buffer
	assert.NilError(tb, tar.NewWriter(&head).WriteHeader(&tar.Header{
		Typeflag: kind, Name: "zeros", Mode: 0o644, Size: int64(blocks) << 17, Format: tar.FormatGNU,
	}))
	return zeros(head.Bytes(), blocks+1)
}

// What one side is known to share is not read.
func TestSkip(t *testing.T) {
	in := newImages(t)
	base, own := archive(t, file("base", "1")), archive(t, file("own", "2"))
	is := in.image(base, own)
	reader := inventory.Reader{
		Provider: in.store, Skip: func(layer digest.Digest) bool { return layer == digest.FromBytes(base) },
	}
	found, err := reader.Read(t.Context(), is)
	assert.NilError(t, err)
	assert.DeepEqual(t, pathsOf(found), []string{"own"})
	assert.DeepEqual(t, found.Unread, []digest.Digest{digest.FromBytes(base)})
}

// Texts that differ in the name of the machine have one folded hash.
func TestFoldedTexts(t *testing.T) {
	in := newImages(t)
	reader := inventory.Reader{Provider: in.store, Fold: fold.New().Text}
	var sums [][32]byte
	for _, triplet := range []string{"x86_64-linux-gnu", "arm-linux-gnueabihf", "s390x-linux-gnu"} {
		is := in.image(archive(t, file("etc/ld.so.conf.d/x.conf", "/usr/lib/"+triplet+"\n")))
		found, err := reader.Read(t.Context(), is)
		assert.NilError(t, err)
		f := named(found, "etc/ld.so.conf.d/x.conf")
		assert.Assert(t, f.Folded != nil)
		sums = append(sums, *f.Folded)
	}
	assert.Equal(t, sums[0], sums[1])
	assert.Equal(t, sums[0], sums[2])
}

// Who reads can be told to stop.
func TestCancelled(t *testing.T) {
	in := newImages(t)
	is := in.image(archive(t, file("a", string(bytes.Repeat([]byte{1}, 1<<20)))))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := inventory.Reader{Provider: in.store}.Read(ctx, is)
	assert.Assert(t, err != nil && errors.Is(err, ctx.Err()))
}

// What tells of packages is told of as it is seen: below a link of another layer it is another file, and one that comes
// twice tells what it says last.
func TestPackagesOfWhatIsSeen(t *testing.T) {
	const list = "var/lib/dpkg/status"
	in, one := newImages(t), "Package: one\nStatus: install ok installed\nVersion: 1\n"
	is := in.image(
		archive(t, file(list, one), file(list, "")),
		archive(t, file("lib/apk/db/installed", "P:two\nV:1\n"), symlink("db", "lib/apk/db")),
		archive(t, file("db/installed", "")),
	)
	found, err := inventory.Reader{Provider: in.store}.Read(t.Context(), is)
	assert.NilError(t, err)
	assert.Equal(t, len(found.Packages), 1)
	assert.Equal(t, found.Packages[0].Name, "two")
	assert.Equal(t, named(found, "db").Kind, inventory.Folder)
}
