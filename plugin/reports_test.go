package plugin

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// reportsIn are the --report flags of all formats, into a folder.
func reportsIn(folder string) (flags []string) {
	for _, format := range []string{"xml", "json", "md", "html"} {
		flags = append(flags, "--report", filepath.Join(folder, "r."+format))
	}
	return flags
}

// A build that could not even begin is no empty report, which a CI would show in green: each platform is there, with
// the reason why it was not built.
func TestReportsOfABuildThatDidNotBegin(t *testing.T) {
	out := t.TempDir()
	args := append([]string{"build", "--platform", "linux/amd64,linux/arm64", "-t", "app:1"}, reportsIn(out)...)
	fake := &fakeCLI{newFakeCLI(t).WithEngine(t, func(*http.Request) (*http.Response, error) {
		return nil, io.ErrUnexpectedEOF
	})}
	fake.AddBuilder(t, "multiplat")
	err := fake.run(t, append(args, plugintest.BuildContext(t))...)
	assert.Assert(t, err != nil)
	reason, _, _ := strings.Cut(err.Error(), "\n")
	for format, want := range map[string]string{
		"xml": `tests="2" failures="0" errors="2"`, "json": `"verdict": "not built"`, "md": "not built", "html": "not built",
	} {
		body, err := os.ReadFile(filepath.Join(out, "r."+format))
		assert.NilError(t, err)
		assert.Check(t, strings.Contains(string(body), want), "%s", body)
		assert.Check(t, strings.Contains(string(body), "linux/arm64"), "%s", body)
		if format != "json" {
			assert.Check(t, !strings.Contains(string(body), "native"), "%s", body)
		}
	}
	body, err := os.ReadFile(filepath.Join(out, "r.json"))
	assert.NilError(t, err)
	assertReport(t, body)
	var read struct {
		Platforms []struct{ Platform, Verdict, Reason, Execution string }
	}
	assert.NilError(t, json.Unmarshal(body, &read))
	assert.Equal(t, len(read.Platforms), 2)
	for _, p := range read.Platforms {
		assert.Equal(t, p.Verdict, "not built")
		assert.Equal(t, p.Execution, "none")
		assert.Check(t, strings.HasPrefix(p.Reason, reason), "%q is not %q", p.Reason, reason)
	}
}

// assertReport checks a report in JSON against the schema that is published.
func assertReport(t *testing.T, body []byte) {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "docs", "reference", "report.schema.json"))
	assert.NilError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	assert.NilError(t, err)
	assert.NilError(t, schema.Validate(document))
}
