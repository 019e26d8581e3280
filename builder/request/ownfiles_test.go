package request

import (
	"testing"

	"github.com/containerd/platforms"
	"gotest.tools/v3/assert"
)

// ownFiles is what OwnFiles says of platforms.
func ownFiles(r Request, names ...string) map[string]string {
	for _, name := range names {
		r.Platforms = append(r.Platforms, platforms.Normalize(platforms.MustParse(name)))
	}
	return r.OwnFiles()
}

// It is known which files of the build context are those of one platform, however the Dockerfile comes to their names.
func TestOwnFiles(t *testing.T) {
	for name, tc := range map[string]struct{ dockerfile, own string }{
		"a file of the platform":        {"FROM a\nARG TARGETARCH\nCOPY bin-$TARGETARCH b /\n", "b\nbin-arm64"},
		"its name in an argument":       {"FROM a\nARG TARGETARCH\nARG D=bin/$TARGETARCH\nCOPY $D /\n", "bin/arm64"},
		"its name in the environment":   {"FROM a\nARG TARGETPLATFORM\nENV D=$TARGETPLATFORM\nCOPY $D /\n", "linux/arm64"},
		"a mount":                       {"FROM a\nARG TARGETARCH\nRUN --mount=source=$TARGETARCH,target=/x b\n", "arm64"},
		"a stage that is needed":        {"FROM a AS b\nARG TARGETARCH\nCOPY $TARGETARCH /\nFROM a\nCOPY --from=b / /\n", "arm64"},
		"all of it":                     {"FROM a\nCOPY . .\n", ""},
		"all of it, and one more":       {"FROM a\nARG TARGETARCH\nCOPY . .\nCOPY bin-$TARGETARCH /\n", ""},
		"a file by a fixed argument":    {"FROM a\nARG D=bin\nCOPY $D /\n", ""},
		"a file by an unknown variable": {"FROM a\nCOPY $NOTHING/a /\n", ""},
		"of another stage":              {"FROM a AS b\nFROM a\nARG TARGETARCH\nCOPY --from=b $TARGETARCH /\n", ""},
		"a stage that is not needed":    {"FROM a AS b\nARG TARGETARCH\nCOPY $TARGETARCH /\nFROM a\n", ""},
		"the platform of the machine":   {"FROM a\nARG BUILDARCH\nCOPY bin-$BUILDARCH /\n", ""},
		"another frontend":              {"# syntax=example.com/a\nFROM a\nARG TARGETARCH\nCOPY $TARGETARCH /\n", ""},
		"what cannot be read":           {"FROM a\nNOTHING\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := Request{Context: contextIn(t, map[string]string{"Dockerfile": tc.dockerfile})}
			assert.Equal(t, ownFiles(r, "linux/amd64", "linux/arm64")["linux/arm64"], tc.own)
			assert.Equal(t, ownFiles(r, "linux/arm64")["linux/arm64"], tc.own, "it does not depend on the other platforms")
		})
	}
}

// An argument that the user gives is no platform's own, and a context that is elsewhere has no files here.
func TestOwnFilesNone(t *testing.T) {
	folder := contextIn(t, map[string]string{"Dockerfile": "FROM a\nARG TARGETARCH\nCOPY $TARGETARCH /\n"})
	for name, r := range map[string]Request{
		"a given argument": {Context: folder, BuildArgs: []string{"TARGETARCH=x"}},
		"a URL":            {Context: "https://example.com/a.git"},
		"standard input":   {Context: "-"},
	} {
		assert.Equal(t, len(ownFiles(r, "linux/amd64", "linux/arm64")), 0, name)
	}
}
