package plugin

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// What is not run with the race detector is run without it: make test-unit knows the package, and the names of the tests.
func TestUnracedTestsAreRun(t *testing.T) {
	text, err := os.ReadFile("../Makefile")
	assert.NilError(t, err)
	folders := regexp.MustCompile(`(?m)^UNRACED := (.+)$`).FindSubmatch(text)
	names := regexp.MustCompile(`test -run '(.+)' \$\(UNRACED\)`).FindSubmatch(text)
	assert.Assert(t, folders != nil && names != nil)
	known := regexp.MustCompile(string(names[1]))
	found := map[string]bool{}
	repository := os.DirFS("..")
	err = fs.WalkDir(repository, ".", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		source, err := fs.ReadFile(repository, file)
		if err != nil || !strings.HasPrefix(string(source), "//go:build !race\n") {
			return err
		}
		found["./"+path.Dir(file)] = true
		for _, test := range regexp.MustCompile(`(?m)^func (Test\w+)`).FindAllSubmatch(source, -1) {
			assert.Check(t, known.Match(test[1]), "%s of %s is run by nobody", test[1], file)
		}
		return nil
	})
	assert.NilError(t, err)
	for folder := range found {
		assert.Check(t, slices.Contains(strings.Fields(string(folders[1])), folder), "%s is not in UNRACED", folder)
	}
	assert.Assert(t, len(found) > 1)
}
