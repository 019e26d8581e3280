package sqlite

import (
	"encoding/binary"
	"fmt"
)

// varint reads an integer of up to nine bytes (section 1.3, "varint"); n is 0 where there is none.
func varint(from []byte) (value uint64, n int) {
	const longest = 9
	for n < len(from) && n < longest {
		b := from[n]
		n++
		if n == longest {
			return value<<8 | uint64(b), n
		}
		value = value<<7 | uint64(b&0x7f)
		if b < 0x80 {
			return value, n
		}
	}
	return 0, 0
}

// columns reads a record: the types of its columns, and then their values (section 2.1).
func columns(body []byte) ([]any, error) {
	size, n := varint(body)
	if n == 0 || size > uint64(len(body)) || size < uint64(n) { //nolint:gosec // n is small, lengths are not negative
		return nil, fmt.Errorf("%w: a record without a head", ErrFormat)
	}
	types, values := body[n:size], body[size:]
	var row []any
	for len(types) > 0 {
		kind, n := varint(types)
		if n == 0 {
			return nil, fmt.Errorf("%w: a record whose head is cut", ErrFormat)
		}
		types = types[n:]
		value, width, ok := column(kind, values)
		if !ok {
			return nil, fmt.Errorf("%w: a record that is cut", ErrFormat)
		}
		row, values = append(row, value), values[width:]
	}
	return row, nil
}

// column reads one value.
func column(kind uint64, from []byte) (value any, width int, ok bool) {
	const firstBlob = 12
	switch {
	case kind == 0:
		return nil, 0, true
	case kind <= 6:
		widths := []int{0, 1, 2, 3, 4, 6, 8}
		if width = widths[kind]; width > len(from) { //nolint:gosec // kind is at most 6
			return nil, 0, false
		}
		wide := make([]byte, 8)
		if from[0]&0x80 != 0 {
			for i := range wide {
				wide[i] = 0xff
			}
		}
		copy(wide[8-width:], from[:width])
		return int64(binary.BigEndian.Uint64(wide)), width, true //nolint:gosec // two's complement
	case kind == 7:
		const double = 8
		return nil, double, len(from) >= double
	case kind == 8 || kind == 9:
		return int64(kind - 8), 0, true
	case kind < firstBlob:
		return nil, 0, false
	}
	length := (kind - firstBlob) / 2
	if length > uint64(len(from)) {
		return nil, 0, false
	}
	width = int(length) //nolint:gosec // not larger than from
	if kind%2 == 1 {
		return string(from[:width]), width, true
	}
	return append([]byte(nil), from[:width]...), width, true
}
