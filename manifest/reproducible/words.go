package reproducible

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// maxShown is how much of a text a finding shows.
const maxShown = 60

// between is the finding of two texts that differ.
func between(cause Cause, a, b string) Finding {
	return Finding{Cause: cause, Detail: fmt.Sprintf("%q, %q", shown(a), shown(b))}
}

func shown(text string) string {
	if runes := []rune(text); len(runes) > maxShown {
		return string(runes[:maxShown-1]) + "…"
	}
	return text
}

// explainLine says why two lines differ.
func explainLine(a, b string) Finding {
	x, y := fields(a), fields(b)
	if found, ok := dates(x, y); ok {
		return found
	}
	if len(x) != len(y) {
		return between(Other, a, b)
	}
	if sameWords(x, y) {
		return between(Order, a, b)
	}
	for i := range x {
		if x[i] != y[i] {
			return explainWord(x[i], y[i])
		}
	}
	return between(Other, a, b) // in the space between the words
}

// fields are the words of a line.
func fields(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\"'`,;=()[]{}<>|&?#\x00", r)
	})
}

// maxDate is how many words a date has at most.
const maxDate = 6

// dates looks for a date where the words of two lines differ first.
func dates(a, b []string) (Finding, bool) {
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	for width := maxDate; width > 0; width-- {
		for from := max(0, at-width+1); from <= at; from++ {
			if from+width > min(len(a), len(b)) {
				break
			}
			x, y := strings.Join(a[from:from+width], " "), strings.Join(b[from:from+width], " ")
			if isDate(x) && isDate(y) {
				return between(Time, x, y), true
			}
		}
	}
	return Finding{}, false
}

// isDate tells whether a text is a date, a time, or both, as programs write them.
func isDate(text string) bool {
	for _, layout := range []string{
		time.RFC3339Nano, time.UnixDate, time.ANSIC, time.RFC1123, time.RFC1123Z, time.RFC822, time.RFC822Z, time.RFC850,
		"Mon 02 Jan 2006 03:04:05 PM MST", "Mon, 02 Jan 2006 15:04:05", "Mon Jan _2 15:04:05 2006 -0700",
		"2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05 -0700 MST", "2006-01-02 15:04:05 -0700",
		"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02_15:04:05", "2006-01-02-15-04-05", "2006-01-02",
		"2006/01/02 15:04:05", "2006/01/02", "02/Jan/2006:15:04:05 -0700", "02/Jan/2006", "20060102T150405Z",
		"20060102150405",
		"20060102-150405", "20060102", "02 Jan 2006 15:04:05", "02 Jan 2006", "2 Jan 2006", "Jan _2 2006 15:04:05",
		"Jan _2 15:04:05 2006", "Jan _2 15:04:05", "Jan _2 15:04", "Jan _2 2006", "January 2 2006", "15:04:05", "15:04",
	} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}

// explainWord says why two words differ.
func explainWord(a, b string) Finding {
	x, y := differing(a, b)
	switch {
	case areSeconds(a, b), areSeconds(x, y), isDate(x) && isDate(y):
		return between(Time, a, b)
	case arePaths(a, b):
		return between(Path, a, b)
	case areIDs(a, b), areIDs(x, y):
		return between(ID, a, b)
	}
	return between(Other, a, b)
}

// differing is the part of two words that differs, with the letters and digits around it.
func differing(a, b string) (x, y string) {
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < min(len(a), len(b))-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	for start > 0 && wordByte(a[start-1]) {
		start--
	}
	for end > 0 && wordByte(a[len(a)-end]) {
		end--
	}
	return a[start : len(a)-end], b[start : len(b)-end]
}

func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// areSeconds tells whether both are times of one decade, as numbers of seconds, or of parts of a second, since 1970.
func areSeconds(a, b string) bool {
	x, ok := seconds(a)
	y, also := seconds(b)
	return ok && also && near(x, y)
}

// The numbers of seconds that are taken for a time: of this century.
const (
	leastSeconds = 1_000_000_000
	mostSeconds  = 4_100_000_000
	maxApart     = 10 * 365 * 24 * 60 * 60
)

func near(x, y int64) bool {
	return x >= leastSeconds && y >= leastSeconds && x <= mostSeconds && y <= mostSeconds && max(x-y, y-x) < maxApart
}

// seconds reads a number of seconds, milliseconds, microseconds or nanoseconds.
func seconds(text string) (int64, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	if _, err := strconv.ParseUint("0"+fraction, 10, 64); err != nil {
		return 0, false
	}
	const digits = 10
	switch len(whole) {
	case digits, digits + 3, digits + 6, digits + 9:
	default:
		return 0, false
	}
	if _, err := strconv.ParseUint(whole, 10, 64); err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(whole[:digits], 10, 64)
	return n, err == nil
}

// arePaths tells whether both are paths from the root of which a folder differs.
func arePaths(a, b string) bool {
	x, y := strings.IndexByte(a, '/'), strings.IndexByte(b, '/')
	if x < 0 || x != y || a[:x] != b[:y] {
		return false
	}
	if before := a[:x]; before != "" && !strings.HasSuffix(before, ":") && !strings.HasPrefix(before, "-") {
		return false
	}
	return strings.Count(a[x:], "/") > 1 && strings.Count(b[x:], "/") > 1
}

// areIDs tells whether both look as if nobody had chosen them: of one length, in letters and digits; or hexadecimal.
func areIDs(a, b string) bool {
	const least, hexLeast, numberLeast = 5, 16, 6
	isHex := func(text string) bool { return strings.Trim(text, "0123456789abcdefABCDEF-") == "" }
	switch {
	case isHex(a) && isHex(b) && min(len(a), len(b)) >= hexLeast:
		return true
	case isNumber(a) && isNumber(b):
		return min(len(a), len(b)) >= numberLeast
	}
	return len(a) == len(b) && len(a) >= least && isMixed(a) && isMixed(b)
}

func isNumber(text string) bool { return strings.Trim(text, "0123456789") == "" }

// isMixed tells whether a text is of letters and digits, or of small and capital letters within a word.
func isMixed(text string) bool {
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+/") != "" {
		return false
	}
	letters, digits := strings.ContainsFunc(text, unicode.IsLetter), strings.ContainsAny(text, "0123456789")
	inner := text[1:]
	mixed := strings.ToLower(inner) != inner && strings.ToUpper(inner) != inner
	return letters && digits || mixed
}
