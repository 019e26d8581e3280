package reproducible

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// isText tells whether a content is text in UTF-8, but for a character that was cut off.
func isText(body []byte) bool {
	if bytes.IndexByte(body, 0) >= 0 {
		return false
	}
	for cut := range utf8.UTFMax {
		if utf8.Valid(body[:max(0, len(body)-cut)]) {
			return true
		}
	}
	return false
}

// explainText says why two texts differ: one finding for each cause.
func explainText(a, b string) []Finding {
	x, y := strings.Split(strings.TrimSuffix(a, "\n"), "\n"), strings.Split(strings.TrimSuffix(b, "\n"), "\n")
	if len(x) > 1 && sameWords(x, y) {
		return []Finding{{Cause: Order, Detail: fmt.Sprintf("the same %d lines in another order", len(x))}}
	}
	onlyX, onlyY := without(x, y), without(y, x)
	const most = 200
	var found []Finding
	for i := range min(len(onlyX), len(onlyY), most) {
		one := explainLine(x[onlyX[i]], y[onlyY[i]])
		one.Detail = fmt.Sprintf("line %d: %s", onlyX[i]+1, one.Detail)
		found = addCause(found, one)
	}
	switch {
	case len(onlyX) > len(onlyY):
		found = addCause(found, aloneIn(x, onlyX[len(onlyY):], "first"))
	case len(onlyY) > len(onlyX):
		found = addCause(found, aloneIn(y, onlyY[len(onlyX):], "second"))
	case len(found) == 0:
		found = append(found, Finding{Cause: Other, Detail: "the end of the last line"})
	}
	return found
}

// aloneIn says that lines stand in one of two texts only.
func aloneIn(lines []string, at []int, which string) Finding {
	return Finding{Cause: Other, Detail: fmt.Sprintf("line %d is in the %s only: %q", at[0]+1, which, shown(lines[at[0]]))}
}

// addCause adds a finding, unless there is one of the cause.
func addCause(found []Finding, one Finding) []Finding {
	if slices.ContainsFunc(found, func(f Finding) bool { return f.Cause == one.Cause }) {
		return found
	}
	return append(found, one)
}

// sameWords tells whether two lists have the same elements, as often.
func sameWords(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	x, y := slices.Clone(a), slices.Clone(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// without are the numbers of the lines that another list has not, or not as often.
func without(lines, other []string) []int {
	count := make(map[string]int, len(other))
	for _, line := range other {
		count[line]++
	}
	var left []int
	for i, line := range lines {
		if count[line]--; count[line] < 0 {
			left = append(left, i)
		}
	}
	return left
}
