package command

import (
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// nearest is the word that was meant by one that is not known: the one with the fewest letters to change, or one that
// begins so; empty: none is near. The first of those that are as near is taken.
func nearest(word string, known []string) (found string) {
	const least = 4 // of a shorter one nearly any other is near
	if len(word) < least {
		return ""
	}
	distance := 3
	for _, name := range slices.Sorted(slices.Values(known)) {
		if d := changes(word, name); d < distance && (len(name) >= least || d == 1) {
			found, distance = name, d
		}
	}
	return found
}

// changes is how many letters are other ones; two that changed places, as when typed too fast, are one change, and a
// word that is cut off is as far as two.
func changes(word, name string) int {
	const cut = 2
	word = strings.ToLower(word)
	d := levenshtein.Distance(word, name, nil)
	if d == 2 && slices.Equal(letters(word), letters(name)) {
		return 1
	}
	if d > cut && strings.HasPrefix(name, word) {
		return cut
	}
	return d
}

// letters are those of a word, in the order of the alphabet.
func letters(word string) []byte { return slices.Sorted(slices.Values([]byte(word))) }
