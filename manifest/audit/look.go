package audit

import (
	"archive/tar"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"

	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
)

// lookLanes is how many questions about files are asked at once: each takes as long as the way there and back.
const lookLanes = 16

// Files are the files of an image where they are: nothing is fetched of them but what is asked for.
type Files interface {
	// List are the headers of what lies in a folder, as an archive of the whole would have them. The root is empty.
	List(ctx context.Context, folder string) ([]*tar.Header, error)
	// ReadAt reads a part of a file: fewer bytes than asked for only where it ends.
	ReadAt(ctx context.Context, name string, offset, length int) ([]byte, error)
}

// Looked is what an audit needs of the files of an image, got without its layers.
type Looked struct {
	scan *scan
	// beyond is the limit that the files are beyond; nil: they are within all.
	beyond *exceededError
}

// Look reads of the files of an image what an audit needs: their names, and the headers of what can be executed and of
// libraries. Of other files, which no finding stands against an image for, it reads nothing but lists of packages.
func Look(ctx context.Context, files Files) (*Looked, error) {
	l := &looking{files: files}
	found, err := l.look(ctx)
	if beyond, ok := errors.AsType[*exceededError](err); ok {
		return &Looked{scan: &scan{}, beyond: beyond}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking at the files: %w", err)
	}
	return &Looked{scan: found}, nil
}

// looking is one look.
type looking struct {
	files Files
	all   []*tar.Header
}

func (l *looking) look(ctx context.Context) (*scan, error) {
	for level := []string{""}; len(level) > 0; {
		var err error
		if level, err = l.list(ctx, level); err != nil {
			return nil, err
		}
	}
	order.Stable(l.all, func(a, b *tar.Header) int { return cmp.Compare(a.Name, b.Name) })
	headers, err := l.headers(ctx)
	if err != nil {
		return nil, err
	}
	s := &scanner{}
	for i, h := range l.all {
		l.place(s, h, headers[i])
		if err := s.check(); err != nil {
			return nil, err
		}
	}
	s.endRun()
	return &s.scan, l.packages(ctx, s)
}

// list lists the folders of one level, and returns those of the next.
func (l *looking) list(ctx context.Context, level []string) (next []string, err error) {
	found := make([][]*tar.Header, len(level))
	err = inLanes(ctx, len(level), func(ctx context.Context, i int) (err error) {
		found[i], err = l.files.List(ctx, level[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, list := range found {
		for _, h := range list {
			if len(h.Name) > maxPath {
				return nil, exceeded("the image has a path that is longer than %d bytes", maxPath)
			}
			if h.Typeflag == tar.TypeDir {
				next = append(next, h.Name)
			}
		}
		if l.all = append(l.all, list...); len(l.all) > maxFiles {
			return nil, exceeded("the image has more than %d files", maxFiles)
		}
	}
	return next, nil
}

// headers reads what the files are that can be executed, and the libraries, and then what those want to be there by
// whatever name. The others are plain.
func (l *looking) headers(ctx context.Context) ([]header, error) {
	found, known := make([]header, len(l.all)), make([]bool, len(l.all))
	for i := range found {
		found[i].kind = plainFile
	}
	wanted := map[string]bool{}
	for programs := 0; ; {
		asked := l.unknown(known, wanted)
		if len(asked) == 0 {
			return found, nil
		}
		if programs += len(asked); programs > maxPrograms {
			return nil, exceeded("the image has more than %d programs and libraries", maxPrograms)
		}
		err := inLanes(ctx, len(asked), func(ctx context.Context, n int) (err error) {
			found[asked[n]], err = l.header(ctx, l.all[asked[n]])
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, i := range asked {
			want(found[i].elf, wanted)
		}
	}
}

// unknown are the files to be looked at next, which are known from then on.
func (l *looking) unknown(known []bool, wanted map[string]bool) (asked []int) {
	for i, h := range l.all {
		counts := h.Mode&0o111 != 0 || isLibrary(h.Name) || wanted[path.Base(h.Name)]
		if counts && !known[i] && h.Typeflag == tar.TypeReg && h.Size >= firstBytes {
			asked, known[i] = append(asked, i), true
		}
	}
	return asked
}

// want notes the names of what a program wants to be there.
func want(facts *elfFacts, wanted map[string]bool) {
	if facts == nil {
		return
	}
	wanted[path.Base(facts.Interp)] = true
	for _, name := range facts.Needed {
		wanted[path.Base(name)] = true
	}
}

// header reads what one file is.
func (l *looking) header(ctx context.Context, h *tar.Header) (header, error) {
	return sniff(
		&window{size: uint64(h.Size), fetch: func(offset, length uint64) ([]byte, error) { //nolint:gosec // no less
			return l.files.ReadAt(ctx, h.Name, int(offset), int(length)) //nolint:gosec // within the size of a file
		}},
	)
}

// place keeps what lies at one path.
func (l *looking) place(s *scanner, h *tar.Header, found header) {
	name := cleanPath(h.Name)
	switch h.Typeflag {
	case tar.TypeDir:
		s.add(entry{Kind: folder, Path: name})
	case tar.TypeSymlink:
		s.add(entry{Kind: symlink, Path: name, Target: escape(h.Linkname)})
	case tar.TypeLink:
		s.add(entry{Kind: hardLink, Path: name, Target: cleanPath(h.Linkname)})
	case tar.TypeReg:
		s.addFile(name, h.Mode&0o111 != 0, found)
	default:
		s.add(entry{Kind: special, Path: name})
	}
}

// inLanes asks n questions, a few at a time.
func inLanes(ctx context.Context, n int, ask func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(lookLanes)
	for i := range n {
		group.Go(func() error { return ask(ctx, i) })
	}
	return group.Wait()
}
