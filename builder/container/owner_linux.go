package container

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// Owner is the value of [OwnerLabel] for this process; empty where it cannot be told.
func Owner() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id") //nolint:forbidigo // a file of the kernel, a line long
	space, spaceErr := os.Readlink("/proc/self/ns/pid")
	start := startOf(os.Getpid())
	host, hostErr := os.Hostname()
	if err != nil || spaceErr != nil || hostErr != nil || start == "" {
		return ""
	}
	return strings.Join([]string{
		host, strings.TrimSpace(string(boot)), space, strconv.Itoa(os.Geteuid()), strconv.Itoa(os.Getpid()), start,
	}, "/")
}

// Dead tells that an owner is a process of this user on this machine, since it was booted, that is no more. Of others
// nothing is known.
func Dead(owner string) bool {
	const pid, start = 4, 5
	theirs, ours := strings.Split(owner, "/"), strings.Split(Owner(), "/")
	if len(theirs) != len(ours) || len(ours) != start+1 {
		return false
	}
	for i, part := range ours[:pid] {
		if part != theirs[i] {
			return false
		}
	}
	id, err := strconv.Atoi(theirs[pid])
	return err == nil && startOf(id) != theirs[start]
}

// startOf is when a process was started, in the ticks of the kernel; empty: there is none.
func startOf(pid int) string {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat") //nolint:forbidigo // of the kernel, a line long
	if err != nil {
		return ""
	}
	// its second field is a name in parentheses, in which anything may be
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	const state, started = 0, 19
	if len(fields) <= started || fields[state] == "Z" || fields[state] == "X" {
		return ""
	}
	return fields[started]
}
