//go:build e2e

package e2e

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// happened lists what the engine has done to containers and images while f ran, as "container create" and so on. The
// commands run in the builder's container are left out: that is how clients speak to it.
func (s *scenario) happened(t *testing.T, f func()) string {
	t.Helper()
	at := func() string { return strconv.FormatFloat(float64(time.Now().UnixMilli())/1000, 'f', 3, 64) }
	since := at()
	f()
	events := s.docker("events", "--since", since, "--until", at(), "--format", "{{.Type}} {{.Action}}",
		"--filter", "type=container", "--filter", "type=image").succeeds(t).Stdout
	var out strings.Builder
	for line := range strings.Lines(events) {
		if !strings.HasPrefix(line, "container exec_") {
			out.WriteString(line)
		}
	}
	return out.String()
}

// Where nothing has changed, the whole of build and tests on four platforms starts no container, loads no image and
// reads no layer; and what the engine is seen to do the first time shows that it would have been seen.
func TestNothingChanged(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", "FROM busybox\nCOPY greeting /greeting\nCMD [\"cat\", \"/greeting\"]\n")
		s.write("greeting", "hello\n")
		s.write("t.yaml", "schemaVersion: 2.0.0\n"+
			"fileContentTests: [{name: greets, path: /greeting, expectedContents: [hello]}]\n"+
			"commandTests: [{name: greets too, command: cat, args: [/greeting], expectedOutput: [hello]}]\n")
		s.run("init", "--platform", fourPlatforms).succeeds(t)
		build := []string{
			"build", "--progress", "plain", "--test-local", "--test-config", "t.yaml", "-t", s.repository("app") + ":1", ".",
		}
		var first, again result
		done := s.happened(t, func() { first = s.run(build...).succeeds(t) })
		assert.Equal(t, strings.Count(done, "container create\n"), 4, done)
		assert.Equal(t, strings.Count(done, "container destroy\n"), 4, done)
		assert.Assert(t, strings.Contains(done, "image load\n"), done)
		assert.Assert(t, strings.Contains(first.Stderr, "2 layers, 2 of them read"))

		done = s.happened(t, func() { again = s.run(build...).succeeds(t) })
		assert.Equal(t, done, "")
		assert.Equal(t, again.Stdout, first.Stdout)
		assert.Equal(t, strings.Count(again.Stderr, "2 layers, 0 of them read"), 4)
		assert.Equal(t, strings.Count(again.Stderr, "passed (cached)"), 4)
		// under another name the images are named, not loaded
		name, other := s.repository("app")+":1", s.repository("app")+":2"
		s.run("tag", name, other).succeeds(t)
		done = s.happened(t, func() { s.run("test", "--test-config", "t.yaml", other).succeeds(t) })
		assert.Equal(t, done, strings.Repeat("image tag\n", 4))
	})
}
