//go:build unix

package localtest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"
)

func scriptOf(t *testing.T, text string) Spec {
	t.Helper()
	c, err := ParseCommand(text)
	assert.NilError(t, err)
	return Spec{Scripts: []Command{c}}
}

func TestScriptIsToldOfItsImage(t *testing.T) {
	image := server()
	image.Emulated = true
	spec := scriptOf(
		t,
		`sh -c 'echo "$MULTIPLAT_IMAGE $MULTIPLAT_IMAGE_ID $MULTIPLAT_PLATFORM $MULTIPLAT_EMULATED $MORE"; echo no >&2'`,
	)
	spec.HostEnv = []string{"MORE=more"}
	c := tryWithin(t, time.Minute, &fakeEngine{}, image, spec)
	assert.Equal(t, c.Verdict, Passed)
	assert.Equal(t, c.Stdout, "app:1--amd64 image linux/amd64 true more\n")
	assert.Equal(t, c.Stderr, "no\n")
}

func TestScriptVerdicts(t *testing.T) {
	for text, want := range map[string]struct {
		verdict Verdict
		reason  string
	}{
		"true":               {Passed, ""},
		"sh -c 'exit 3'":     {Failed, "exit code 3, not 0"},
		"sh -c 'kill -9 $$'": {Failed, "exit code 137 (signal 9: killed), not 0"},
		"sleep 60":           {Inconclusive, "not done after 600ms"},
		"/no/such/program":   {Failed, `starting "/no/such/program": fork/exec /no/such/program: no such file or directory`},
	} {
		t.Run(text, func(t *testing.T) {
			limit := time.Minute
			if want.verdict == Inconclusive {
				limit = 600 * time.Millisecond
			}
			c := tryWithin(t, limit, &fakeEngine{}, server(), scriptOf(t, text))
			assert.Equal(t, c.Verdict, want.verdict)
			assert.Equal(t, c.Reason, want.reason)
		})
	}
}

// What a script has started ends with it.
func TestScriptIsEndedWithItsChildren(t *testing.T) {
	file := filepath.Join(t.TempDir(), "child")
	c := tryOne(t, &fakeEngine{}, server(), scriptOf(t, `sh -c 'sleep 300 & echo $! > `+file+`; wait'`))
	assert.Equal(t, c.Verdict, Inconclusive)
	text, err := os.ReadFile(file)
	assert.NilError(t, err)
	child, err := strconv.Atoi(strings.TrimSpace(string(text)))
	assert.NilError(t, err)
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if gone(child) {
			return poll.Success()
		}
		return poll.Continue("process %d is still there", child)
	}, poll.WithTimeout(10*time.Second))
}

// gone tells whether a process has ended; one that nobody waits for is a zombie.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || strings.Contains(string(stat), ") Z ")
}
