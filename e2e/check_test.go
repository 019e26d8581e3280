//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
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

		var seen result
		took := time.Hour
		for tries := 0; tries < 5 && took >= 2*time.Second; tries++ { // the machine may be busy with something else
			began := time.Now()
			seen = s.run("check", "--format", "json", "--platform", "linux/amd64,linux/arm64,linux/s390x", ".").exits(t, 5)
			took = time.Since(began)
		}
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
	}, containerdStore)
}

// solves are the builds that the builder has on record.
func (s *scenario) solves(t *testing.T) int {
	t.Helper()
	listed := s.docker("buildx", "history", "ls", "--format", "{{.Ref}}").succeeds(t)
	return len(strings.Fields(listed.Stdout))
}

// A registry that does not answer is a warning, with a builder and without one, and BuildKit's checks are made all the
// same: it is not known whether the build works.
func TestCheckOfARegistryThatIsDown(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("Dockerfile", "FROM localhost:1/nobody/here:1\nMAINTAINER me\n")
		args := []string{"check", "--format", "{{range .Findings}}{{.Rule}};{{end}}", "--platform", "linux/amd64"}
		seen := s.run(append(args, ".")...).exits(t, 0)
		assert.Equal(t, seen.Stdout, "BaseNotKnown;MaintainerDeprecated;\n")
		s.run(append(args, "--fail-on", "warning", ".")...).exits(t, 5)
		s.docker("buildx", "stop", s.builder).succeeds(t)
		args[2] += "{{.Notes}}"
		seen = s.run(append(args, "--retry-timeout", "0s", ".")...).exits(t, 0)
		assert.Check(t, is.Contains(seen.Stdout, "BaseNotKnown;MaintainerDeprecated;"))
		assert.Check(t, is.Contains(seen.Stdout, "does not run"))
	}, containerdStore)
}

// BuildKit's checks end at the first base that cannot be had, whatever stage it is of. That of a stage which the target
// does not need keeps nobody from building, and what the checks say besides is said.
func TestCheckOfABaseNobodyNeeds(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("Dockerfile", "FROM nobody-has-this:1 AS release\nFROM busybox\nMAINTAINER me\n")
		args := []string{"check", "--format", "{{range .Findings}}{{.Rule}} {{.Line}};{{end}}", "--platform", "linux/amd64"}
		needless := s.run(append(args, ".")...).exits(t, 0)
		assert.Equal(t, needless.Stdout, "MaintainerDeprecated 3;\n")
		s.run("build", "--quiet", "-t", s.repository("app")+":1", ".").succeeds(t)
		needed := s.run(append(args, "--fail-on", "warning", "--target", "release", ".")...).exits(t, 5)
		assert.Check(t, is.Contains(needed.Stdout, " 1;"))
	}, containerdStore)
}

// The Dockerfile of a Git repository, of an archive, and one that is all there is at an address, are read by the builder.
func TestCheckOfAnAddress(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("app/dir/Dockerfile", "FROM busybox\nRUN wget https://x.example/y-linux-amd64\n")
		git, archive := s.serveGit(t, "app"), s.serveTar(t, "app/dir")
		single := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(s.dir, "app/dir"))))
		t.Cleanup(single.Close)
		for _, at := range []string{git + ":dir", archive, single.URL + "/Dockerfile"} {
			seen := s.run("check", "--format", "{{.File}} {{range .Findings}}{{.Rule}} {{.Line}};{{end}}",
				"--platform", "linux/amd64,linux/arm64", at).exits(t, 5)
			assert.Check(t, is.Equal(seen.Stdout, "Dockerfile SpelledArchitecture 2;\n"), at)
		}
		gone := s.run("check", "--platform", "linux/amd64", strings.Replace(git, "#main", "#none", 1)).exits(t, 4)
		assert.Check(t, is.Contains(gone.Stderr, "/app.git#none"))
	}, containerdStore)
}
