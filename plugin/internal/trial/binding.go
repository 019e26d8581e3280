package trial

import (
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// Smoke stands among the tests that an image has failed for the one that is run where none is asked for.
const Smoke = "--test-local"

// binding are those of the flags that are tests, or what they are run in, and not how long they may take.
func binding(flags []string) []string {
	var words []string
	for _, flag := range flags {
		name, _, _ := strings.Cut(flag, "=")
		switch name {
		case "--test", "--test-exec", "--test-script", "--test-stdin", "--test-config", "--test-compose":
			words = append(words, flag)
		}
		if isSetting(flag) && flag != "--test-network=none" && flag != "--test-sandbox=plain" { // which are as without
			words = append(words, flag)
		}
	}
	return words
}

// wordsOf are the words of tests, and of the smoke test where that is one of them.
func wordsOf(flags []string, tests localtest.Spec) []string {
	words := binding(flags)
	if !tests.Asked() || tests.Smoke {
		words = append(words, Smoke)
	}
	return words
}

// placeOf is what stands before the path in a word that names a file of tests or services: its content is the test, and
// not where it is. Empty: the word says it all.
func placeOf(word string) string {
	if !strings.HasPrefix(word, fileFlag) && !strings.HasPrefix(word, stackFlag) {
		return ""
	}
	before, _, _ := strings.Cut(word, "=/")
	return before
}

// isSetting tells the flags that say in what tests are run: in another place they are other tests.
func isSetting(flag string) bool {
	name, _, _ := strings.Cut(flag, "=")
	return name == "--test-env" || name == "--test-network" || name == "--test-sandbox"
}
