//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// sent are the bytes that went somewhere, by what was sent, of a display in JSON: of what begins with these words.
func sent(t *testing.T, r result, what string) (bytesOf map[string]int64, all int64) {
	t.Helper()
	bytesOf = map[string]int64{}
	for line := range strings.Lines(r.Stderr) {
		var status struct {
			Statuses []struct {
				ID, Vertex string
				Current    int64
			} `json:"statuses"`
		}
		if json.Unmarshal([]byte(line), &status) != nil {
			continue
		}
		for _, s := range status.Statuses {
			if strings.HasPrefix(s.ID, what) {
				bytesOf[s.ID+" "+s.Vertex] = max(bytesOf[s.ID+" "+s.Vertex], s.Current)
			}
		}
	}
	assert.Check(t, len(bytesOf) > 0, r.Stderr)
	for _, n := range bytesOf {
		all += n
	}
	return bytesOf, all
}

// What a builder has of a build context is not sent again, whether all platforms take all of it, or each a file of its
// own: an unchanged build sends less than 100 bytes for each platform.
func TestUnchangedContextIsNotSentAgain(t *testing.T) {
	const size, little = 1 << 20, 100
	four := []string{"amd64", "arm64", "s390x", "ppc64le"}
	forEachStore(t, func(t *testing.T, s *scenario) {
		list := "linux/" + strings.Join(four, ",linux/")
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		for i, arch := range four {
			s.write("app/bin/"+arch, string(bytes.Repeat([]byte{byte('a' + i)}, size)))
		}
		build := func(file string) int64 {
			r := s.run("build", "--progress", "rawjson", "--platform", list, "-f", "app/"+file,
				"-t", s.repository("app")+":"+strings.ToLower(file), "app").succeeds(t)
			bytesOf, all := sent(t, r, "transferring context")
			t.Logf("%s: %d bytes: %v", file, all, bytesOf)
			return all
		}
		s.write("app/Own", "FROM scratch\nARG TARGETARCH\nCOPY bin/$TARGETARCH /app\n")
		s.write("app/All", "FROM scratch\nCOPY . /\n")
		within := func(all, least, most int64) {
			assert.Check(t, least <= all && all < most, "%d bytes were sent", all)
		}
		within(build("Own"), 4*size, 4*size+4096)
		within(build("Own"), 1, 4*little)
		s.write("app/bin/arm64", strings.Repeat("x", size))
		within(build("Own"), size, size+4096)
		within(build("All"), 1, 4*size+4096) // once, not for each platform
		within(build("All"), 1, 4*little)
	}, containerdStore)
}

// The plugin is no larger than buildx of the same platform, which the lab builds with the same flags.
func TestNoLargerThanBuildx(t *testing.T) {
	s := newScenario(t, containerdStore)
	ours, err := os.Stat(plugin)
	assert.NilError(t, err)
	theirs, err := os.Stat(s.lab.buildx)
	assert.NilError(t, err)
	t.Logf("%d bytes, buildx %d", ours.Size(), theirs.Size())
	assert.Check(t, ours.Size() <= theirs.Size(), "%d bytes, buildx %d", ours.Size(), theirs.Size())
}
