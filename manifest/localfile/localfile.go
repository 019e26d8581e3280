// Package localfile reads files of this machine that anybody may have put there: what is no regular file, such as a
// pipe or a device without end, or is too large, is refused before anything of it is read.
package localfile

import (
	"fmt"
	"io"
	"os"
)

// Open opens a regular file.
func Open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is no regular file (%s)", path, info.Mode().Type())
	}
	return os.Open(path)
}

// Read returns the content of a regular file of at most limit bytes.
func Read(path string, limit int64) ([]byte, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, tooLarge(path, info.Size(), limit)
	}
	body, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = tooLarge(path, int64(len(body)), limit)
	}
	return body, err
}

func tooLarge(path string, size, limit int64) error {
	return fmt.Errorf("%q has %d bytes, more than %d", path, size, limit)
}
