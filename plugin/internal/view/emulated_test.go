package view

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/steps"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// slowOn is what a platform spent in two steps, of which a rule helps the second.
func slowOn(t *testing.T, name string, longest, native time.Duration) steps.Spent {
	t.Helper()
	return steps.Spent{Platform: plugintest.ParsePlatforms(t, name)[0], Steps: []steps.Step{
		{Instruction: "RUN apt-get\x1b install " + strings.Repeat("x", 50), Took: longest, Native: native},
		{Instruction: "RUN go build ./...", Took: time.Second, Rule: "R", URL: "https://x/R.md"},
	}}
}

// One line says where the time went: the platforms that spent most, and what would help.
func TestEmulatedLine(t *testing.T) {
	arm64 := slowOn(t, "arm64", 284*time.Second, 10*time.Second)
	s390x, riscv64 := slowOn(t, "s390x", 300*time.Second, 0), slowOn(t, "riscv64", 20*time.Second, 0)
	unruled := arm64
	unruled.Steps = arm64.Steps[:1]
	for name, tc := range map[string]struct {
		slow []steps.Spent
		want string
	}{
		"nothing": {nil, ""},
		"one": {
			[]steps.Spent{arm64},
			"linux/arm64 spent 4m45s in 2 emulated steps (28 × native); RUN go build ./...: see check rule R, https://x/R.md",
		},
		"three": {
			[]steps.Spent{arm64, riscv64, s390x},
			"linux/s390x spent 5m1s in 2 emulated steps, linux/arm64 4m45s in 2 emulated steps (28 × native), and 1 more " +
				"platform; RUN go build ./...: see check rule R, https://x/R.md",
		},
		"no rule": {
			[]steps.Spent{unruled},
			`linux/arm64 spent 4m44s in 1 emulated step (28 × native); the longest is RUN apt-get\x1b install ` +
				strings.Repeat("x", 18) + "…",
		},
	} {
		assert.Equal(t, emulatedLine(tc.slow), tc.want, name)
	}
}

// It stands once below the table, and whole in the reports and the metadata file, of the platform it is about.
func TestEmulatedInFiles(t *testing.T) {
	fake := plugintest.NewCLI(t)
	r := outcomes(t, "me/app:1", "amd64", "arm64")
	store := plugintest.OpenStore(t, fake)
	for i, name := range []string{"linux/amd64", "linux/arm64"} {
		image := plugintest.ProgramsOf(t, store, name, "/app")
		r.Rows[i].Image = &image.Image
	}
	assert.NilError(t, Rows(fake, r, FormatTable, Showing{}))
	assert.Check(t, !strings.Contains(fake.Stderr.String(), "spent"))
	r.Slow = []steps.Spent{slowOn(t, "arm64", 284*time.Second, 10*time.Second)}
	assert.NilError(t, Rows(fake, r, FormatTable, Showing{}))
	assert.Equal(t, strings.Count(fake.Stderr.String(), "linux/arm64 spent 4m45s in 2 emulated steps"), 1)
	assert.NilError(t, Rows(fake, r, FormatTable, Showing{Silent: true}))
	assert.Equal(t, strings.Count(fake.Stderr.String(), "spent"), 1, "--quiet")

	checkMetadata(t, r)
	for _, format := range []string{"json", "md", "html"} {
		file := filepath.Join(t.TempDir(), "r."+format)
		assert.NilError(t, writeReports(r, nil, []string{file}))
		text, err := os.ReadFile(file)
		assert.NilError(t, err)
		for _, want := range []string{"go build ", "284", "10", "28", "R"} {
			assert.Check(t, strings.Contains(string(text), want), "%q in %s", want, text)
		}
		assert.Check(t, !strings.Contains(string(text), "\x1b"), format)
	}
}

// checkMetadata looks at what the metadata file has of arm64, and that amd64 has nothing.
func checkMetadata(t *testing.T, r build.Result) {
	t.Helper()
	files := ResultFiles{MetadataFile: filepath.Join(t.TempDir(), "m.json")}
	assert.NilError(t, files.Write(MetadataOfBuild(r)))
	body, err := os.ReadFile(files.MetadataFile)
	assert.NilError(t, err)
	var got struct {
		Platforms []struct {
			Emulators *struct {
				Seconds, Times float64
				Steps          []struct {
					Instruction, Rule, URL string
					Seconds, NativeSeconds float64
				}
			}
		}
	}
	assert.NilError(t, json.Unmarshal(body, &got))
	assert.Check(t, got.Platforms[0].Emulators == nil)
	arm64 := got.Platforms[1].Emulators
	assert.Equal(t, arm64.Seconds, 285.0)
	assert.Equal(t, arm64.Times, 28.4)
	assert.Equal(t, arm64.Steps[0].NativeSeconds, 10.0)
	assert.Equal(t, arm64.Steps[1].Rule+" "+arm64.Steps[1].Instruction, "R RUN go build ./...")
}
