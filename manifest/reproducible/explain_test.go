package reproducible_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/reproducible"
)

// causesOf are the causes of a difference, with the paths in an archive.
func causesOf(a, b []byte) []string {
	var causes []string
	for _, f := range reproducible.Explain(a, b) {
		causes = append(causes, string(f.Cause)+f.Path)
	}
	return causes
}

func TestExplainText(t *testing.T) {
	for _, tc := range []struct {
		name, a, b string
		want       []string
	}{
		{"date", "built on Sat Nov 28 09:36:17 UTC 2026\n", "built on Sat Nov 28 09:37:20 UTC 2026\n", []string{"time"}},
		{"day", "Fri Nov 27 09:36:17 UTC 2026", "Sat Nov 28 09:36:17 UTC 2026", []string{"time"}},
		{"ISO", `{"at":"2026-11-28T09:36:17Z","v":1}`, `{"at":"2026-11-28T09:36:18Z","v":1}`, []string{"time"}},
		{"ISO with fraction", "at=2026-11-28T09:36:17.123Z", "at=2026-11-28T09:36:17.5Z", []string{"time"}},
		{"date alone", "release 2026-11-27", "release 2026-11-28", []string{"time"}},
		{"seconds", "BUILD=1795858577", "BUILD=1795858578", []string{"time"}},
		{"milliseconds", "stamp: 1795858577123", "stamp: 1795858578001", []string{"time"}},
		{"stamp in a name", "app-20261128093617.tar", "app-20261128093618.tar", []string{"time"}},
		{"ls", "-rw-r--r-- 1 root root 5 Nov 28 09:36 a", "-rw-r--r-- 1 root root 5 Nov 28 09:37 a", []string{"time"}},
		{"log", "28/Nov/2026:09:36:17 +0000", "28/Nov/2026:09:36:18 +0000", []string{"time"}},
		{"lines in another order", "a\nb\nc\n", "b\nc\na\n", []string{"order"}},
		{"words in another order", "files: a b c\nend\n", "files: c a b\nend\n", []string{"order"}},
		{"list in another order", `["x","y"]`, `["y","x"]`, []string{"order"}},
		{"build path", "from /tmp/tmp.Ab3dEf/src", "from /tmp/tmp.Zy9xWv/src", []string{"path"}},
		{"build path of a flag", "cc -I/tmp/build-1/inc", "cc -I/tmp/build-22/inc", []string{"path"}},
		{"path in a URL", "file:///tmp/a1/x", "file:///tmp/b2/x", []string{"path"}},
		{"uuid", "3b241101-e2bb-4255-8caf-4136c566a962", "7f9c24e8-3b12-4ef7-9f0a-0c6b1f3f7d11", []string{"id"}},
		{"hex in a word", "id:9f86d081884c7d65", "id:60303ae22b998861", []string{"id"}},
		{"random letters", "token kJ8dnq2Lx", "token Pq0Zm4TrA", []string{"id"}},
		{"two causes", "2026-11-28\nid 9f86d081884c7d65\n", "2026-11-27\nid 60303ae22b998861\n", []string{"time", "id"}},
		{"twice the same cause", "2026-11-28\n2026-11-28", "2026-11-27\n2026-11-27", []string{"time"}},
		{"another line among others", "a\nb\n2026-11-27\n", "b\na\n2026-11-28\n", []string{"time"}},
		{"one line more", "a\nb\n", "a\n", []string{"other"}},
		{"other words", "hello", "world", []string{"other"}},
		{"a number", "size 10", "size 12", []string{"other"}},
		{"no time: numbers far apart", "n 1000000001", "n 4000000000", []string{"id"}},
		{"the last line's end", "a\n", "a", []string{"other"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.DeepEqual(t, causesOf([]byte(tc.a), []byte(tc.b)), tc.want)
		})
	}
}

// What a finding says can be looked up.
func TestExplainSaysWhere(t *testing.T) {
	found := reproducible.Explain([]byte("app\nbuilt 09:36:17\n"), []byte("app\nbuilt 09:37:20\n"))
	assert.DeepEqual(t, found, []reproducible.Finding{
		{Cause: reproducible.Time, Detail: `line 2: "09:36:17", "09:37:20"`},
	})
}

// elf is the beginning of a program, with something in it.
func elf(inside string) []byte {
	return append([]byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x02"), inside...)
}

func TestExplainBinary(t *testing.T) {
	const pyc = "\xcb\x0d\r\n\x00\x00\x00\x00"
	for _, tc := range []struct {
		name string
		a, b []byte
		want []string
	}{
		{
			"build id", elf("\x04\x00\x00\x00\x14\x00\x00\x00\x03\x00\x00\x00GNU\x00\x01\x02\x03\x04"),
			elf("\x04\x00\x00\x00\x14\x00\x00\x00\x03\x00\x00\x00GNU\x00\x31\x32\x33\x34"),
			[]string{"id"},
		},
		{"path", elf("\x00/tmp/go-build12/b001\x00\x01"), elf("\x00/tmp/go-build97/b001\x00\x01"), []string{"path"}},
		{"date", elf("\x00Nov 28 2026 09:36:17\x00"), elf("\x00Nov 28 2026 09:36:18\x00"), []string{"time"}},
		{"seconds", elf("\x00\x00\x11\x8e\x09\x6b\x00\x00"), elf("\x00\x00\x51\x8e\x09\x6b\x00\x00"), []string{"time"}},
		{"a path of another length", elf("\x00/tmp/go1/b001\x00"), elf("\x00/tmp/go123/b001\x00"), []string{"path"}},
		{"else", elf("\x00\x01\x02\x00\x00\x00\x00\x00"), elf("\x00\x01\x03\x00\x00\x00\x00\x00"), []string{"other"}},
		{
			"two runs", elf("\x00Nov 28 2026\x00aaaaaaaaaa\x00/tmp/x1/y\x00"),
			elf("\x00Nov 27 2026\x00aaaaaaaaaa\x00/tmp/x2/y\x00"),
			[]string{"time", "path"},
		},
		{
			"bytecode", []byte(pyc + "\x11\x8e\x09\x6b\x05\x00\x00\x00code"), []byte(pyc + "\x51\x8e\x09\x6b\x05\x00\x00\x00code"),
			[]string{"time"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) { assert.DeepEqual(t, causesOf(tc.a, tc.b), tc.want) })
	}
}

// packedWith is a text that gzip has noted a time for.
func packedWith(t *testing.T, text string, at time.Time) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.ModTime = at
	_, err := w.Write([]byte(text))
	assert.NilError(t, err)
	assert.NilError(t, w.Close())
	return b.Bytes()
}

// tarOf is an archive of files, as "name=content".
func tarOf(t *testing.T, at time.Time, files ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		assert.NilError(t, w.WriteHeader(&tar.Header{Name: f[0], Mode: 0o644, Size: int64(len(f[1])), ModTime: at}))
		_, err := w.Write([]byte(f[1]))
		assert.NilError(t, err)
	}
	assert.NilError(t, w.Close())
	return b.Bytes()
}

func zipOf(t *testing.T, at time.Time, files ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		to, err := w.CreateHeader(&zip.FileHeader{Name: f[0], Method: zip.Deflate, Modified: at})
		assert.NilError(t, err)
		_, err = io.WriteString(to, f[1])
		assert.NilError(t, err)
	}
	assert.NilError(t, w.Close())
	return b.Bytes()
}

// arOf is an archive of ar with one file.
func arOf(at time.Time, name, body string) []byte {
	return fmt.Appendf(nil, "!<arch>\n%-16s%-12d%-6d%-6d%-8s%-10d`\n%s", name, at.Unix(), 0, 0, "100644", len(body), body)
}

