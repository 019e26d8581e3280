package reproducible

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// Explain says why two contents of a file differ: one finding for each cause, the path of which is empty, or leads
// into the file where it is an archive. Contents may be cut at their end.
func Explain(a, b []byte) []Finding {
	const deepest = 4
	if bytes.Equal(a, b) {
		return []Finding{{Cause: Other, Detail: behind(len(a))}}
	}
	return explain(a, b, deepest)
}

// behind says that contents differ in what was not read of them.
func behind(read int) string { return fmt.Sprintf("it differs behind its first %d bytes", read) }

// explain is [Explain] with a bound on archives within archives.
func explain(a, b []byte, depth int) []Finding {
	if depth > 0 {
		if found, ok := explainArchive(a, b, depth); ok {
			return found
		}
	}
	if isText(a) && isText(b) {
		return explainText(string(a), string(b))
	}
	return explainBinary(a, b)
}

// explainBinary says why two contents differ that are no text.
func explainBinary(a, b []byte) []Finding {
	if len(a) != len(b) {
		return []Finding{explainMiddle(a, b)}
	}
	const most = 64
	var found []Finding
	for at, n := 0, 0; n < most; n++ {
		from, to := nextRun(a, b, at)
		if from == len(a) {
			break
		}
		found = addCause(found, explainRun(a, b, from, to))
		at = to
	}
	return found
}

// nextRun is the next run of bytes that differ; few that are the same may stand in it.
func nextRun(a, b []byte, at int) (from, to int) {
	const gap = 8
	for at < len(a) && a[at] == b[at] {
		at++
	}
	from, to = at, at
	for same := 0; at < len(a) && same < gap; at++ {
		if a[at] == b[at] {
			same++
			continue
		}
		same, to = 0, at+1
	}
	return from, to
}

// explainRun says why a run of bytes differs.
func explainRun(a, b []byte, from, to int) Finding {
	where := fmt.Sprintf("byte %d: ", from)
	switch note := bytes.LastIndex(a[max(0, from-24):from], []byte("GNU\x00")); {
	case note >= 0 && strings.HasPrefix(string(a), "\x7fELF"):
		return Finding{Cause: ID, Detail: where + "the build id"}
	case strings.HasPrefix(string(a), "MZ") && from < 1024 && to-from <= 4 && secondsAt(a, b, from, to) != "":
		return Finding{Cause: Time, Detail: where + "the time in the header, " + secondsAt(a, b, from, to)}
	}
	if x, y := printable(a, from, to), printable(b, from, to); x != "" && y != "" {
		found := explainLine(x, y)
		found.Detail = where + found.Detail
		return found
	}
	if is := secondsAt(a, b, from, to); is != "" {
		return Finding{Cause: Time, Detail: where + is}
	}
	return Finding{Cause: Other, Detail: where + fmt.Sprintf("%d bytes", to-from)}
}

// printable is the text around a run of bytes, if it is in one.
func printable(body []byte, from, to int) string {
	const most, least = 256, 4
	isPrint := func(c byte) bool { return c >= ' ' && c < 0x7f }
	for _, c := range body[from:to] {
		if !isPrint(c) {
			return ""
		}
	}
	for from > 0 && to-from < most && isPrint(body[from-1]) {
		from--
	}
	for to < len(body) && to-from < most && isPrint(body[to]) {
		to++
	}
	if to-from < least {
		return ""
	}
	return string(body[from:to])
}

// secondsAt tells of a number of seconds since 1970 that a run of bytes is in, in either order of bytes.
func secondsAt(a, b []byte, from, to int) string {
	const size = 4
	if to-from > size {
		return ""
	}
	for at := max(0, to-size); at <= from && at+size <= len(a); at++ {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			x, y := int64(order.Uint32(a[at:])), int64(order.Uint32(b[at:]))
			if near(x, y) {
				return inTime(x) + ", " + inTime(y)
			}
		}
	}
	return ""
}

func inTime(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

// explainMiddle says why contents of different lengths differ, by what is between their common ends.
func explainMiddle(a, b []byte) Finding {
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < min(len(a), len(b))-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	x, y := printable(a, start, len(a)-end), printable(b, start, len(b)-end)
	if x != "" && y != "" {
		found := explainLine(x, y)
		found.Detail = fmt.Sprintf("byte %d: %s", start, found.Detail)
		return found
	}
	return Finding{Cause: Other, Detail: fmt.Sprintf("byte %d: %d bytes, %d bytes", start, len(a)-end-start,
		len(b)-end-start)}
}
