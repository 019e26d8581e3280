package reproducible

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/internal/order"
	"github.com/docker-multiplat/docker-multiplat/internal/packed"
)

// Limits of an archive that is looked into.
const (
	maxUnpacked = 16 << 20
	maxMembers  = 10_000
)

// member is a file in an archive.
type member struct {
	name string
	time time.Time
	body []byte
}

// explainArchive looks into two archives of one kind; ok is false for what is none, or says nothing.
func explainArchive(a, b []byte, depth int) (found []Finding, ok bool) {
	switch {
	case both(a, b, "\x1f\x8b"), both(a, b, "\x28\xb5\x2f\xfd"):
		return explainPacked(a, b, depth)
	case both(a, b, "PK\x03\x04"):
		return explainMembers(a, b, zipped, depth)
	case both(a, b, "!<arch>\n"):
		return explainMembers(a, b, linked, depth)
	case isTar(a) && isTar(b):
		return explainMembers(a, b, tarred, depth)
	case isBytecode(a) && isBytecode(b):
		return explainBytecode(a, b)
	}
	return nil, false
}

func both(a, b []byte, magic string) bool {
	return bytes.HasPrefix(a, []byte(magic)) && bytes.HasPrefix(b, []byte(magic))
}

func isTar(body []byte) bool {
	const at = 257
	return len(body) > 2*at && string(body[at:at+5]) == "ustar"
}

// explainPacked looks into what is compressed.
func explainPacked(a, b []byte, depth int) ([]Finding, bool) {
	x, wholeX, okX := unpack(a)
	y, wholeY, okY := unpack(b)
	switch {
	case !okX || !okY:
		return nil, false
	case !bytes.Equal(x, y):
		return explain(x, y, depth-1), true
	case !wholeX || !wholeY:
		return []Finding{{Cause: Other, Detail: behind(len(x)) + " of what is compressed"}}, true
	}
	const end = 10
	if a[0] == 0x1f && min(len(a), len(b)) > end && !bytes.Equal(a[4:8], b[4:8]) {
		p, q := int64(binary.LittleEndian.Uint32(a[4:])), int64(binary.LittleEndian.Uint32(b[4:]))
		return []Finding{{Cause: Time, Detail: "in the header of gzip: " + inTime(p) + ", " + inTime(q)}}, true
	}
	return []Finding{{Cause: Compression, Detail: "the same content, compressed otherwise"}}, true
}

// unpack decompresses a content, or the beginning of it: then it is not whole.
func unpack(body []byte) (plain []byte, whole, ok bool) {
	r, err := packed.Reader(bytes.NewReader(body))
	if err != nil {
		return nil, false, false
	}
	defer r.Close()
	plain, more, err := localfile.Stream(r, maxUnpacked)
	return plain, err == nil && !more, err == nil || len(plain) > 0
}

// explainMembers compares the members of two archives; ok is false where they are the same.
func explainMembers(a, b []byte, read func([]byte) ([]member, bool), depth int) (found []Finding, ok bool) {
	x, okX := read(a)
	y, okY := read(b)
	if !okX || !okY {
		return nil, false
	}
	if names := namesOf(x); !slices.Equal(names, namesOf(y)) {
		if !sameWords(names, namesOf(y)) {
			return []Finding{otherMembers(names, namesOf(y))}, true
		}
		found = append(found, Finding{Cause: Order, Detail: fmt.Sprintf("the same %d files in another order", len(x))})
		byName := func(p, q member) int { return cmp.Compare(p.name, q.name) }
		order.Stable(x, byName)
		order.Stable(y, byName)
	}
	for i := range x {
		if bytes.Equal(x[i].body, y[i].body) {
			continue
		}
		for _, one := range explain(x[i].body, y[i].body, depth-1) {
			one.Path = "!/" + x[i].name + one.Path
			found = addCause(found, one)
		}
	}
	for i := range x {
		if !x[i].time.Equal(y[i].time) {
			found = addCause(found, Finding{
				Path: "!/" + x[i].name, Cause: Time,
				Detail: "its time in the archive: " + inTime(x[i].time.Unix()) + ", " + inTime(y[i].time.Unix()),
			})
		}
	}
	return found, len(found) > 0
}

// otherMembers says that archives have not the same files.
func otherMembers(a, b []string) Finding {
	if only := without(a, b); len(only) > 0 {
		return Finding{Path: "!/" + a[only[0]], Cause: Other, Detail: "it is in the first build only"}
	}
	return Finding{Path: "!/" + b[without(b, a)[0]], Cause: Other, Detail: "it is in the second build only"}
}

func namesOf(members []member) []string {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.name
	}
	return names
}

// tarred reads a tar archive, or the beginning of it. Holes in files cost no byte of it: what is read is bounded.
func tarred(body []byte) ([]member, bool) {
	var out []member
	left := int64(maxUnpacked)
	archive := tar.NewReader(bytes.NewReader(body))
	for len(out) < maxMembers {
		h, err := archive.Next()
		if err != nil {
			break
		}
		inside, _, err := localfile.Stream(archive, left)
		if err != nil {
			break
		}
		left -= int64(len(inside))
		out = append(out, member{name: h.Name, time: h.ModTime, body: inside})
	}
	return out, len(out) > 0
}

// zipped reads a zip archive.
func zipped(body []byte) ([]member, bool) {
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil || len(archive.File) > maxMembers {
		return nil, false
	}
	var out []member
	left := int64(maxUnpacked)
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			return nil, false
		}
		inside, _, err := localfile.Stream(r, left)
		_ = r.Close()
		if err != nil {
			return nil, false
		}
		left -= int64(len(inside))
		out = append(out, member{name: f.Name, time: f.Modified, body: inside})
	}
	return out, true
}

// linked reads an archive of ar: a static library, or a package of Debian.
func linked(body []byte) ([]member, bool) {
	const magic, header = 8, 60
	var out []member
	for at := magic; at+header <= len(body) && len(out) < maxMembers; {
		h := string(body[at : at+header])
		size, err := strconv.Atoi(strings.TrimSpace(h[48:58]))
		if err != nil || size < 0 || at+header+size > len(body) {
			return nil, false
		}
		made, _ := strconv.ParseInt(strings.TrimSpace(h[16:28]), 10, 64) // the tables of some have none
		at += header
		out = append(out, member{name: strings.TrimSpace(h[:16]), time: time.Unix(made, 0), body: body[at : at+size]})
		at += size + size%2
	}
	return out, len(out) > 0
}

// isBytecode tells whether a content is bytecode of Python that holds the time of its source.
func isBytecode(body []byte) bool {
	const header = 16
	return len(body) > header && body[2] == '\r' && body[3] == '\n' && binary.LittleEndian.Uint32(body[4:]) == 0
}

// explainBytecode looks at the time that Python's bytecode holds of its source.
func explainBytecode(a, b []byte) ([]Finding, bool) {
	const at = 8
	x, y := int64(binary.LittleEndian.Uint32(a[at:])), int64(binary.LittleEndian.Uint32(b[at:]))
	if x == y {
		return nil, false
	}
	return []Finding{
		{Cause: Time, Detail: "the time of the source in the bytecode: " + inTime(x) + ", " + inTime(y)},
	}, true
}
