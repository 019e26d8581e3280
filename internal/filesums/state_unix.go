//go:build unix

package filesums

import (
	"fmt"
	"io/fs"
	"syscall"
	"time"

	continuity "github.com/containerd/continuity/fs"
)

// stateOf is what tells a file from itself after a change; empty where that cannot be told. changed is when it was
// changed last.
func stateOf(info fs.FileInfo) (state string, changed time.Time) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", time.Time{}
	}
	content, inode := info.ModTime(), continuity.StatCtime(stat)
	changed = time.Unix(inode.Unix())
	if content.After(changed) {
		changed = content
	}
	return fmt.Sprintf("%d %d %o %d %d %d.%d", stat.Dev, stat.Ino, info.Mode(), info.Size(), content.UnixNano(),
		inode.Sec, inode.Nsec), changed
}
