package lint_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
	"github.com/docker-multiplat/docker-multiplat/builder/lint"
)

// corpus are the Dockerfiles of a folder of testdata, by name.
func corpus(t *testing.T, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.Dockerfile"))
	assert.NilError(t, err)
	out := map[string]string{}
	for _, file := range files {
		out[strings.TrimSuffix(filepath.Base(file), ".Dockerfile")] = file
	}
	return out
}

// option is what the last lines of a Dockerfile of the corpus say of how it is built: "# NAME: VALUE,VALUE".
func option(text, name string) []string {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, "# "+name+": "); ok {
			return strings.Split(strings.TrimSpace(value), ",")
		}
	}
	return nil
}

// read makes what the rules look at, for linux/amd64 and linux/arm64 on a builder of linux/amd64 unless the file says
// otherwise.
func read(t *testing.T, file string) lint.Input {
	t.Helper()
	body, err := os.ReadFile(file)
	assert.NilError(t, err)
	text := string(body)
	native := ocispec.Platform{OS: "linux", Architecture: "amd64"}
	setting := dockerfile.Setting{Build: native, BuildArgs: map[string]string{}, Contexts: map[string]string{}}
	for _, pair := range option(text, "args") {
		key, value, _ := strings.Cut(pair, "=")
		setting.BuildArgs[key] = value
	}
	for _, pair := range option(text, "contexts") {
		key, value, _ := strings.Cut(pair, "=")
		setting.Contexts[key] = value
	}
	asked := option(text, "platforms")
	if asked == nil {
		asked = []string{"linux/amd64", "linux/arm64"}
	}
	parsed, err := dockerfile.Parse("Dockerfile", body)
	assert.NilError(t, err, file)
	none := option(text, "emulated") != nil
	in := lint.Input{
		Emulated:  func(p ocispec.Platform) bool { return !none && p.Architecture != "amd64" },
		Elsewhere: func(p ocispec.Platform) string { return "init --node " + platforms.FormatAll(p) + "=ssh://USER@HOST" },
	}
	for _, name := range asked {
		view, err := parsed.For(platforms.MustParse(name), setting)
		assert.NilError(t, err, file)
		in.Views = append(in.Views, view)
	}
	return in
}

// shown are findings as they stand in the golden files.
func shown(t *testing.T, found []lint.Finding) string {
	t.Helper()
	for i := range found {
		found[i].URL = ""
	}
	body, err := json.MarshalIndent(found, "", "  ")
	assert.NilError(t, err)
	return string(body) + "\n"
}

// Every Dockerfile of the corpus gives what its golden file says; each rule is found in one, and has a near miss.
func TestCorpusFound(t *testing.T) {
	seen := map[string]bool{}
	for name, file := range corpus(t, "found") {
		t.Run(name, func(t *testing.T) {
			found, err := lint.Check(t.Context(), read(t, file))
			assert.NilError(t, err)
			assert.Assert(t, len(found) > 0, "nothing was found")
			for _, f := range found {
				seen[f.Rule] = true
			}
			golden.Assert(t, shown(t, found), filepath.Join("found", name+".golden"))
		})
	}
	for _, rule := range lint.Rules() {
		assert.Check(t, seen[rule.ID] || strings.HasPrefix(rule.ID, "Base"), "%s is found in none", rule.ID)
	}
}

// In a near miss nothing is found, nor in the shapes of well-known projects.
func TestCorpusNearMisses(t *testing.T) {
	for _, folder := range []string{"near", "projects"} {
		files := corpus(t, folder)
		assert.Assert(t, len(files) > 10)
		for name, file := range files {
			t.Run(folder+"/"+name, func(t *testing.T) {
				found, err := lint.Check(t.Context(), read(t, file))
				assert.NilError(t, err)
				assert.Equal(t, shown(t, found), "null\n")
			})
		}
	}
}
