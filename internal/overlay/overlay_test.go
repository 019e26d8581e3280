package overlay

import (
	"archive/tar"
	"io/fs"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// headerOf reads an entry: NAME=CONTENT, FOLDER/, LINK->TARGET or HARDLINK=>TARGET.
func headerOf(text string) (h tar.Header, content string) {
	if name, target, ok := strings.Cut(text, "=>"); ok {
		return tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: target, Mode: 0o644}, ""
	}
	if name, target, ok := strings.Cut(text, "->"); ok {
		return tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}, ""
	}
	if name, content, ok := strings.Cut(text, "="); ok {
		return tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644}, content
	}
	return tar.Header{Typeflag: tar.TypeDir, Name: text, Mode: 0o755}, ""
}

// laid lays layers over each other, each the text of its entries, and says what is seen in the same words.
func laid(t *testing.T, layers ...string) string {
	t.Helper()
	tree, contents := New(), [][]string{}
	for _, layer := range layers {
		l, of := tree.Begin(), []string{}
		for entry := range strings.FieldsSeq(layer) {
			h, content := headerOf(entry)
			item, err := ItemOf(&h)
			assert.NilError(t, err)
			assert.NilError(t, l.Take(item))
			of = append(of, content)
		}
		tree.Lay(l)
		contents = append(contents, of)
	}
	var seen []string
	for name, e := range tree.All() {
		switch e.Mode.Type() {
		case fs.ModeDir:
			name += "/"
		case fs.ModeSymlink:
			name += "->" + tree.Target(e)
		default:
			name += "=" + contents[e.Layer][e.Place]
		}
		seen = append(seen, name)
	}
	return strings.Join(seen, " ")
}

