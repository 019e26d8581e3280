//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A build says in one line which steps an emulator took long for, beside the same ones without it, and which rule of
// check would help; the metadata file has all of it. What was cached is not said again.
func TestEmulatedTimeOfABuild(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox AS build\nARG SECRET\nRUN go() { :; }; : $SECRET; "+
			`test "$(uname -m)" = x86_64 || sleep 11; go build .`+"\nFROM busybox\nCOPY --from=build /etc/passwd /app\n")
		metadata := filepath.Join(t.TempDir(), "m.json")
		args := []string{
			"build", "--progress", "plain", "--platform", "linux/amd64,linux/arm64", "--build-arg", "SECRET=hush",
			"-t", s.repository("app") + ":1", "--metadata-file", metadata, ".",
		}
		built := s.run(args...).succeeds(t)
		assert.Equal(t, strings.Count(built.Stderr, "linux/arm64 spent "), 1, built.Stderr)
		assert.Check(t, is.Contains(built.Stderr, "in 1 emulated step ("))
		assert.Check(t, is.Contains(built.Stderr, ": see check rule EmulatedCompiler, https://"))

		body, err := os.ReadFile(metadata)
		assert.NilError(t, err)
		assert.Check(t, !strings.Contains(string(body), "hush"), "the value of a build argument")
		var got struct {
			Platforms []struct {
				Platform  string
				Emulators *struct {
					Seconds, Times float64
					Steps          []struct{ Instruction, Rule string }
				}
			}
		}
		assert.NilError(t, json.Unmarshal(body, &got))
		assert.Check(t, got.Platforms[0].Emulators == nil, string(body))
		arm64 := got.Platforms[1].Emulators
		assert.Assert(t, arm64 != nil, string(body))
		assert.Check(t, arm64.Seconds >= 11 && arm64.Times > 1, string(body))
		assert.Check(t, is.Contains(arm64.Steps[0].Instruction, "$SECRET"))

		cached := s.run(args...).succeeds(t)
		assert.Check(t, !strings.Contains(cached.Stderr, "emulated step"), cached.Stderr)
	}, containerdStore)
}
