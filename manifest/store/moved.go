package store

import (
	"fmt"
	"os"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// inPlace fails where the store was moved or removed since it was opened: the work folder is where it was as long as
// the store is. What stands in the place of the store, such as another one, is left alone.
func (s *Store) inPlace() error {
	if s.work == nil { // nobody has opened it
		return nil
	}
	if _, err := os.Lstat(s.work.path); err != nil {
		return fmt.Errorf("%w: it was moved or removed while it was used: %w", ErrFolder, err)
	}
	return nil
}

// damaged is the error of a blob that cannot be read.
func (s *Store) damaged(err error) error {
	if localfile.Exhausted(err) {
		return err
	}
	if moved := s.inPlace(); moved != nil {
		return moved
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}
