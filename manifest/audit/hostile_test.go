package audit

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// deepChain is n links that stand for 2,040 folders each, one after the other, and a file behind them.
func deepChain(n int) []item {
	var items []item
	path := ""
	for range n {
		items = append(items, link(path+"l", strings.Repeat("a/", 2040)))
		path += "l/"
	}
	return append(items, data(path+"file", nil))
}

// longPaths is n paths of 4 KB that have no folder in common.
func longPaths(n int) []item {
	var items []item
	for i := range n {
		items = append(items, data(fmt.Sprintf("%d/", i)+strings.Repeat("a/", 2040)+"f", nil))
	}
	return items
}

// chainedLinks is 39 links that go one through the other over 2,000 names, and n entries through them.
func chainedLinks(n int) []item {
	var items []item
	for i := range 39 {
		items = append(items, link(fmt.Sprintf("l%d", i), strings.Repeat("./../", 800)+fmt.Sprintf("l%d", i+1)))
	}
	items = append(items, dir("l39"))
	for i := range n {
		items = append(items, link(fmt.Sprintf("l0/f%d", i), "x"))
	}
	return items
}

// longLinks is n links with targets of 4 KB.
func longLinks(layer, n int) []item {
	var items []item
	for i := range n {
		items = append(items, link(fmt.Sprintf("%d-%d", layer, i), strings.Repeat("a", 4000)))
	}
	return items
}

// manySets is n foreign files in a folder named after their architecture, beside other folders with a file.
func manySets(tb testing.TB, n, folders int) []item {
	tb.Helper()
	foreign := x86().bytes(tb)
	var items []item
	for i := range n {
		items = append(items, exe(fmt.Sprintf("s/x86_64/f%d", i), foreign))
	}
	for i := range folders {
		items = append(items, data(fmt.Sprintf("s/d%d/g", i), nil))
	}
	return items
}

// manyNeeds is n programs that need 500 libraries each.
func manyNeeds(tb testing.TB, n int) []item {
	tb.Helper()
	var needed []string
	for i := range 500 {
		needed = append(needed, fmt.Sprintf("l%d.so", i))
	}
	items := []item{data("foreign", x86().bytes(tb))}
	for i := range n {
		items = append(items, exe(fmt.Sprintf("p%d", i), arm64().dynamic("", needed...).bytes(tb)))
	}
	return items
}

// programs is n programs of the platform itself.
func programs(tb testing.TB, layer, n int) []item {
	tb.Helper()
	body := arm64().bytes(tb)
	var items []item
	for i := range n {
		items = append(items, exe(fmt.Sprintf("%d-%d", layer, i), body))
	}
	return items
}

// zeros is a zstd frame of some bytes and then a number of blocks of 128 KiB of zeros, of which each takes four bytes.
func zeros(front []byte, blocks int) []byte {
	const raw, repeated, size = 0, 1, 128 << 10
	out := bytes.NewBuffer([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 10 << 3})
	block := func(kind, size uint32, last uint32, body ...byte) {
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

// hugeFile is a layer of one file of zeros.
func hugeFile(tb testing.TB, blocks int) []byte {
	tb.Helper()
	var head bytes.Buffer
	archive := tar.NewWriter(&head)
	assert.NilError(tb, archive.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: "zeros", Mode: 0o644, Size: int64(blocks) << 17, Format: tar.FormatGNU,
	}))
	return zeros(head.Bytes(), blocks+1)
}

func hostile(items []item) func(*testing.T) image {
	return func(t *testing.T) image {
		t.Helper()
		return image{layers: [][]byte{zipped(t, layerOf(t, items...))}}
	}
}
