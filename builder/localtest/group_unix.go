//go:build unix

package localtest

import (
	"os"
	"os/exec"
	"syscall"
)

// group is a process with all it has started.
type group struct{ leader *exec.Cmd }

// groupOf makes a command the leader of a process group that is asked to end when its context is done.
func groupOf(command *exec.Cmd) group {
	g := group{command}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGTERM) }
	return g
}

// kill ends what is left of the group.
func (g group) kill() { _ = syscall.Kill(-g.leader.Process.Pid, syscall.SIGKILL) }

// signalCode is the exit code a shell gives to a process that a signal ended.
func signalCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return signals + int(status.Signal())
	}
	return state.ExitCode()
}
