package audit

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Rules is the version of what is kept of a layer and of how it is judged. A change of it makes every layer be read
// again.
const Rules = "2"

// Limits of one layer: more is an attack, or nothing a container could be started from.
const (
	maxEntries   = 4_000_000
	maxPathBytes = 256 << 20
	maxPath      = 4096 // PATH_MAX of Linux
)

// ErrLayer marks a layer whose bytes are wrong: cut, of another digest, in an unknown format, or without end.
var ErrLayer = errors.New("unreadable layer")

// The kinds of entries beside those of files.
const (
	plainProgram kind = "x" // a plain file with the x bit
	folder       kind = "d"
	symlink      kind = "l"
	hardLink     kind = "h"
	special      kind = "z" // a device, pipe or socket
	whiteout     kind = "r" // removes a path of the layers below
	opaque       kind = "o" // removes what the layers below have in a folder
)

// entry is one file of a layer; or a run of plain files in one folder, which are most of them.
type entry struct {
	Kind kind `json:"k"`
	// Path is clean and has no leading slash; the root is empty. For a run it is the folder.
	Path string `json:"p,omitempty"`
	// Names are those of a run.
	Names []string `json:"n,omitempty"`
	// Target is where a link leads, or the first line of a script.
	Target string    `json:"t,omitempty"`
	Exec   bool      `json:"x,omitempty"`
	ELF    *elfFacts `json:"e,omitempty"`
}

// scan is what is kept of one layer, in the order of its archive.
type scan struct {
	Entries []entry `json:"entries"`
}

// readLayer reads a layer to its end and checks its digest.
func readLayer(ctx context.Context, provider content.Provider, layer ocispec.Descriptor) (*scan, error) {
	blob, err := provider.ReaderAt(ctx, layer)
	if err != nil {
		return nil, fmt.Errorf("reading layer %s: %w", layer.Digest, err)
	}
	defer blob.Close()
	if blob.Size() != layer.Size {
		return nil, fmt.Errorf("reading layer %s: %w: it has %d bytes, not %d",
			layer.Digest, ErrLayer, blob.Size(), layer.Size)
	}
	verifier := layer.Digest.Verifier()
	source := &sourceReader{Reader: content.NewReader(blob), ctx: ctx}
	found, err := scanStream(io.TeeReader(source, verifier))
	if source.err != nil {
		return nil, fmt.Errorf("reading layer %s: %w", layer.Digest, source.err)
	}
	if err != nil {
		return nil, fmt.Errorf("reading layer %s: %w: %w", layer.Digest, ErrLayer, err)
	}
	if !verifier.Verified() {
		return nil, fmt.Errorf("reading layer %s: %w: its bytes have another digest", layer.Digest, ErrLayer)
	}
	return found, nil
}

// scanStream reads a compressed archive, and what stands behind its end.
func scanStream(raw io.Reader) (*scan, error) {
	plain, err := decompress(raw)
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	found, err := scanArchive(plain)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, plain); err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, raw)
	return found, err
}

// scanner collects the entries of one archive.
type scanner struct {
	scan   scan
	buffer []byte
	count  int
	bytes  int
}

func scanArchive(plain io.Reader) (*scan, error) {
	s := &scanner{}
	archive := tar.NewReader(plain)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return &s.scan, nil
		}
		if err != nil {
			return nil, err
		}
		s.count, s.bytes = s.count+1, s.bytes+len(h.Name)+len(h.Linkname)
		if s.count > maxEntries || s.bytes > maxPathBytes {
			return nil, fmt.Errorf("it has more than %d files or %d bytes of names", maxEntries, maxPathBytes)
		}
		if max(len(h.Name), len(h.Linkname)) > maxPath {
			return nil, fmt.Errorf("the name %q… is longer than %d bytes", h.Name[:min(len(h.Name), 64)], maxPath)
		}
		if err := s.take(h, archive); err != nil {
			return nil, fmt.Errorf("%q: %w", h.Name, err)
		}
	}
}

func (s *scanner) take(h *tar.Header, body io.Reader) error {
	name := cleanPath(h.Name)
	dir, base := path.Split(name)
	dir = strings.TrimSuffix(dir, "/")
	switch {
	case base == ".wh..wh..opq":
		s.add(entry{Kind: opaque, Path: dir})
	case strings.HasPrefix(base, ".wh..wh."): // aufs's own files
	case strings.HasPrefix(base, ".wh."):
		s.add(entry{Kind: whiteout, Path: path.Join(dir, strings.TrimPrefix(base, ".wh."))})
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
	found, buffer, err := readHeader(body, h.Size, s.buffer)
	s.buffer = buffer
	if err != nil {
		return err
	}
	exec := h.Mode&0o111 != 0
	if found.kind != plainFile {
		s.add(entry{Kind: found.kind, Path: name, Exec: exec, Target: found.shebang, ELF: found.elf})
		return nil
	}
	run := entry{Kind: plainFile}
	if exec {
		run.Kind = plainProgram
	}
	dir, base := path.Split(name)
	run.Path, run.Names = strings.TrimSuffix(dir, "/"), []string{base}
	if last := len(s.scan.Entries) - 1; last >= 0 &&
		s.scan.Entries[last].Kind == run.Kind && s.scan.Entries[last].Path == run.Path {
		s.scan.Entries[last].Names = append(s.scan.Entries[last].Names, base)
		return nil
	}
	s.add(run)
	return nil
}

func (s *scanner) add(e entry) {
	if e.Path == "" && len(e.Names) == 0 && e.Kind != opaque {
		return // the root itself
	}
	s.scan.Entries = append(s.scan.Entries, e)
}

// cleanPath is a name of an archive as a path below the root.
func cleanPath(name string) string {
	return strings.TrimPrefix(path.Clean("/"+escape(name)), "/")
}

// sourceReader ends with the error of its context, and remembers why it ended: what is behind a provider may fail,
// and the bytes of the layer be right all the same.
type sourceReader struct {
	io.Reader
	ctx context.Context
	err error
}

// Read implements io.Reader.
func (r *sourceReader) Read(p []byte) (n int, err error) {
	if err = r.ctx.Err(); err == nil {
		n, err = r.Reader.Read(p)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}
