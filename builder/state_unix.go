//go:build unix

package builder

import "golang.org/x/sys/unix"

// mayWrite asks the kernel, which also knows of file systems that are mounted read-only.
func mayWrite(folder string) bool { return unix.Access(folder, unix.W_OK) == nil }
