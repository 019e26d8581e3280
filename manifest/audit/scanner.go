package audit

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// scanner collects the entries of one archive.
type scanner struct {
	scan   scan
	buffer []byte
	// body is what is read of files: holes in them cost no byte of the archive.
	body meter
	// run is the run of files that is being read; names are its names, count those of all runs.
	run   entry
	names []byte
	count int
	// bytes are those of all names that are kept, packages how many are told of, programs how many entries are programs.
	bytes, packages, programs int
	tellers                   inventory.Tellers
}

func (s *scanner) archive(plain io.Reader) (*scan, error) {
	archive := tar.NewReader(plain)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			s.endRun()
			return &s.scan, nil
		}
		if err != nil {
			return nil, err
		}
		if max(len(h.Name), len(h.Linkname)) > maxPath {
			return nil, fmt.Errorf("the name %q… is longer than %d bytes", h.Name[:min(len(h.Name), 64)], maxPath)
		}
		if err := s.take(h, archive); err != nil {
			return nil, fmt.Errorf("%q: %w", h.Name, err)
		}
		if err := s.check(); err != nil {
			return nil, err
		}
	}
}

// check holds what is kept against the limits.
func (s *scanner) check() error {
	switch {
	case s.count > maxFiles:
		return exceeded("the layer has more than %d files", maxFiles)
	case len(s.scan.Entries) > maxRecords:
		return exceeded("the layer has more than %d links, folders and programs", maxRecords)
	case s.programs > maxPrograms:
		return exceeded("the layer has more than %d programs and libraries", maxPrograms)
	case s.packages > maxPackages:
		return exceeded("the layer has more than %d packages", maxPackages)
	case s.tellers.Unpacked != nil && *s.tellers.Unpacked > s.body.left:
		return s.body.beyond
	case s.bytes > maxNames:
		return exceeded("the layer has more than %d bytes of names", maxNames)
	}
	return nil
}

func (s *scanner) take(h *tar.Header, body io.Reader) error {
	name := cleanPath(h.Name)
	dir, base := path.Split(name)
	dir = strings.TrimSuffix(dir, "/")
	switch {
	case h.Typeflag == tar.TypeXGlobalHeader: // it is for all files of the archive, and none of them
	case base == ".wh..wh..opq":
		s.add(entry{Kind: opaque, Path: dir})
	case strings.HasPrefix(base, ".wh..wh."): // aufs's own files
	case strings.HasPrefix(base, ".wh."):
		hidden := strings.TrimPrefix(base, ".wh.")
		if hidden == "" || hidden == "." || hidden == ".." { // it would hide the folder that it is in, or one above
			return errors.New("it is a whiteout, and of no file")
		}
		s.add(entry{Kind: whiteout, Path: path.Join(dir, hidden)})
	case h.Typeflag == tar.TypeDir:
		s.add(entry{Kind: folder, Path: name})
	case h.Typeflag == tar.TypeSymlink:
		s.add(entry{Kind: symlink, Path: name, Target: escape(h.Linkname)})
	case h.Typeflag == tar.TypeLink:
		s.add(entry{Kind: hardLink, Path: name, Target: cleanPath(h.Linkname)})
	case h.Typeflag == tar.TypeReg || h.Typeflag == tar.TypeGNUSparse || h.Typeflag == tar.TypeCont:
		return s.takeFile(h, name, body)
	default:
		s.add(entry{Kind: special, Path: name})
	}
	return nil
}

func (s *scanner) takeFile(h *tar.Header, name string, body io.Reader) error {
	s.body.Reader = body
	reader, teller, err := s.listen(name, h.Size, h.Mode)
	if err != nil {
		return err
	}
	found, buffer, err := readHeader(reader, h.Size, s.buffer)
	s.buffer = buffer
	if err == nil && teller != nil {
		err = s.tell(name, reader, teller)
	}
	if err != nil {
		return err
	}
	s.addFile(name, h.Mode&0o111 != 0, found)
	return nil
}

// addFile keeps a regular file.
func (s *scanner) addFile(name string, exec bool, found header) {
	if found.kind != plainFile {
		s.add(entry{Kind: found.kind, Path: name, Exec: exec, Target: found.shebang, ELF: found.elf})
		return
	}
	kind := plainFile
	if exec {
		kind = plainProgram
	}
	dir, base := path.Split(name)
	dir = strings.TrimSuffix(dir, "/")
	if base == "" {
		return // the root itself
	}
	if len(s.names) > 0 && s.run.Kind == kind && s.run.Path == dir {
		s.names = append(s.names, '/')
	} else {
		s.endRun()
		s.run = entry{Kind: kind, Path: strings.Clone(dir)}
	}
	s.names = append(s.names, base...)
	s.count, s.bytes = s.count+1, s.bytes+1+len(base)
}

// endRun keeps the run that is being read.
func (s *scanner) endRun() {
	if len(s.names) == 0 {
		return
	}
	s.run.Names, s.names = string(s.names), s.names[:0]
	s.keep(s.run)
}

func (s *scanner) add(e entry) {
	s.endRun()
	if e.Path == "" && e.Kind != opaque {
		return // the root itself
	}
	e.Path = strings.Clone(e.Path)
	s.keep(e)
}

func (s *scanner) keep(e entry) {
	s.scan.Entries = append(s.scan.Entries, e)
	s.bytes += len(e.Path) + len(e.Target)
	if e.ELF != nil {
		s.programs, s.bytes = s.programs+1, s.bytes+e.ELF.size()
	}
}

// cleanPath is a name of an archive as a path below the root.
func cleanPath(name string) string {
	return strings.TrimPrefix(path.Clean("/"+escape(name)), "/")
}
