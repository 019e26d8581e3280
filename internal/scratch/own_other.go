//go:build !unix

package scratch

import "io/fs"

// own is true: temporary folders are each user's own on this system.
func own(fs.FileInfo) bool { return true }