// What is seen is what engines show: Docker 29.9.0, with both of its stores, see TestLayersAsEnginesShowThem of e2e.
func TestLayersAsEnginesShowThem(t *testing.T) {
	const usr = "usr/ usr/bin/ usr/bin/sh=old bin->usr/bin"
	for _, tc := range []struct {
		name   string
		layers []string
		want   string
	}{
		{"below a link of a layer below", []string{usr, "bin/sh=new"}, "bin/ bin/sh=new usr/ usr/bin/ usr/bin/sh=old"},
		{"below a link of its own", []string{usr + " bin/more=1"}, "bin->usr/bin usr/ usr/bin/ usr/bin/more=1 usr/bin/sh=old"},
		{"a folder for a link", []string{usr, "bin/ bin/sh=1"}, "bin/ bin/sh=1 usr/ usr/bin/ usr/bin/sh=old"},
		{"below a link out of the root", []string{usr + " up->/../usr up/z=1"}, "bin->usr/bin up->/../usr usr/ usr/bin/ usr/bin/sh=old usr/z=1"},
		{"below a link to nothing", []string{"l->made/deep l/x=1"}, "l->made/deep made/ made/deep/ made/deep/x=1"},
		{"below a link to nothing, below", []string{"l->made/deep", "l/x=1"}, "l/ l/x=1"},
		{"through a folder below", []string{"u/b/old=1", "l->u/b l/n=2"}, "l->u/b u/ u/b/ u/b/n=2 u/b/old=1"},
		{"through a link below", []string{"u/b/old=1 v->u", "l->v/b l/n=2"}, "l->v/b u/ u/b/ u/b/old=1 v/ v/b/ v/b/n=2"},
		{"a folder entry on a link", []string{"u/ l->u l/ l/x=1"}, "l/ l/x=1 u/"},
		{"folders below a link", []string{"u/ l->u l/s/ l/s/x=1"}, "l->u u/ u/s/ u/s/x=1"},
		{"a link between folders", []string{"real/a=1", "real->other other/", "real/b=2"}, "other/ real/ real/b=2"},
		{"a file below a file", []string{"a=1", "a/b=2"}, "a/ a/b=2"},
		{"a file for a folder", []string{"a/ a/b=1", "a=2"}, "a=2"},
		{"a file for a folder of its own", []string{"a/ a/b=1 a=2"}, "a=2"},
		{"a folder for a file", []string{"a=1", "a/ a/b=2"}, "a/ a/b=2"},
		{"a link for a folder", []string{"a/b=1", "a->c"}, "a->c"},
		{"a file for a link", []string{"c=1 a->c a=2"}, "a=2 c=1"},
		{"a name that comes twice", []string{"a=1 k=>a a=2 ./a=3"}, "a=3 k=1"},
		{"a hard link", []string{usr + " hard=>bin/sh"}, "bin->usr/bin hard=old usr/ usr/bin/ usr/bin/sh=old"},
		{"a hard link that leads out", []string{"a=1 b=>../../a c=>/a"}, "a=1 b=1 c=1"},
		{"a hard link to what is removed", []string{usr, "usr/bin/.wh.sh= hard=>usr/bin/sh"}, "bin->usr/bin usr/ usr/bin/"},
		{"a whiteout", []string{"x/a=1", "x/.wh.a="}, "x/"},
		{"a whiteout, and a file", []string{"x/a=1", "x/.wh.a= x/a=2"}, "x/ x/a=2"},
		{"a whiteout, and the folder again", []string{"x/d/a=1", "x/.wh.d= x/d/ x/d/b=2"}, "x/ x/d/ x/d/a=1 x/d/b=2"},
		{"a whiteout, and a link", []string{"x/d/a=1 y/b=2", "x/.wh.d= x/d->../y"}, "x/ x/d->../y y/ y/b=2"},
		{"a whiteout below a link below", []string{usr, "bin/.wh.sh="}, "bin/ usr/ usr/bin/ usr/bin/sh=old"},
		{"a whiteout below a link of its own", []string{"u/a=1", "l->u l/.wh.a="}, "l->u u/"},
		{"a whiteout of a link", []string{usr, ".wh.bin="}, "usr/ usr/bin/ usr/bin/sh=old"},
		{"a whiteout of nothing", []string{"a=1", "q/.wh.b="}, "a=1 q/"},
		{"a whiteout, and the folder later", []string{"x/d/a=1", "x/.wh.d=", "x/d/b=2"}, "x/ x/d/ x/d/b=2"},
		{"a folder that is emptied", []string{"x/a=1", "x/b=2 x/.wh..wh..opq="}, "x/ x/b=2"},
		{"a folder that is emptied first", []string{"x/a=1", "x/.wh..wh..opq= x/b=2"}, "x/ x/b=2"},
		{"a deep folder", []string{"x/y/a=1", "x/y/c=3 x/.wh..wh..opq="}, "x/ x/y/ x/y/c=3"},
		{"emptied below a link below", []string{usr, "bin/.wh..wh..opq="}, "bin/ usr/ usr/bin/ usr/bin/sh=old"},
		{"emptied below a link of its own", []string{"u/a=1", "l->u l/.wh..wh..opq="}, "l->u u/"},
		{"a root that is emptied", []string{"x/a=1", ".wh..wh..opq= b=2"}, "b=2 x/ x/a=1"},
		{"emptied twice", []string{"x/a=1", "x/.wh..wh..opq=", "x/c=3"}, "x/ x/c=3"},
		{"emptied, and was a file", []string{"x=1", "x/.wh..wh..opq="}, "x/"},
		{"aufs", []string{"a=1", ".wh..wh.plnk= .wh..wh.aufs=1"}, "a=1"},
		{"names that lead out", []string{"../../a=1 /b/ b/../c=2"}, "a=1 b/ c=2"},
		{"a folder named as a whiteout", []string{"x/d/a=1", "x/.wh.d/ x/.wh.d/f=1"}, "x/ x/.wh.d/ x/.wh.d/f=1"},
	} {
		assert.Check(t, laid(t, tc.layers...) == tc.want, "%s: %q, not %q", tc.name, laid(t, tc.layers...), tc.want)
	}
}

