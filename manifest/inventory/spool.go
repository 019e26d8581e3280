package inventory

import (
	"io"
	"os"
)

// reader reads the packages that a file tells of; known is false where it cannot be made sense of.
type reader func(file io.ReaderAt, size int64) (list []Package, known bool)

// spool is a file without a name that holds an archive while it is looked into: some can only be read from their end.
type spool struct{ file *os.File }

// into returns a teller of a file of size bytes that is looked into once it is whole.
func (s *spool) into(size int64, read reader) Teller {
	return &spooled{spool: s, left: size, size: size, read: read}
}

func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name()) // where that could not be done while it was open
	}
}

// start empties the spool, and makes it when it is needed for the first time.
func (s *spool) start() error {
	if s.file == nil {
		file, err := os.CreateTemp("", "docker-multiplat-*")
		if err != nil {
			return err
		}
		s.file = file
		_ = os.Remove(file.Name()) // it is gone too if this program is killed
		return nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return s.file.Truncate(0)
}

// spooled is one file in the spool.
type spooled struct {
	spool      *spool
	size, left int64
	started    bool
	read       reader
}

// Write implements io.Writer.
func (s *spooled) Write(p []byte) (int, error) {
	if !s.started {
		if err := s.spool.start(); err != nil {
			return 0, err
		}
		s.started = true
	}
	s.left -= int64(len(p))
	return s.spool.file.Write(p)
}

// Packages implements [Teller].
func (s *spooled) Packages() (list []Package, known bool) {
	if !s.started || s.left != 0 {
		return nil, false
	}
	return s.read(s.spool.file, s.size)
}
