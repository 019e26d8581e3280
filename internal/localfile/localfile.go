// Package localfile reads what others wrote, within limits: files of this machine that anybody may have put there, and
// streams. What is no regular file, such as a pipe or a device without end, or is too large, is refused before
// anything of it is read. The linter lets no other package open files, or read a stream to its end.
package localfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// Open opens a regular file.
func Open(path string) (*os.File, error) {
	if _, err := stat(path); err != nil {
		return nil, err
	}
	// a pipe that has taken the place of the file meanwhile is not waited for
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = irregular(path, info)
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// Exhausted tells that the machine, or this process, has no more files to open or memory to give: that says nothing of
// what was to be read.
func Exhausted(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOMEM)
}

// Check refuses what Read refuses, without opening it.
func Check(path string, limit int64) error {
	info, err := stat(path)
	if err == nil && info.Size() > limit {
		err = tooLarge(path, info.Size(), limit)
	}
	return err
}

// Read returns the content of a regular file of at most limit bytes.
func Read(path string, limit int64) ([]byte, error) {
	if err := Check(path, limit); err != nil {
		return nil, err
	}
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	body, more, err := Stream(file, limit)
	if err == nil && more {
		err = tooLarge(path, limit+1, limit)
	}
	return body, err
}

// Stream returns the first bytes of a stream, at most limit; more tells that there are others behind them.
func Stream(r io.Reader, limit int64) (body []byte, more bool, err error) {
	body, err = io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(body)) > limit {
		return body[:limit], true, err
	}
	return body, false, err
}

func stat(path string) (os.FileInfo, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = irregular(path, info)
	}
	return info, err
}

func irregular(path string, info os.FileInfo) error {
	return fmt.Errorf("%q is no regular file (%s)", path, info.Mode().Type())
}

func tooLarge(path string, size, limit int64) error {
	return fmt.Errorf("%q has %d bytes, more than %d", path, size, limit)
}
