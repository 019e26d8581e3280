//go:build drill

package drill

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// TestDrillMachine has the program meet a machine, a registry and images that are made to hurt.
func TestDrillMachine(t *testing.T) {
	quietly()
	drilltest.Run(t,
		drilltest.Kind{Name: "every file of the store damaged", Run: damaged},
		drilltest.Kind{Name: "more drafts than a store takes", Run: crowded},
		drilltest.Kind{Name: "a store that is elsewhere", Run: misplaced},
		drilltest.Kind{Name: "a store that is moved away while a command runs", Run: movedAway},
		drilltest.Kind{Name: "out of memory", Run: starved},
		drilltest.Kind{Name: "a clock that was set back or forward", Run: clock},
		drilltest.Kind{Name: "a clock that is set while a command runs", Run: clockRuns},
		drilltest.Kind{Name: "one store by clocks that differ", Run: oneStoreByClocks},
		drilltest.Kind{Name: "certificates that are not valid by the clock", Run: clockDistrusts},
		drilltest.Kind{Name: "a disk with no room, or room for some pages", Run: roomless},
		drilltest.Kind{Name: "every read tampered with", Run: tamperedReads},
		drilltest.Kind{Name: "documents made to hurt", Run: documented},
		drilltest.Kind{Name: "images made to hurt", Run: hostile},
		drilltest.Kind{Name: "tests of images made to hurt", Run: hurtTests},
		drilltest.Kind{Name: "words that a reader would obey", Run: words},
	)
}

// What a command may cost that meets damage: of the processor, and of memory. What waits for longer hangs.
const (
	mostTime   = 10 * time.Second
	mostMemory = 200 << 20
	hangs      = 5 * time.Minute
)

// spent is a run of the program and what it took.
type spent struct {
	ended
	stdout string
	took   time.Duration
	memory int64
}

// measured runs the program to its end, and ends it where it hangs.
func (d *try) measured(t *testing.T, args ...string) spent {
	t.Helper()
	return d.measuredBy(t, d.command(t.Context(), "", args...))
}

// measuredBy is measured, of a command that is prepared.
func (d *try) measuredBy(t *testing.T, cmd *exec.Cmd) spent {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	assert.NilError(t, cmd.Start())
	memory := watchMemory(t.Context(), cmd.Process.Pid)
	late := time.AfterFunc(hangs, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	late.Stop()
	peak := memory()
	var exit *exec.ExitError
	assert.Assert(t, err == nil || errors.As(err, &exit), err)
	return spent{
		ended:  ended{cmd.ProcessState.ExitCode(), stderr.String() + stdout.String()},
		stdout: stdout.String(), took: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		memory: peak,
	}
}

// watchMemory reads the peak of a process's memory until the function it returns is called, which returns it. What the
// kernel says of a process at its end includes that of the one which started it.
func watchMemory(ctx context.Context, pid int) func() int64 {
	peak := make(chan int64, 1)
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		var most int64
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		for ctx.Err() == nil {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			var now int64
			if _, text, found := strings.Cut(string(status), "VmHWM:"); err == nil && found {
				_, _ = fmt.Sscan(text, &now)
			}
			most = max(most, now<<10)
			<-ticker.C
		}
		peak <- most
	}()
	return func() int64 {
		cancel()
		return <-peak
	}
}

// check holds a run against what it may cost, and against what any may say.
func (s spent) check(t *testing.T, what string, limit time.Duration, codes ...int) {
	t.Helper()
	assert.Check(t, s.took < limit, "%s took %s", what, s.took)
	assert.Check(t, s.memory < mostMemory, "%s took %d MB", what, s.memory>>20)
	assert.Check(t, slices.Contains(codes, s.code), "%s: exit %d: %s", what, s.code, s.output)
	assert.Check(t, s.code == 0 || strings.Contains(s.output, "ERROR: "), "%s: %s", what, s.output)
	assert.Check(t, !strings.Contains(s.output, "goroutine "), "%s: %s", what, s.output)
	assert.Check(t, len(s.output) < 1<<20, "%s says %d bytes", what, len(s.output))
	at := strings.IndexFunc(s.output, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r <= 0x9f || r == 0x202e || r == 0x2066
	})
	assert.Check(t, at < 0, "%s shows %q", what, s.output[max(0, at-20):])
}
