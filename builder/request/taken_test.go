package request

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// sourcesOf is what the description says of a file before and after it is changed: equal where the file is no source.
func sourcesOf(t *testing.T, r Request, folder, file string) (before, after Description) {
	t.Helper()
	before = described(t, r)
	writeIn(t, folder, file, "changed\n")
	return before, described(t, r)
}

// What counts of a context are the files that the Dockerfile takes, as BuildKit asks for them.
func TestTakenFiles(t *testing.T) {
	for name, tc := range takenCases() {
		t.Run(name, tc.check)
	}
}

// takenCase is a Dockerfile, and files that it takes or not.
type takenCase struct {
	dockerfile string
	taken      []string
	not        []string
	target     string
	args       []string
}

func (tc takenCase) check(t *testing.T) {
	t.Helper()
	for want, files := range map[bool][]string{true: tc.taken, false: tc.not} {
		for _, file := range files {
			folder := contextIn(t, map[string]string{"Dockerfile": tc.dockerfile, "src/main.go": "1", "notes.txt": "1"})
			assert.NilError(t, os.Symlink("src", filepath.Join(folder, "link")))
			r := Request{Context: folder, Target: tc.target, BuildArgs: tc.args}
			before, after := sourcesOf(t, r, folder, file)
			differs := before.Values[InputFiles] != after.Values[InputFiles]
			assert.Equal(t, differs, want, "%s: %v", file, after.Files)
		}
	}
}

// takenCases are the ways in which a Dockerfile takes files.
func takenCases() map[string]takenCase {
	return map[string]takenCase{
		"copy": {
			dockerfile: "FROM scratch\nCOPY src/main.go go.mod /\n",
			taken:      []string{"src/main.go", "go.mod"}, not: []string{"notes.txt", "src/other.go", ".dockerignored"},
		},
		"folder, wildcard, quotes, json": {
			dockerfile: "FROM scratch\nCOPY ./src /a\nCOPY *.mod /b\nADD [\"with space\", \"/c\"]\nCOPY \"quoted\" /d\n",
			taken:      []string{"src/deep/x", "go.mod", "with space", "quoted"}, not: []string{"notes.txt"},
		},
		"nothing": {dockerfile: "FROM busybox\nRUN true\nADD https://example.com/x /x\n", not: []string{"notes.txt"}},
		"all":     {dockerfile: "FROM scratch\nCOPY . /\n", taken: []string{"notes.txt", "src/x"}},
		"mount": {
			dockerfile: "FROM busybox\nRUN --mount=type=bind,source=src,target=/s --mount=type=cache,target=/c make\n",
			taken:      []string{"src/x"}, not: []string{"notes.txt"},
		},
		"mount of all": {dockerfile: "FROM busybox\nRUN --mount=target=/s make\n", taken: []string{"notes.txt"}},
		"other stages": {
			dockerfile: "FROM busybox AS one\nCOPY one /\nFROM busybox AS dev\nCOPY . /\n" +
				"FROM scratch AS last\nCOPY --from=one /x /\nCOPY --from=busybox /notes.txt /\n",
			taken: []string{"one"}, not: []string{"notes.txt"},
		},
		"target": {
			dockerfile: "FROM busybox AS one\nCOPY one /\nFROM one AS two\nCOPY two /\nFROM two\nCOPY . /\n",
			target:     "TWO", taken: []string{"one", "two"}, not: []string{"notes.txt"},
		},
		"unknown stage name": {
			dockerfile: "ARG B=one\nFROM busybox AS one\nCOPY one /\nFROM ${B}\nCOPY two /\n",
			taken:      []string{"one", "two"}, not: []string{"notes.txt"},
		},
		"platform": {
			dockerfile: "FROM scratch\nARG TARGETARCH\nCOPY dist/app-${TARGETARCH} $HOME/app\n",
			taken:      []string{"dist/app-amd64", "dist/app-arm64"}, not: []string{"notes.txt"},
		},
		"platform at the root": {dockerfile: "FROM scratch\nCOPY ${TARGETARCH} /\n", taken: []string{"notes.txt"}},
		"platform by argument": {
			dockerfile: "FROM scratch\nARG TARGETARCH\nCOPY dist/$TARGETARCH /app\n",
			args:       []string{"TARGETARCH=../notes.txt"}, taken: []string{"notes.txt"},
		},
		"argument": {dockerfile: "FROM scratch\nARG X\nCOPY src/$X /\n", taken: []string{"notes.txt"}},
		"link":     {dockerfile: "FROM scratch\nCOPY link /\n", taken: []string{"src/x"}, not: []string{"notes.txt"}},
		"frontend": {
			dockerfile: "# syntax=docker/dockerfile:1\nFROM scratch\nCOPY src /\n",
			taken:      []string{"src/x"}, not: []string{"notes.txt"},
		},
		"other frontend": {
			dockerfile: "# syntax=example.com/other:1\nFROM scratch\nCOPY src /\n", taken: []string{"notes.txt"},
		},
		"other frontend by argument": {
			dockerfile: "FROM scratch\nCOPY src /\n", taken: []string{"notes.txt"},
			args: []string{"BUILDKIT_SYNTAX=example.com/other:1"},
		},
		"not readable": {dockerfile: "FROM scratch\nCOPY src /\nWHATEVER x\n", taken: []string{"notes.txt"}},
	}
}

// Of a further context counts what is copied from it, and all of it where that is not known.
func TestTakenOfNamedContexts(t *testing.T) {
	for dockerfile, want := range map[string]bool{
		"FROM scratch\nCOPY --from=assets logo /\n":                                false,
		"FROM scratch\nCOPY --from=assets . /\n":                                   true,
		"FROM assets\n":                                                            true,
		"FROM busybox\nRUN --mount=from=assets,source=logo,target=/x true\n":       false,
		"FROM busybox\nRUN --mount=type=cache,from=assets,target=/x true\n":        true,
		"FROM busybox\nRUN true\n":                                                 true,
		"FROM scratch AS assets\nFROM scratch\nCOPY --from=assets other /\n":       true,
		"FROM busybox AS dev\nCOPY --from=assets . /\nFROM scratch\nRUN true\n":    true,
		"# syntax=example.com/f\nFROM scratch\nCOPY --from=assets logo /\n":        true,
		"FROM scratch\nCOPY --from=assets logo /\nCOPY --from=assets:latest . /\n": true,
	} {
		assets := contextIn(t, map[string]string{"logo": "1", "other": "1"})
		r := Request{
			Context:       contextIn(t, map[string]string{"Dockerfile": dockerfile}),
			BuildContexts: []string{"assets=" + assets},
		}
		const key = InputFiles + " of assets"
		before, after := sourcesOf(t, r, assets, "other")
		assert.Equal(t, before.Values[key] != after.Values[key], want, dockerfile)
		before, after = sourcesOf(t, r, assets, "logo")
		assert.Assert(t, before.Values[key] != after.Values[key], dockerfile)
	}
}

// A build that ran what its base image adds (ONBUILD) took what no Dockerfile here names.
func TestWholeContext(t *testing.T) {
	folder := contextIn(t, map[string]string{"Dockerfile": "FROM base\n", "notes.txt": "1"})
	r := Request{Context: folder}
	before, after := sourcesOf(t, r, folder, "notes.txt")
	assert.DeepEqual(t, before, after)
	r.Whole = true
	before, after = sourcesOf(t, r, folder, "other.txt")
	assert.Assert(t, before.Values[InputFiles] != after.Values[InputFiles])
}