func TestExplainArchives(t *testing.T) {
	early := time.Date(2026, 11, 28, 9, 36, 16, 0, time.UTC)
	late := early.Add(time.Minute)
	a, b := [2]string{"a", "A"}, [2]string{"b", "B"}
	for _, tc := range []struct {
		name string
		a, b []byte
		want []string
	}{
		{"gzip's header", packedWith(t, "x", early), packedWith(t, "x", late), []string{"time"}},
		{"in gzip", packedWith(t, "id 9f86d081884c7d65", early), packedWith(t, "id 60303ae22b998861", late), []string{"id"}},
		{"tar's times", tarOf(t, early, a), tarOf(t, late, a), []string{"time!/a"}},
		{
			"tar's times in gzip", packedWith(t, string(tarOf(t, early, a)), early),
			packedWith(t, string(tarOf(t, late, a)), early),
			[]string{"time!/a"},
		},
		{"tar's order", tarOf(t, early, a, b), tarOf(t, early, b, a), []string{"order"}},
		{"zip's times", zipOf(t, early, a), zipOf(t, late, a), []string{"time!/a"}},
		{"zip's order", zipOf(t, early, a, b), zipOf(t, early, b, a), []string{"order"}},
		{
			"in zip", zipOf(t, early, [2]string{"META-INF/M", "Built-At: 2026-11-28"}),
			zipOf(t, early, [2]string{"META-INF/M", "Built-At: 2026-11-27"}),
			[]string{"time!/META-INF/M"},
		},
		{"ar's times", arOf(early, "x.o", "obj"), arOf(late, "x.o", "obj"), []string{"time!/x.o"}},
		{"another file", tarOf(t, early, a), tarOf(t, early, b), []string{"other!/a"}},
	} {
		t.Run(tc.name, func(t *testing.T) { assert.DeepEqual(t, causesOf(tc.a, tc.b), tc.want) })
	}
}

// Whatever the bytes are, there is a cause, and no end to the program.
// A hole in a file of an archive within an image costs none of its bytes, and may not cost memory either.
func TestExplainHoles(t *testing.T) {
	holes := func(name string) []byte {
		var b bytes.Buffer
		archive := tar.NewWriter(&b)
		assert.NilError(t, archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: 1, ModTime: early()}))
		_, err := archive.Write([]byte{1})
		assert.NilError(t, err)
		assert.NilError(t, archive.Close())
		return sparse(b.Bytes(), 1<<32)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	assert.DeepEqual(t, causesOf(holes("a"), holes("b")), []string{"other!/a"})
	runtime.ReadMemStats(&after)
	assert.Check(t, after.TotalAlloc-before.TotalAlloc < 1<<30)
}

// sparse makes the one byte of an archive's only file the last of a file with a hole, in the format of GNU tar.
func sparse(archive []byte, size int64) []byte {
	const (
		checksum, flag, magic = 148, 156, 257
		entries, realSize     = 386, 483
	)
	h := archive[:512]
	octal := func(at, width int, value int64) { copy(h[at:], fmt.Sprintf("%0*o\x00", width-1, value)) }
	clear(h[345:500])
	h[flag] = 'S'
	copy(h[magic:], "ustar  \x00")
	octal(entries, 12, size-1)
	octal(entries+12, 12, 1)
	octal(realSize, 12, size)
	copy(h[checksum:], "        ")
	var sum int64
	for _, c := range h {
		sum += int64(c)
	}
	octal(checksum, 8, sum)
	return archive
}

func FuzzExplain(f *testing.F) {
	f.Add([]byte("a"), []byte("b"))
	f.Add([]byte("\x1f\x8b\x08"), []byte("\x1f\x8b\x09"))
	f.Add([]byte("!<arch>\nx"), []byte("!<arch>\ny"))
	f.Add([]byte("PK\x03\x04a"), []byte("PK\x03\x04b"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if bytes.Equal(a, b) {
			return
		}
		assert.Check(t, len(reproducible.Explain(a, b)) > 0)
	})
}