// What engines with overlayfs refuse is as others have it.
func TestLayersThatEnginesRefuse(t *testing.T) {
	const usr = "usr/ usr/bin/ usr/bin/sh=old bin->usr/bin"
	for _, tc := range []struct {
		name   string
		layers []string
		want   string
	}{
		{"a file below a file of its own", []string{"a=1 a/b=2"}, "a/ a/b=2"},
		{"a hard link into a layer below", []string{usr, "hard=>bin/sh"}, "bin->usr/bin hard=old usr/ usr/bin/ usr/bin/sh=old"},
		{"a hard link to nothing", []string{"a=1 b=>c"}, "a=1"},
		{"a hard link to a folder", []string{"a/b=1 c=>a"}, "a/ a/b=1"},
		{"a hard link, and a whiteout of it", []string{"a=1", "b=>a .wh.a="}, "b=1"},
		{"a whiteout of what is newer", []string{"x/a=1", "x/a=2 x/.wh.a="}, "x/ x/a=2"},
		{"a whiteout of a newer folder", []string{"x/d/a=1", "x/d/b=2 x/.wh.d="}, "x/ x/d/ x/d/b=2"},
		{"a whiteout, and a file in the folder", []string{"x/d/a=1", "x/.wh.d= x/d/b=2"}, "x/ x/d/ x/d/b=2"},
	} {
		assert.Check(t, laid(t, tc.layers...) == tc.want, "%s: %q, not %q", tc.name, laid(t, tc.layers...), tc.want)
	}
}

// Nor do they follow links without end.
func TestLinksWithoutEnd(t *testing.T) {
	l := New().Begin()
	for _, text := range []string{"l->m", "m->l"} {
		h, _ := headerOf(text)
		item, err := ItemOf(&h)
		assert.NilError(t, err)
		assert.NilError(t, l.Take(item))
	}
	assert.ErrorIs(t, l.Take(Item{Kind: File, Name: "l/n"}), ErrLimit)
}

// The header that is for all files of an archive is none of them, and a device 0:0 is a whiteout of overlayfs itself.
func TestEntriesThatAreNoFile(t *testing.T) {
	for kind, want := range map[byte]Kind{tar.TypeXGlobalHeader: Nothing, tar.TypeChar: Whiteout, tar.TypeBlock: File} {
		item, err := ItemOf(&tar.Header{Typeflag: kind, Name: "app"})
		assert.NilError(t, err)
		assert.Equal(t, item.Kind, want)
	}
}

// Names of one file have the mode and the owner of the last of them, and a folder without an entry those of the layer
// below.
func TestModesOfWhatIsThere(t *testing.T) {
	tree := New()
	for _, headers := range [][]tar.Header{
		{
			{Typeflag: tar.TypeReg, Name: "d/a", Mode: 0o644},
			{Typeflag: tar.TypeLink, Name: "b", Linkname: "d/a", Mode: 0o4755, Uid: 7},
			{Typeflag: tar.TypeDir, Name: "d", Mode: 0o700, Uid: 9},
		},
		{{Typeflag: tar.TypeReg, Name: "d/c", Mode: 0o644}},
	} {
		l := tree.Begin()
		for _, h := range headers {
			item, err := ItemOf(&h)
			assert.NilError(t, err)
			assert.NilError(t, l.Take(item))
		}
		tree.Lay(l)
	}
	for name, want := range map[string]struct {
		mode  string
		owner int32
	}{"d/a": {"urwxr-xr-x", 7}, "b": {"urwxr-xr-x", 7}, "d": {"drwx------", 9}} {
		e, err := tree.Find(name, false)
		assert.NilError(t, err)
		assert.Check(t, e.Mode.String() == want.mode && e.UID == want.owner, "%s: %s %d", name, e.Mode, e.UID)
	}
}

// A whiteout that names no file would hide the folder it is in, or one above: engines do not unpack it. Nor has a file
// system a name of so many folders, which would be looked up for minutes.
func TestNamesThatAreRefused(t *testing.T) {
	for _, name := range []string{".wh.", "a/.wh..", "usr/bin/.wh..."} {
		_, err := ItemOf(&tar.Header{Typeflag: tar.TypeReg, Name: name})
		assert.ErrorContains(t, err, "of no file")
	}
	long := strings.Repeat("d/", 10_000)
	for _, i := range []Item{{Kind: File, Name: long + "app"}, {Kind: Symlink, Name: "l", Target: long}} {
		assert.ErrorContains(t, New().Begin().Take(i), "is longer than 4096 bytes")
	}
}
