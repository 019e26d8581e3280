package container

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"unicode/utf8"
)

// OutputLimit is how much of each output stream is kept, in bytes.
const OutputLimit = 1 << 20

const (
	// half is how much is kept of the beginning of a stream, and of its end.
	half = OutputLimit / 2
	// noteSize is the room for the line that says what was left out: what is kept fits into another [Kept].
	noteSize = 128
	// lineSize is how much more is left out to cut between two lines.
	lineSize = 4 << 10
)

// Kept is a stream that takes everything and keeps at most [OutputLimit] bytes: its beginning, and its end, where the
// reason of a failure stands.
type Kept struct {
	mu         sync.Mutex
	head, tail []byte
	// at is where the tail begins, once it is full: what comes next takes the place of its oldest byte.
	at      int
	written int64
	lost    bool
}

// Write implements [io.Writer].
func (k *Kept) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	size := len(p)
	k.written += int64(size)
	k.head, p = fill(k.head, p)
	p = p[max(0, len(p)-half):]
	k.tail, p = fill(k.tail, p)
	for len(p) > 0 {
		n := copy(k.tail[k.at:], p)
		k.at, p = (k.at+n)%half, p[n:]
	}
	return size, nil
}

// fill adds to a part what it has room for, and returns the rest.
func fill(part, p []byte) (filled, rest []byte) {
	room := min(len(p), half-len(part))
	return append(part, p[:room]...), p[room:]
}

// Lose says that something is missing before what is written next, nobody knows how much.
func (k *Kept) Lose() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lost, k.tail, k.at = true, nil, 0
}

// Written is how many bytes were written.
func (k *Kept) Written() int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.written
}

// Bytes is what was kept. Where that is not all, a line between beginning and end says how much is missing.
func (k *Kept) Bytes() []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	tail := slices.Concat(k.tail[k.at:], k.tail[:k.at])
	if !k.lost && k.written == int64(len(k.head)+len(tail)) {
		return slices.Concat(k.head, tail)
	}
	head := wholeHead(k.head)
	tail = WholeTail(tail[max(0, len(tail)-half+noteSize):])
	least := ""
	if k.lost {
		least = "at least "
	}
	note := fmt.Sprintf("… %s%d bytes left out …\n", least, k.written-int64(len(head)+len(tail)))
	if len(head) > 0 && head[len(head)-1] != '\n' {
		note = "\n" + note
	}
	return slices.Concat(head, []byte(note), tail)
}

// wholeHead is the beginning of a text that was cut, without the line or the character that is not whole.
func wholeHead(text []byte) []byte {
	if line := bytes.LastIndexByte(text, '\n'); line >= 0 && len(text)-line <= lineSize {
		return text[:line+1]
	}
	for i := 1; i <= min(utf8.UTFMax, len(text)); i++ {
		if last := text[len(text)-i:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				text = text[:len(text)-i]
			}
			break
		}
	}
	return text
}

// WholeTail is the end of a text that was cut, without the line or the character that is not whole.
func WholeTail(text []byte) []byte {
	if line := bytes.IndexByte(text[:min(lineSize, len(text))], '\n'); line >= 0 && line+1 < len(text) {
		return text[line+1:]
	}
	for i := range min(utf8.UTFMax, len(text)) {
		if utf8.RuneStart(text[i]) {
			return text[i:]
		}
	}
	return text
}
