package audit

import (
	"errors"
	"io"
)

const (
	// keepFront is how much of a file's front is kept at most, and keepBack of its end where that is needed.
	keepFront = 8 << 20
	keepBack  = 1 << 20
	// firstPart is how much of a file at rest is read at first: the headers of a program, and which interpreter it wants.
	firstPart = 1 << 10
	// maxPart is the largest part behind the front that is read at once.
	maxPart = maxStrings + maxString
	// maxPassed is how much is passed by at once: a sparse file can claim any size.
	maxPassed = 4 << 30
)

// errOutside marks a part of a file that does not exist, or has gone by already.
var errOutside = errors.New("outside of what is kept of the file")

// window is a file that passes by once, front to back: of a stream nothing else is to be had. It keeps the front as far
// as it was read, up to keepFront, and the parts behind it that were asked for.
type window struct {
	reader io.Reader
	// fetch reads a part of a file that is at rest: no other is read then. Of one that passes by it is nil.
	fetch func(offset, length uint64) ([]byte, error)
	size  uint64
	// position is how much has been read.
	position uint64
	front    []byte
	parts    []part
}

type part struct {
	offset uint64
	body   []byte
}

// newWindow uses buffer for the front of the file, so that a scan allocates it once.
func newWindow(reader io.Reader, size int64, buffer []byte) *window {
	return &window{reader: reader, size: uint64(max(size, 0)), front: buffer[:0]}
}

// at returns bytes of the file, valid until the scan goes on to the next. The error is errOutside or of reading.
func (w *window) at(offset, length uint64) ([]byte, error) {
	end := offset + length
	if end < offset || end > w.size || length > maxPart {
		return nil, errOutside
	}
	if w.fetch == nil && offset <= keepFront && end <= keepFront {
		if err := w.fill(end); err != nil {
			return nil, err
		}
	}
	if end <= uint64(len(w.front)) {
		return w.front[offset:end], nil
	}
	for _, p := range w.parts {
		if offset >= p.offset && end <= p.offset+uint64(len(p.body)) {
			return p.body[offset-p.offset : end-p.offset], nil
		}
	}
	if w.fetch != nil {
		body, err := w.part(offset, length)
		return body[:min(length, uint64(len(body)))], err
	}
	if offset < w.position || offset-w.position > maxPassed {
		return nil, errOutside
	}
	return w.ahead(offset, length)
}

// part reads a part of a file at rest, and keeps it.
func (w *window) part(offset, length uint64) ([]byte, error) {
	if offset == 0 { // the headers stand close together
		length = max(length, min(firstPart, w.size))
	}
	body, err := w.fetch(offset, length)
	if err != nil {
		return nil, err
	}
	if uint64(len(body)) != length {
		return nil, io.ErrUnexpectedEOF
	}
	w.parts = append(w.parts, part{offset, body})
	return body, nil
}

// upTo is at for a part that may end with the file before its full length.
func (w *window) upTo(offset, length uint64) ([]byte, error) {
	if offset >= w.size {
		return nil, errOutside
	}
	return w.at(offset, min(length, w.size-offset))
}

// fill reads the front up to end, unless the reader is past that already.
func (w *window) fill(end uint64) error {
	have := uint64(len(w.front))
	if end <= have || w.position != have {
		return nil
	}
	w.front = grow(w.front, int(end)) //nolint:gosec // at most keepFront
	n, err := io.ReadFull(w.reader, w.front[have:end])
	w.position += uint64(n) //nolint:gosec // not negative
	w.front = w.front[:w.position]
	return whole(err)
}

// ahead passes by what is before a part, keeps of it what belongs to the front, and reads the part.
func (w *window) ahead(offset, length uint64) ([]byte, error) {
	if err := w.fill(min(offset, keepFront)); err != nil {
		return nil, err
	}
	n, err := io.CopyN(io.Discard, w.reader, int64(offset-w.position)) //nolint:gosec // within the size of a file
	w.position += uint64(n)                                            //nolint:gosec // not negative
	if err != nil {
		return nil, whole(err)
	}
	body := make([]byte, length)
	read, err := io.ReadFull(w.reader, body)
	w.position += uint64(read) //nolint:gosec // not negative
	if err != nil {
		return nil, whole(err)
	}
	w.parts = append(w.parts, part{offset, body})
	return body, nil
}

// keepEnd reads the file to its end and keeps the last part of it.
func (w *window) keepEnd() error {
	if w.fetch != nil {
		return nil
	}
	if w.size <= keepFront {
		return w.fill(w.size)
	}
	start := max(w.position, w.size-keepBack)
	_, err := w.at(start, w.size-start)
	return err
}

// whole makes an early end what it is: the stream was cut, for the size of the file was known.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// grow makes room for size bytes.
func grow(buffer []byte, size int) []byte {
	if cap(buffer) >= size {
		return buffer[:size]
	}
	bigger := make([]byte, size, max(size, 2*cap(buffer)))
	copy(bigger, buffer)
	return bigger
}
