//go:build e2e

package e2e

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// counted is a definition whose targets share a stage: two as stages of one Dockerfile, one that takes it as another
// target, and one that reads how often its step was carried out on each machine.
const counted = `
group "default" { targets = ["one", "two", "three"] }
target "_all" {
  platforms = ["linux/amd64", "linux/arm64"]
  args = { ID = "SCENARIO" }
}
target "one" {
  inherits = ["_all"]
  target = "one"
  tags = ["REPO/one:1"]
}
target "two" {
  inherits = ["_all"]
  target = "two"
  tags = ["REPO/two:1"]
}
target "base" {
  inherits = ["_all"]
  target = "base"
}
target "three" {
  inherits = ["_all"]
  contexts = { base = "target:base" }
  dockerfile-inline = "FROM base\nCMD [\"cat\", \"/ran\"]\n"
  tags = ["REPO/three:1"]
}
target "count" {
  args = { ID = "SCENARIO", AGAIN = timestamp() }
  platforms = ["linux/amd64"]
  dockerfile-inline = "FROM busybox\nARG ID\nARG AGAIN\nRUN --mount=type=cache,id=$ID,target=/c for f in /c/*; do echo \"ran on $(basename $f): $(wc -l <$f) of it\"; done\n"
  output = ["type=cacheonly"]
}
`

// What targets share is carried out once for each platform: as stages of one Dockerfile, and as a target that another
// takes; built once more, not at all.
func TestBakeShares(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("docker-bake.hcl", strings.NewReplacer("SCENARIO", s.id, "REPO/", s.repository("")).Replace(counted))
		s.write("Dockerfile", "FROM busybox AS base\nARG ID\n"+
			"RUN --mount=type=cache,id=$ID,target=/c echo ran >>/c/$(uname -m) && cp /c/$(uname -m) /ran\n"+
			"FROM base AS one\nCMD [\"cat\", \"/ran\"]\nFROM base AS two\nRUN echo two >/two\nCMD [\"cat\", \"/ran\"]\n")
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		for range 2 {
			s.run("bake", "--test-local").succeeds(t)
			told := s.run("bake", "--progress", "plain", "count").succeeds(t).Stderr
			found := regexp.MustCompile(`ran on \w+: \d+ of it\b`).FindAllString(told, -1)
			slices.Sort(found)
			assert.DeepEqual(t, slices.Compact(found), []string{"ran on aarch64: 1 of it", "ran on x86_64: 1 of it"})
		}
	}, containerdStore)
}

// awaited are steps of a build: one that makes a file of the scenario, and one that waits until it is there.
func (s *scenario) awaited(t *testing.T, file string) (makes, waits string) {
	t.Helper()
	path := filepath.Join(s.dir, file)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := os.Stat(path)
		if r.URL.Path == "/makes" {
			err = os.WriteFile(path, nil, 0o600)
		}
		if err != nil {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	return "wget -qO /dev/null " + server.URL + "/makes",
		"for i in $(seq 300); do wget -qO /dev/null " + server.URL + "/waits && exit 0; sleep 1; done; exit 9"
}

// A platform of one target is tested while another target is still built: the other's build waits for the test.
func TestBakeTestsWhileOthersBuild(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		_, waits := s.awaited(t, "tested")
		s.write("docker-bake.hcl", `
group "default" { targets = ["quick", "waiting"] }
target "quick" {
  dockerfile-inline = "FROM busybox\nCMD [\"true\"]\n"
  platforms = ["linux/amd64"]
}
target "waiting" {
  dockerfile-inline = "FROM busybox\nRUN `+waits+`\nCMD [\"true\"]\n"
  platforms = ["linux/amd64"]
}
`)
		s.write("multiplat.yaml", "targets:\n  quick: {script: [touch "+filepath.Join(s.dir, "tested")+"]}\n")
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.run("bake", "--jobs", "2", "--test-file", "multiplat.yaml", "--test-local").succeeds(t)
	}, containerdStore)
}

// A target that fails ends no other: the other's build goes on for as long as it takes after that. What takes the one
// that has failed is told as not begun.
func TestBakeGoesOn(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		makes, waits := s.awaited(t, "failed")
		s.write("docker-bake.hcl", `
group "default" { targets = ["failing", "going", "taker"] }
target "failing" {
  dockerfile-inline = "FROM busybox\nRUN `+makes+`; exit 3\n"
  platforms = ["linux/amd64"]
}
target "taker" {
  contexts = { failing = "target:failing" }
  dockerfile-inline = "FROM failing\nRUN touch /never\n"
  platforms = ["linux/amd64"]
}
target "going" {
  dockerfile-inline = "FROM busybox\nRUN (`+waits+`) && sleep 3 && touch /gone-on\n"
  platforms = ["linux/amd64"]
  tags = ["`+s.repository("going")+`:1"]
}
`)
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		r := s.run("bake", "--jobs", "3", "--test", "test -f /gone-on").exits(t, 4)
		assert.Check(
			t,
			is.Contains(r.Stderr, `target "taker": building taker linux/amd64: not begun, because failing was not built`),
		)
		assert.Check(t, is.Contains(s.run("ls").succeeds(t).Stdout, "passed"))
	}, containerdStore)
}
