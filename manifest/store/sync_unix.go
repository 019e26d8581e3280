//go:build unix

package store

import (
	"errors"
	"fmt"
	"os"
)

// syncFolder makes a rename in a folder outlast a power failure.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("flushing %q: %w", path, err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("flushing %q: %w", path, err)
	}
	return nil
}
