// Package sqlite reads the rows of one table of an SQLite 3 database file, as far as lists of packages need it. The
// file may be made by anyone: what it says is checked before it is believed, and what is read is bounded by its size.
//
// The format is that of https://www.sqlite.org/fileformat2.html. Databases in UTF-16, and what only a write-ahead log
// has, are not read.
package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
)

// ErrFormat marks what is no database, or a damaged one.
var ErrFormat = errors.New("not a usable SQLite database")

const (
	magic = "SQLite format 3\x00"
	// headerBytes is the size of the file's header, on its first page.
	headerBytes = 100
	// The kinds of pages that tables have.
	interiorPage, leafPage = 5, 13
	// maxDepth is deeper than any tree that fits into a file.
	maxDepth = 20
	// maxPayload bounds one row.
	maxPayload = 64 << 20
)

// file is a database that is read.
type file struct {
	from io.ReaderAt
	// page is the size of a page, usable what of it holds rows; pages is how many there are.
	page, usable int
	pages        int64
	// left is how many pages may still be read: rows that lead in circles end there.
	left int64
	// bytes is how many bytes of rows may still be read: no honest file has more than it is long.
	bytes int64
}

// Rows yields the columns of each row of a table: nil, int64, string or []byte; floats are left nil. An error ends
// them.
func Rows(from io.ReaderAt, size int64, table string) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		f, err := open(from, size)
		if err != nil {
			yield(nil, err)
			return
		}
		root, err := f.root(table)
		if err != nil {
			yield(nil, err)
			return
		}
		if _, err := f.walk(root, maxDepth, func(row []any) bool { return yield(row, nil) }); err != nil {
			yield(nil, err)
		}
	}
}

func open(from io.ReaderAt, size int64) (*file, error) {
	header := make([]byte, headerBytes)
	if _, err := from.ReadAt(header, 0); err != nil || string(header[:len(magic)]) != magic {
		return nil, fmt.Errorf("%w: it has no header", ErrFormat)
	}
	const pageAt, reservedAt = 16, 20
	f := &file{from: from, page: int(binary.BigEndian.Uint16(header[pageAt:]))}
	if f.page == 1 {
		f.page = 64 << 10
	}
	f.usable = f.page - int(header[reservedAt])
	if f.page < 512 || f.page&(f.page-1) != 0 || f.usable < 480 {
		return nil, fmt.Errorf("%w: pages of %d bytes", ErrFormat, f.page)
	}
	f.pages = size / int64(f.page)
	f.left, f.bytes = 4*f.pages+1, 4*size
	return f, nil
}

// root is the first page of a table, which the schema on page 1 names.
func (f *file) root(table string) (int64, error) {
	var found int64
	const nameAt, rootAt, columns = 1, 3, 4
	_, err := f.walk(1, maxDepth, func(row []any) bool {
		if len(row) < columns || row[0] != "table" || row[nameAt] != table {
			return true
		}
		found, _ = row[rootAt].(int64)
		return false
	})
	if err == nil && found == 0 {
		err = fmt.Errorf("%w: it has no table %q", ErrFormat, table)
	}
	return found, err
}

// read reads a page; the first has number 1.
func (f *file) read(number int64) ([]byte, error) {
	if f.left--; f.left < 0 || number < 1 || number > f.pages {
		return nil, fmt.Errorf("%w: page %d is not there, or read again and again", ErrFormat, number)
	}
	page := make([]byte, f.page)
	if _, err := f.from.ReadAt(page, (number-1)*int64(f.page)); err != nil {
		return nil, fmt.Errorf("%w: reading page %d: %w", ErrFormat, number, err)
	}
	return page[:f.usable], nil
}

// walk reads the rows below a page; it goes on for as long as each wants more.
func (f *file) walk(number int64, depth int, each func([]any) bool) (more bool, err error) {
	page, err := f.read(number)
	if err != nil {
		return false, err
	}
	head := 0
	if number == 1 {
		head = headerBytes
	}
	kind := page[head]
	if kind != leafPage && kind != interiorPage || depth == 0 {
		return false, fmt.Errorf("%w: page %d is none of a table", ErrFormat, number)
	}
	const leafHead, interiorHead, countAt, rightAt = 8, 12, 3, 8
	cells, first := int(binary.BigEndian.Uint16(page[head+countAt:])), head+leafHead
	if kind == interiorPage {
		first = head + interiorHead
	}
	if first+2*cells > len(page) {
		return false, fmt.Errorf("%w: page %d says it has %d cells", ErrFormat, number, cells)
	}
	for i := range cells {
		cell := int(binary.BigEndian.Uint16(page[first+2*i:]))
		if cell+4 > len(page) {
			return false, fmt.Errorf("%w: page %d has a cell behind its end", ErrFormat, number)
		}
		if kind == interiorPage {
			more, err = f.walk(int64(binary.BigEndian.Uint32(page[cell:])), depth-1, each)
		} else {
			more, err = f.leaf(page[cell:], each)
		}
		if err != nil || !more {
			return false, err
		}
	}
	if kind == interiorPage {
		return f.walk(int64(binary.BigEndian.Uint32(page[head+rightAt:])), depth-1, each)
	}
	return true, nil
}

// leaf reads one row.
func (f *file) leaf(cell []byte, each func([]any) bool) (more bool, err error) {
	size, n := varint(cell)
	_, m := varint(cell[n:])
	if n == 0 || m == 0 || size > maxPayload {
		return false, fmt.Errorf("%w: a row of %d bytes", ErrFormat, size)
	}
	if f.bytes -= int64(size); f.bytes < 0 {
		return false, fmt.Errorf("%w: its rows lie over each other", ErrFormat)
	}
	body, err := f.payload(cell[n+m:], int(size))
	if err != nil {
		return false, err
	}
	row, err := columns(body)
	if err != nil {
		return false, err
	}
	return each(row), nil
}

// payload is the content of a row: what of it is in the cell, and what is on further pages (section 1.6).
func (f *file) payload(cell []byte, size int) ([]byte, error) {
	here, most := size, f.usable-35
	if size > most {
		least := (f.usable-12)*32/255 - 23
		if here = least + (size-least)%(f.usable-4); here > most {
			here = least
		}
	}
	if here > len(cell) {
		return nil, fmt.Errorf("%w: a row goes beyond its page", ErrFormat)
	}
	if here == size {
		return cell[:size], nil
	}
	if here+4 > len(cell) {
		return nil, fmt.Errorf("%w: a row goes beyond its page", ErrFormat)
	}
	body := append([]byte(nil), cell[:here]...)
	next := int64(binary.BigEndian.Uint32(cell[here:]))
	for len(body) < size {
		page, err := f.read(next)
		if err != nil {
			return nil, err
		}
		next = int64(binary.BigEndian.Uint32(page))
		body = append(body, page[4:min(len(page), 4+size-len(body))]...)
	}
	return body, nil
}
