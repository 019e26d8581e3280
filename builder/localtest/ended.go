package localtest

import (
	"bytes"
	"cmp"
	"fmt"
	"syscall"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// crashed tells whether QEMU died rather than the program under test: it says so, or the process ended by a
// signal that a program in a container seldom sends itself. As the first process of a container QEMU does not end by
// the signal, and hangs.
func crashed(image Image, exit container.Exit) bool {
	if !image.Emulated || exit.Refused != nil {
		return false
	}
	return crashLine(exit) != "" || !exit.Running && crashCode(exit.Code)
}

// crashLine is what QEMU has said of its end, empty where it has not said anything.
func crashLine(exit container.Exit) string {
	const said = "qemu: uncaught target signal"
	for line := range bytes.Lines(exit.Stderr) {
		if at := bytes.Index(line, []byte(said)); at >= 0 {
			return clean(bytes.TrimSpace(line[at:]))
		}
	}
	return ""
}

// crash says how the emulator crashed. The exit code says it only where it is the emulator's own.
func crash(exit container.Exit, limit time.Duration) string {
	how := cmp.Or(crashLine(exit), ended(exit.Code))
	switch {
	case exit.Running && exit.Watched:
		return fmt.Sprintf("the emulator crashed (%s) in one of its processes", how)
	case exit.Running:
		return fmt.Sprintf("the emulator crashed (%s), and did not end within %s", how, round(limit))
	}
	return fmt.Sprintf("the emulator crashed twice (%s)", how)
}

// crashCode tells whether an exit code means one of the signals of a crash.
func crashCode(code int) bool {
	switch syscall.Signal(code - signals) {
	case syscall.SIGSEGV, syscall.SIGILL, syscall.SIGABRT, syscall.SIGBUS:
		return true
	}
	return false
}

// signals is what a shell and an engine add to the number of the signal a process ended by.
const signals = 128

// ended says an exit code in words.
func ended(code int) string {
	if number := code - signals; number > 0 && number < 32 {
		return fmt.Sprintf("exit code %d (signal %d: %s)", code, number, syscall.Signal(number))
	}
	return fmt.Sprintf("exit code %d", code)
}

// noFormat is what the kernel says of a file that it cannot execute.
const noFormat = "exec format error"

// unstarted is what the engine has said of a file that the kernel does not execute, with what is wrong with the file;
// empty where that is not how a container ended.
func unstarted(exit container.Exit) string {
	line := bytes.TrimSpace(exit.Stderr)
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	if exit.Code != notExecuted || !bytes.HasPrefix(line, []byte("exec ")) ||
		!bytes.HasSuffix(line, []byte(": "+noFormat)) {
		return ""
	}
	return clean(line) + noProgram()
}

// noProgram says what a file is not that the kernel does not execute.
func noProgram() string {
	return ": it is no program of this platform, and no script either, whose very first bytes are #! " +
		"(no byte order mark, empty line or comment before them)"
}
