//go:build drill

package drill

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// ownClock is the time of day of one running program, which can be set while it runs, as an administrator or NTP sets
// that of a machine: time.Now jumps, and what counts from the start of the machine, as timers do, goes on. The program
// is what is released: what is changed is the page that the kernel gives each process to read the clock with (vDSO).
type ownClock struct {
	memory *os.File
	at     int64
}

// ahead is what takes the place of clock_gettime: it asks the kernel, and adds what stands behind it to the seconds of
// the time of day.
func ahead() []byte {
	code := []byte{
		0xb8, 0xe4, 0, 0, 0, // mov eax, 228 (clock_gettime)
		0x0f, 0x05, // syscall
		0x85, 0xff, // test edi, edi (CLOCK_REALTIME)
		0x75, 0x0a, // jne to the return
		0x48, 0x8b, 0x0d, 0x04, 0, 0, 0, // mov rcx, what stands behind the return
		0x48, 0x01, 0x0e, // add [rsi], rcx
		0xc3, // ret
	}
	return append(code, make([]byte, 8)...)
}

// startByOwnClock starts a program whose clock is off by some time.
func startByOwnClock(t *testing.T, cmd *exec.Cmd, by time.Duration) *ownClock {
	t.Helper()
	if runtime.GOARCH != "amd64" {
		t.Skip("the machine code of this drill is for amd64")
	}
	runtime.LockOSThread() // what is traced belongs to a thread
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	assert.NilError(t, cmd.Start())
	var status syscall.WaitStatus
	_, err := syscall.Wait4(cmd.Process.Pid, &status, 0, nil)
	assert.NilError(t, err)
	assert.Assert(t, status.Stopped(), "it has to stop before its first instruction")
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", cmd.Process.Pid), os.O_RDWR, 0)
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, memory.Close()) })
	code := ahead()
	function := clockFunction(t, memory, cmd.Process.Pid)
	_, err = memory.WriteAt(code, function)
	assert.NilError(t, err)
	c := &ownClock{memory, function + int64(len(code)) - 8}
	c.set(by)
	assert.NilError(t, syscall.PtraceDetach(cmd.Process.Pid))
	return c
}

// runBy runs the program to its end by a clock that is off by some time.
func (d *try) runBy(t *testing.T, by time.Duration, args ...string) ended {
	t.Helper()
	var output bytes.Buffer
	cmd := d.command(t.Context(), "", args...)
	cmd.Stdout, cmd.Stderr = &output, &output
	startByOwnClock(t, cmd, by)
	_ = cmd.Wait() // its code says it
	return ended{cmd.ProcessState.ExitCode(), output.String()}
}

// clockFunction is where a process that has just begun reads the clock.
func clockFunction(t *testing.T, memory io.ReaderAt, pid int) int64 {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	assert.NilError(t, err)
	at := regexp.MustCompile(`(?m)^([0-9a-f]+)-([0-9a-f]+) .*\[vdso\]$`).FindSubmatch(maps)
	assert.Assert(t, at != nil, "%s", maps)
	from, err := strconv.ParseInt(string(at[1]), 16, 64)
	assert.NilError(t, err)
	to, err := strconv.ParseInt(string(at[2]), 16, 64)
	assert.NilError(t, err)
	file, err := elf.NewFile(io.NewSectionReader(memory, from, to-from))
	assert.NilError(t, err)
	symbols, err := file.DynamicSymbols()
	assert.NilError(t, err)
	for _, s := range symbols {
		if s.Name == "__vdso_clock_gettime" {
			return from + int64(s.Value)
		}
	}
	t.Fatal("the vDSO has no clock_gettime")
	return 0
}

// set sets the clock ahead of that of the machine, or behind it. A program that has ended takes no harm.
func (c *ownClock) set(by time.Duration) {
	seconds := binary.LittleEndian.AppendUint64(nil, uint64(int64(by/time.Second)))
	_, _ = c.memory.WriteAt(seconds, c.at)
}
