package testfile_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/testfile"
)

// FuzzRead holds that what a test file of others says is taken whole or told with its place, and that one which nobody
// has named is held to more, never to less.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"targets:\n  default:\n    test: [a]\n    platforms:\n      linux/arm64: {skip: slow}\n", "targets: {}\n",
		"targets: {default: {stdin: [{input: a, expect: '^b$'}], script: [./x], env: [A=b]}}\n",
		"targets: &t {default: &d {test: [a]}, x: *d}\n", "targets: {default: {<<: {test: [a]}}}", "targets: {? [a] : b}",
		"targets: {default: {test-config: [../../x.yaml]}}", "{", "\xff", "a: &a [*a]",
	} {
		f.Add(seed)
	}
	folder := f.TempDir()
	place := regexp.MustCompile(`^\d+:\d+: |^\s*\S`)
	f.Fuzz(func(t *testing.T, text string) {
		path := folder + "/" + testfile.Name
		assert.NilError(t, os.WriteFile(path, []byte(text), 0o600))
		named, err := testfile.Read(path)
		_, found, strict := testfile.Find(folder)
		if err != nil {
			assert.Assert(t, strict != nil && !found, "it is refused to who names it, and taken otherwise")
			for line := range strings.SplitSeq(err.Error(), "\n") {
				rest, ok := strings.CutPrefix(line, path+":")
				assert.Assert(t, ok && place.MatchString(rest), "%q", line)
			}
			return
		}
		assert.Equal(t, named.Path, path)
		assert.Equal(t, found, strict == nil)
	})
}

// FuzzParseDialogue holds that a dialogue which is taken has an answer that is a regular expression, and one input.
func FuzzParseDialogue(f *testing.F) {
	for _, seed := range []string{"a=b", "{input: a, expect: b}", `{"file":"a","expect":"("}`, "{a", "=", "a=("} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := testfile.ParseDialogue(text)
		if err != nil {
			return
		}
		_, wrong := regexp.Compile(d.Expect.Value)
		assert.NilError(t, wrong)
		assert.Assert(t, d.Expect.Value != "" && (d.File == "") != (d.Input == ""), "%+v", d)
	})
}
