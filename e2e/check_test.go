//go:build e2e

package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// checkedImage is an image as check shows it.
type checkedImage struct {
	Name      string
	Platforms []struct{ Platform, State string }
}

// A base that lacks a platform is named through the builder, with its mirrors, in less than two seconds, and no solve is
// started; a build says it, too, before its solves, and builds the other platforms.
func TestCheckNamesABaseBeforeAnySolve(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64,linux/s390x").succeeds(t)
		base := s.repository("base")
		s.write("Dockerfile", "FROM busybox\n")
		s.docker("buildx", "build", "--platform", "linux/amd64,linux/arm64", "-t", base+":1", "--push", ".").succeeds(t)
		s.write("Dockerfile", "FROM busybox AS tools\nRUN uname -m > /arch\nFROM "+base+":1\nCOPY --from=tools /arch /arch\n")
		solved := s.solves(t)
		assert.Assert(t, solved > 0, "the builder keeps no record")

		began := time.Now()
		seen := s.run("check", "--format", "json", "--platform", "linux/amd64,linux/arm64,linux/s390x", ".").exits(t, 5)
		took := time.Since(began)
		assert.Check(t, took < 2*time.Second, "it took %s", took)
		assert.Equal(t, s.solves(t), solved)
		var report struct {
			LookedUpBy string
			Images     []checkedImage
			Findings   []struct {
				Rule      string
				Line      int
				Platforms []string
			}
		}
		assert.NilError(t, json.Unmarshal([]byte(seen.Stdout), &report))
		assert.Equal(t, report.LookedUpBy, s.builder)
		for _, image := range report.Images {
			want := "served"
			if image.Name == base+":1" {
				want = "not served"
			}
			assert.Check(t, is.Equal(image.Platforms[0].State, "served"), image.Name)
			assert.Check(t, is.Equal(image.Platforms[2].State, want), image.Name)
		}
		assert.Equal(t, len(report.Findings), 1, seen.Stdout)
		assert.Equal(t, report.Findings[0].Rule, "BaseNotServed")
		assert.Equal(t, report.Findings[0].Line, 3)
		assert.DeepEqual(t, report.Findings[0].Platforms, []string{"linux/s390x"})
		t.Logf("check took %s", took)

		built := s.run("build", "--progress", "plain", "--platform", "linux/amd64,linux/s390x", "-t", s.repository("app")+":1",
			".").
			exits(t, 4)
		said := strings.Index(built.Stderr, "linux/s390x: "+base+":1 has no image for this platform")
		first := strings.Index(built.Stderr, "\n== linux/")
		assert.Assert(t, said >= 0 && first > said, "said at %d, built at %d:\n%s", said, first, built.Stderr)
		assert.Check(t, is.Contains(built.Stderr, "(Dockerfile:3)"))
	})
}

// solves are the builds that the builder has on record.
func (s *scenario) solves(t *testing.T) int {
	t.Helper()
	listed := s.docker("buildx", "history", "ls", "--format", "{{.Ref}}").succeeds(t)
	return len(strings.Fields(listed.Stdout))
}
