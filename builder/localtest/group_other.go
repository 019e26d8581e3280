//go:build !unix

package localtest

import (
	"os"
	"os/exec"
)

// group is a process; where there are no process groups, what it has started lives on.
type group struct{}

func groupOf(*exec.Cmd) group { return group{} }

func (group) kill() {}

func signalCode(state *os.ProcessState) int { return state.ExitCode() }
