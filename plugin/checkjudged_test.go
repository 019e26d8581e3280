package plugin

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What no builder would build is an error where none is asked, too.
func TestCheckWithoutABuilderKnowsWhatFails(t *testing.T) {
	fake, r := newFakeCLI(t), newFakeRegistry(t)
	base := r.base(t, "1", plugintest.Linux("amd64", ""))
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"no name of a base":    {"FROM a//b\nCOPY a /a\n", []string{"BaseNotFound 1 linux/amd64", "InvalidDefaultArgInFrom 1"}},
		"no name of a source":  {"FROM " + base + "\nCOPY --from=a//b a /a\n", []string{"BaseNotFound 2 linux/amd64"}},
		"stages in a circle":   {"FROM scratch AS a\nCOPY --from=b / /\nFROM scratch AS b\nCOPY --from=a / /\n", []string{"BuildError 2"}},
		"a value that is none": {"FROM " + base + "\nENV a=\"${b:?no value}\"\n", []string{"BuildError 2", "UndefinedVar 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			inFolder(t, tc.text)
			assert.DeepEqual(t, rulesOf(fake.checked(t, 5, "--platform", "linux/amd64", ".")), tc.want)
		})
	}
	inFolder(t, "FROM a AS b\nCOPY --from=c / /\n")
	seen := fake.checked(t, 0, "--platform", "linux/amd64", "--build-context", "a=.", "--build-context", "c=.",
		"--build-context", "b=https://example.invalid/x.tgz", ".")
	assert.DeepEqual(t, rulesOf(seen), []string{})
}

// A RUN that no rule could look at is told as a note, whatever is shown of it.
func TestCheckTellsWhatItDidNotRead(t *testing.T) {
	fake, r := newFakeCLI(t), newFakeRegistry(t)
	base := r.base(t, "1", plugintest.Linux("amd64", ""))
	inFolder(t, "FROM "+base+"\nRUN if \x1b[31mthen\n")
	seen := fake.checked(t, 0, "--platform", "linux/amd64", "--fail-on", "warning", ".")
	assert.DeepEqual(t, rulesOf(seen), []string{"UnreadRun 2 linux/amd64"})
	assert.Check(t, is.Contains(seen.Findings[0].Cause, "which are not understood as shell"))
}

// Where a file is, is a URI in SARIF: relative to the folder one is in, or else whole; a message of others holds no link.
func TestCheckSARIFPlaces(t *testing.T) {
	fake := newFakeCLI(t)
	inFolder(t, "FROM scratch\nRUN [\"/bin/sh\", \"-c\", \"cd '[x](https://evil.example)/linux-amd64'\"]\n")
	assert.NilError(t, os.MkdirAll("a b#c%25?/d", 0o700))
	body, err := os.ReadFile("Dockerfile")
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile("a b#c%25?/Dockerfile", body, 0o600))
	here, err := os.Getwd()
	assert.NilError(t, err)
	whole := (&url.URL{Scheme: "file", Path: here + "/Dockerfile"}).String()
	for _, tc := range []struct{ in, file, want, base string }{
		{".", "Dockerfile", "Dockerfile", "%SRCROOT%"},
		{".", "a b#c%25?/Dockerfile", "a%20b%23c%2525%3F/Dockerfile", "%SRCROOT%"},
		{"a b#c%25?/d", here + "/Dockerfile", whole, ""},
	} {
		t.Chdir(filepath.Join(here, tc.in))
		fake.Stdout.Reset()
		err := fake.run(t, "check", "--format", "sarif", "--platform", "linux/arm64", "--file", tc.file, ".")
		assert.Equal(t, ExitCode(err), 5, "%v", err)
		var log struct {
			Runs []struct {
				Results []struct {
					Message   struct{ Text string }
					Locations []struct {
						PhysicalLocation struct {
							ArtifactLocation struct{ URI, URIBaseID string }
						}
					}
				}
			}
		}
		assert.NilError(t, json.Unmarshal([]byte(fake.Stdout.String()), &log))
		result := log.Runs[0].Results[0]
		at := result.Locations[0].PhysicalLocation.ArtifactLocation
		assert.Equal(t, at.URI, tc.want)
		assert.Equal(t, at.URIBaseID, tc.base)
		assert.Check(t, is.Contains(result.Message.Text, "evil.example"))
		assert.Check(t, !strings.Contains(result.Message.Text, "]("), result.Message.Text)
	}
}
