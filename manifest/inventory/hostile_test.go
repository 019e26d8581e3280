package inventory_test

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"hash/crc32"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// read reads an image of one layer within a time that no honest one of its size needs.
func read(t *testing.T, entries ...entry) (*inventory.Inventory, error) {
	t.Helper()
	in := newImages(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return inventory.Reader{Provider: in.store}.Read(ctx, in.image(archive(t, entries...)))
}

// directory is the directory of a zip archive whose entries are all the one text.
func directory(t *testing.T, name func(i int) string, entries int, text []byte) string {
	t.Helper()
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	assert.NilError(t, err)
	_, err = w.Write(text)
	assert.NilError(t, err)
	assert.NilError(t, w.Close())
	le := binary.LittleEndian
	head := func(sign uint32, made ...uint16) []byte { // up to the sizes, as both kinds of heads have it
		b := le.AppendUint32(nil, sign)
		for _, v := range append(made, 20, 0, 8, 0, 0) {
			b = le.AppendUint16(b, v)
		}
		b = le.AppendUint32(b, crc32.ChecksumIEEE(text))
		b = le.AppendUint32(b, uint32(packed.Len()))
		return le.AppendUint32(b, uint32(len(text)))
	}
	var out bytes.Buffer
	out.Write(le.AppendUint32(head(0x04034b50), 0)) // no name
	out.Write(packed.Bytes())
	at := out.Len()
	for i := range entries {
		out.Write(le.AppendUint32(head(0x02014b50, 20), uint32(len(name(i)))))
		out.Write(make([]byte, 14))
		out.WriteString(name(i))
	}
	end := le.AppendUint32(nil, 0x06054b50)
	end = append(end, make([]byte, 4)...)
	end = le.AppendUint16(end, uint16(entries%(1<<16)))
	end = le.AppendUint16(end, uint16(entries%(1<<16)))
	end = le.AppendUint32(end, uint32(out.Len()-at))
	end = le.AppendUint32(end, uint32(at))
	out.Write(append(end, 0, 0))
	return out.String()
}

// The packages of rpm's own database do not lie over each other.
func TestSlotsOfOnePackage(t *testing.T) {
	const slots, page = 250, 4096
	le := binary.LittleEndian
	body := append([]byte("RpmP"), make([]byte, page-4)...)
	le.PutUint32(body[12:], 1)
	for i := range slots {
		slot := body[32+16*i:]
		if 32+16*i+16 > page {
			break
		}
		copy(slot, "Slot")
		le.PutUint32(slot[8:], page/16)
	}
	header := make([]byte, 1<<20)
	blob := append([]byte("BlbS"), make([]byte, 12)...)
	le.PutUint32(blob[12:], uint32(len(header)))
	found, err := read(t, file("usr/lib/sysimage/rpm/Packages.db", string(body)+string(blob)+string(header)))
	assert.NilError(t, err)
	assert.DeepEqual(t, found.Unknown, []string{"usr/lib/sysimage/rpm/Packages.db"})
}

// A hard link may lead to a file of a layer below.
func TestHardLinkIntoLayerBelow(t *testing.T) {
	in := newImages(t)
	is := in.image(archive(t, file("etc/a", "1"), file("etc/b", "22")), archive(t, file("etc/.wh.b", "")),
		archive(t, hardlink("etc/c", "etc/a"), hardlink("etc/d", "etc/b")))
	found, err := inventory.Reader{Provider: in.store}.Read(t.Context(), is)
	assert.NilError(t, err)
	assert.Assert(t, named(found, "etc/c") != nil)
	assert.Equal(t, named(found, "etc/c").Sum, named(found, "etc/a").Sum)
	assert.Assert(t, named(found, "etc/d") == nil, "what is removed below is not there")
}
