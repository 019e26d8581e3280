package plugin

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// wrongFiles are texts that a file for a flag cannot have, by what the flag and its command are; the # is the file.
func wrongFiles() map[string][]string {
	return map[string][]string{
		"build -t app:1 --test-file=# .": {
			"", "targets: [", "\x00", "target: {}", "targets: []", "targets: {default: {tset: [a]}}",
			"targets: {default: {test: a}}", "targets: {default: {test: ['sh -c \"a']}}", "targets: {}\n---\ntargets: {}",
			"targets: {default: {platforms: {linux/amd46: {}}}}", "targets: {default: {stdin: [{input: a, expect: '('}]}}",
			"targets: {default: {test-config: [none.yaml]}}", "targets: {default: {test: }}", "targets: &a [*a]",
		},
		"build -t app:1 --test-config=# .": {
			"", "schemaVersion: 1", "schemaVersion: 2.0.0", "[]", "schemaVersion: 2.0.0\ncommandTests: [{command: a}]",
			"schemaVersion: 2.0.0\nfileContentTests: [{name: a, path: b, expectedContents: ['(']}]",
			"schemaVersion: 2.0.0\nwat: 1", "schemaVersion: 2.0.0\nfileExistenceTests: [{name: a}]",
			"schemaVersion: 2.0.0\nmetadataTest: {envVars: [{key: ''}]}", "\xff\xfe", "{",
		},
		"bake -f #.hcl": {
			"target",
			"target \"a\" {",
			"target \"a\" { wat = 1 }",
			"a = 1",
			"target \"a\" { tags = [\"A B\"] }",
			"\xff",
		},
		"bake -f #.json": {
			"", "{", "[]", `{"target":[]}`, `{"target":{"default":{"platforms":["linux/amd46"]}}}`,
			`{"target":{"default":{"tags":["UPPER"]}}}`, `{"group":{"default":{"targets":["nope"]}}}`,
		},
		"bake -f #.yaml":     {"services: [", "services: {a: 1}", "services: {a: {build: {target: [a]}}}"},
		"bake --test-file=#": {"", "targets: [", "wat: 1", "targets: {default: {test: a}}"},
		"publish -f #.hcl":   {"target", "target \"a\" {", "target \"default\" {}"},
		"merge -t app:1 --from=#": {
			"",
			"{",
			"[]",
			"{}",
			"null",
			`{"containerimage.digest":"sha256:1"}`,
			`{"a":{"b":1}}`,
		},
		"test --test-file=# app:1":             {"", "targets: [", "wat: 1"},
		"test --test-config=# app:1":           {"", "schemaVersion: 1", "[]"},
		"init --buildkitd-config=#":            {"[", "a = ", "\x00"},
		"build -t app:1 --policy=filename=# .": {"package wat\nx {", "\x00"},
	}
}

// linesOfFiles writes each of them, and gives the lines.
func linesOfFiles(t *testing.T) (lines []wrongLine) {
	t.Helper()
	folder, n := t.TempDir(), 0
	for _, line := range slices.Sorted(maps.Keys(wrongFiles())) {
		for _, text := range wrongFiles()[line] {
			n++
			file := filepath.Join(folder, fmt.Sprint("f", n))
			var args []string
			for _, word := range strings.Fields(line) {
				if _, ending, here := strings.Cut(word, "#"); here {
					assert.NilError(t, os.WriteFile(file+ending, []byte(text), 0o600))
				}
				args = append(args, strings.Replace(word, "#", file, 1))
			}
			says := []string{filepath.Base(file)}
			if strings.Contains(text, "linux/amd46") || strings.Contains(text, "UPPER") || strings.Contains(text, "A B") {
				says = nil // the target and its value are named
			}
			lines = append(lines, wrongLine{args, says})
		}
	}
	return lines
}
