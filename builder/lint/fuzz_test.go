package lint_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/lint"
)

// FuzzCheck holds that the rules look at any Dockerfile to an end, that what is refused is bad input, and that what is
// found stands in the file, in its order, under a rule there is.
func FuzzCheck(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.Dockerfile")
	assert.NilError(f, err)
	assert.Assert(f, len(files) > 0)
	for _, file := range files {
		text, err := os.ReadFile(file)
		assert.NilError(f, err)
		if len(text) < 4<<10 {
			f.Add(text)
		}
	}
	f.Add([]byte("FROM --platform=$BUILDPLATFORM a AS b\nRUN <<EOF\nuname -m\nEOF\nFROM b\nCOPY --from=b a b\n"))
	f.Add([]byte("# escape=`\nFROM a\nRUN a `\n b\n# check=skip=all;error=true\n"))
	f.Add([]byte("FROM a AS a\nFROM a\nONBUILD RUN x\nARG TARGETARCH=x\nRUN case $TARGETARCH in (a) b;; esac"))
	known := map[string]bool{}
	for _, r := range lint.Rules() {
		known[r.ID] = true
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 16<<10 {
			return
		}
		parsed, err := dockerfile.Parse("Dockerfile", text)
		if err != nil {
			assert.ErrorIs(t, err, dockerfile.ErrSyntax)
			return
		}
		began, in := time.Now(), lint.Input{Emulated: func(p ocispec.Platform) bool { return p.Architecture != "amd64" }}
		for _, architecture := range []string{"amd64", "arm64"} {
			view, err := parsed.For(ocispec.Platform{OS: "linux", Architecture: architecture}, dockerfile.Setting{
				Build: ocispec.Platform{OS: "linux", Architecture: "amd64"},
			})
			if err != nil {
				assert.ErrorIs(t, err, errdefs.ErrInput)
				return
			}
			in.Views = append(in.Views, view)
		}
		found, err := lint.Check(t.Context(), in)
		if err != nil {
			return
		}
		last := 0
		for _, one := range found {
			assert.Assert(t, known[one.Rule] && one.Line >= last && one.Cause != "", "%+v", one)
			last = one.Line
		}
		assert.Assert(t, time.Since(began) < time.Minute)
	})
}

// FuzzParseBuildKit holds that what a frontend answers is read as findings with a line and a rule, or refused.
func FuzzParseBuildKit(f *testing.F) {
	f.Add([]byte(`{"warnings":[{"ruleName":"A","description":"b","detail":"c","location":{"ranges":[{"start":{"line":3},`+
		`"end":{"line":4}}]}}],"buildError":{"message":"x","location":{}}}`), "FROM a\n")
	f.Add([]byte(`{"warnings":[{"location":{"ranges":[null,{"start":{"line":-1}}]}},{}]}`), "# check=error=true\nFROM a\n")
	f.Add([]byte(`null`), "FROM a\n")
	f.Fuzz(func(t *testing.T, answer []byte, text string) {
		parsed, err := dockerfile.Parse("Dockerfile", []byte(text))
		if err != nil {
			return
		}
		view, err := parsed.For(ocispec.Platform{OS: "linux", Architecture: "amd64"}, dockerfile.Setting{})
		if err != nil {
			return
		}
		quiet, err := lint.NewSilence(view)
		if err != nil {
			return
		}
		found, err := lint.ParseBuildKit(answer, quiet)
		if err != nil {
			return
		}
		for _, one := range found {
			assert.Assert(t, one.Line >= 0 && one.EndLine >= one.Line, "%+v", one)
		}
	})
}
