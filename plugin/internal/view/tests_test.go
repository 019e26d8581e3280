package view

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
)

// writeReports writes what came of one target.
func writeReports(r build.Result, failed error, files []string) error {
	return (&Reports{Files: files}).Write([]build.Result{r}, failed)
}

// reported is what the reports say of a result, in every format; that of JSON is read.
func reported(t *testing.T, r build.Result, failed error) (texts map[string]string, platforms []map[string]any) {
	t.Helper()
	folder, files := t.TempDir(), []string{}
	for _, format := range []string{"xml", "json", "md", "html"} {
		files = append(files, filepath.Join(folder, "r."+format))
	}
	assert.NilError(t, writeReports(r, failed, files))
	texts = map[string]string{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		assert.NilError(t, err)
		texts[strings.TrimPrefix(filepath.Ext(file), ".")] = string(body)
	}
	var read struct{ Platforms []map[string]any }
	assert.NilError(t, json.Unmarshal([]byte(texts["json"]), &read))
	return texts, read.Platforms
}

// A platform that did not build has what the compiler wrote in its report, and is not called native.
func TestReportOfWhatWasNotBuilt(t *testing.T) {
	r := outcomes(t, "app:1", "amd64", "arm64")
	r.Rows[0].Reused = false
	failed := &r.Rows[1]
	failed.State, failed.Reason, failed.Emulated, failed.Reused = draft.NotBuilt, "exit code: 1", false, false
	failed.Report, failed.Output = localtest.Report{}, "app.c:1: error: no such thing"
	texts, platforms := reported(t, r, errors.New("linux/arm64: exit code: 1"))
	for format, text := range texts {
		for _, want := range []string{"app.c:1: error: no such thing", "exit code: 1", "not built"} {
			assert.Check(t, strings.Contains(text, want), "%s: %s", format, text)
		}
	}
	assert.Equal(t, platforms[0]["execution"], "native")
	assert.Equal(t, platforms[1]["execution"], "none")
	assert.Equal(t, platforms[1]["build"], "emulated")
	assert.Check(t, strings.Contains(texts["md"], "| passed, native | not built (build emulated) |"), texts["md"])
}

// What was asked for and never came to a row is reported with what stopped it; so is a test of nobody knows what.
func TestReportOfWhatWasStopped(t *testing.T) {
	r := outcomes(t, "app:1", "amd64", "arm64")
	r.Rows, r.Placed = nil, nil
	for format, text := range func() map[string]string { texts, _ := reported(t, r, errors.New("gone")); return texts }() {
		assert.Check(t, strings.Contains(text, "linux/arm64") && strings.Contains(text, "gone"), "%s: %s", format, text)
	}
	r.Plan.Platforms.Platforms = nil
	texts, platforms := reported(t, r, errors.New("gone"))
	assert.Equal(t, len(platforms), 1)
	assert.Check(t, strings.Contains(texts["xml"], `tests="1" failures="0" errors="1"`), texts["xml"])
	_, platforms = reported(t, r, nil)
	assert.Equal(t, len(platforms), 0)
}
