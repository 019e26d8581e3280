//go:build unix

package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// checkOwner refuses a folder that is not of this user: its owner could change what we publish.
func checkOwner(info fs.FileInfo, uid int) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("its owner is not known")
	}
	if int64(stat.Uid) != int64(uid) {
		return fmt.Errorf("it belongs to user %d, and this is user %d", stat.Uid, uid)
	}
	return nil
}
