package advice

import (
	"reflect"
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
)

// Rebuild is the build that brings a draft anew, for all its platforms, with the tests that it was put to, as it was
// built. What the drafts do not know is left out.
func Rebuild(name string, drafts ...draft.Draft) string {
	d := draftOf(name, drafts)
	var kept *draft.Command
	tests, first := []string(nil), true
	for _, p := range d.Platforms {
		note := d.Note(p)
		if first {
			kept, tests, first = note.Build, note.Tests, false
			continue
		}
		if !reflect.DeepEqual(kept, note.Build) {
			kept = nil
		}
		if !slices.Equal(tests, note.Tests) {
			tests = nil // the draft remembers them by platform
		}
	}
	flags := Flags(tests)
	if !slices.ContainsFunc(tests, func(word string) bool { return strings.HasPrefix(word, "--test") }) {
		flags = strings.TrimSpace("--test-local " + flags)
	}
	if len(d.Platforms) > 0 && (kept == nil || kept.Verb == "") { // bake has them in the file
		flags += " --platform " + listed(d.Platforms)
	}
	return again(kept, flags, name)
}

// draftOf is the draft of a name, empty where there is none.
func draftOf(name string, drafts []draft.Draft) (d draft.Draft) {
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return d
	}
	full := reference.TagNameOnly(named).String()
	for _, d := range drafts {
		if d.Name != nil && d.Name.String() == full {
			return d
		}
	}
	return d
}
