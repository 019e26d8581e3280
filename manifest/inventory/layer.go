package inventory

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/overlay"
)

// scan is what one layer says.
type scan struct {
	files []*File
	// others are the entries that bring no file: hard links and whiteouts.
	others []overlay.Item
	// order says which entry is which, in the order of the archive: the number of a file, or -1 less that of another.
	order []int32
	// packages are what a file tells is installed.
	packages map[*File][]Package
	// unknown are lists of packages that nobody here can read.
	unknown map[*File]bool
	// folders is in how many folders its files lie.
	folders int
	plain   int64
}

// removes are the whiteouts of the layer: the paths that it takes away of the layers below, and the folders of which it
// takes what is in them, with a slash behind.
func (s *scan) removes() []string {
	var removed []string
	for _, other := range s.others {
		switch other.Kind {
		case overlay.Whiteout:
			removed = append(removed, other.Name)
		case overlay.Opaque:
			removed = append(removed, other.Name+"/")
		}
	}
	return removed
}

// count adds what is known of a layer to the totals of one more image.
func (s *scan) count(total *totals) error {
	packages := 0
	for _, told := range s.packages {
		packages += len(told)
	}
	if total.packages.Add(int64(packages)) > maxPackages {
		return beyond("more than %d packages are installed", maxPackages)
	}
	if err := total.addFolders(s.folders); err != nil {
		return err
	}
	return total.add(len(s.files)+len(s.others), 0)
}

// scan reads a layer to its end and checks its digest.
func (r Reader) scan(ctx context.Context, layer ocispec.Descriptor, total *totals) (*scan, error) {
	s := &scanning{
		scan:  scan{packages: map[*File][]Package{}, unknown: map[*File]bool{}},
		total: total, folders: map[string]bool{}, fold: r.Fold, buffer: make([]byte, 128<<10),
	}
	s.tellers.Unpacked = &s.body.own
	defer s.tellers.Close()
	plain, err := r.verified(ctx, layer, total, func(archive *tar.Reader, body meter) error {
		s.body = body
		return s.read(archive)
	})
	if err != nil {
		return nil, err
	}
	s.scan.plain = plain
	found := s.scan // a copy: nothing that read the layer is kept with it
	return &found, nil
}

// scanning reads one archive.
type scanning struct {
	scan  scan
	total *totals
	// folders are those that the files so far lie in.
	folders map[string]bool
	fold    func([]byte) []byte
	buffer  []byte
	text    []byte
	tellers Tellers
	// body is what is read of files: holes in them cost no byte of the archive.
	body meter
}

func (s *scanning) read(archive *tar.Reader) error {
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if max(len(h.Name), len(h.Linkname)) > maxPath {
			return fmt.Errorf("the name %q… is longer than %d bytes", h.Name[:min(len(h.Name), 64)], maxPath)
		}
		if err := s.total.add(1, len(h.Name)+len(h.Linkname)); err != nil {
			return err
		}
		if err := s.below(cleanPath(h.Name)); err != nil {
			return err
		}
		if err := s.take(h, archive); err != nil {
			return fmt.Errorf("%q: %w", h.Name, err)
		}
	}
}

// below counts the folders that a path lies in and no other did.
func (s *scanning) below(name string) error {
	before := len(s.folders)
	for at := strings.LastIndexByte(name, '/'); at > 0 && !s.folders[name[:at]]; {
		s.folders[name[:at]] = true
		at = strings.LastIndexByte(name[:at], '/')
	}
	s.scan.folders += len(s.folders) - before
	return s.total.addFolders(len(s.folders) - before)
}

// take reads one entry of the archive.
func (s *scanning) take(h *tar.Header, body io.Reader) error {
	item, err := overlay.ItemOf(h)
	if err != nil {
		return err
	}
	item.Name = strings.Clone(item.Name)
	switch item.Kind {
	case overlay.HardLink, overlay.Whiteout, overlay.Opaque, overlay.Nothing:
		item.Target = strings.Clone(item.Target)
		s.scan.others = append(s.scan.others, item)
		s.scan.order = append(s.scan.order, int32(-len(s.scan.others))) //nolint:gosec // their number is bounded
		return nil
	}
	file := &File{
		Path: item.Name, Kind: kindOf(h.Typeflag), Mode: item.Mode,
		UID: uint32(h.Uid), GID: uint32(h.Gid), //nolint:gosec // what is larger is no owner
	}
	s.scan.order = append(s.scan.order, int32(len(s.scan.files))) //nolint:gosec // their number is bounded
	s.scan.files = append(s.scan.files, file)
	switch file.Kind {
	case Symlink:
		file.Target = strings.Clone(h.Linkname)
	case Regular:
		file.Size = h.Size
		return s.content(file, body)
	case Folder, Special:
	}
	return nil
}

func kindOf(flag byte) Kind {
	switch flag {
	case tar.TypeReg, tar.TypeGNUSparse, tar.TypeCont:
		return Regular
	case tar.TypeDir:
		return Folder
	case tar.TypeSymlink:
		return Symlink
	}
	return Special
}

// cleanPath is a name of an archive as a path below the root.
func cleanPath(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }
