package audit

import (
	"archive/tar"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Rules is the version of what is kept of a layer and of how it is judged. A change of it makes every layer be read
// again.
const Rules = "2"

// ErrLayer marks a layer whose bytes are wrong: cut, of another digest, in an unknown format, or without end.
var ErrLayer = errors.New("unreadable layer")

// The kinds of entries beside those of files.
const (
	plainProgram kind = 'x' // a plain file with the x bit
	folder       kind = 'd'
	symlink      kind = 'l'
	hardLink     kind = 'h'
	special      kind = 'z' // a device, pipe or socket
	whiteout     kind = 'r' // removes a path of the layers below
	opaque       kind = 'o' // removes what the layers below have in a folder
)

// entry is one file of a layer; or a run of plain files in one folder, which are most of them.
type entry struct {
	Kind kind `json:"k"`
	Exec bool `json:"x,omitempty"`
	// Path is clean and has no leading slash; the root is empty. For a run it is the folder.
	Path string `json:"p,omitempty"`
	// Names are those of a run, with slashes between them.
	Names string `json:"n,omitempty"`
	// Target is where a link leads, or the first line of a script.
	Target string    `json:"t,omitempty"`
	ELF    *elfFacts `json:"e,omitempty"`
}

// scan is what is kept of one layer, in the order of its archive.
type scan struct {
	Entries []entry `json:"entries"`
}

// read reads a layer to its end and checks its digest.
func (k *knownLayers) read(ctx context.Context, layer ocispec.Descriptor) (*scan, error) {
	blob, err := k.provider.ReaderAt(ctx, layer)
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
	found, err := scanStream(ctx, io.TeeReader(source, verifier), layer.Size, k.plain)
	_, tooMuch := errors.AsType[*exceededError](err)
	if source.err == nil && (tooMuch || ctx.Err() != nil) {
		source.err = cmp.Or(ctx.Err(), err)
	}
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

// scanStream reads a compressed archive of size bytes, and what stands behind its end. Whatever the size, it may be
// decompressed to allowed bytes.
func scanStream(ctx context.Context, raw io.Reader, size, allowed int64) (*scan, error) {
	plain, err := decompress(raw)
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	most := allowed + maxRatio*min(size, math.MaxInt64/maxRatio-maxPlain)
	metered := &meter{
		Reader: plain, ctx: ctx, left: most,
		beyond: exceeded("the layer has more than %d bytes when it is decompressed", most),
	}
	s := &scanner{body: meter{ctx: ctx, left: most, beyond: metered.beyond}}
	found, err := s.archive(metered)
	if err != nil {
		return nil, err
	}
	rest := &meter{
		Reader: metered, ctx: ctx, left: maxBehind,
		beyond: exceeded("the layer has more than %d bytes behind the end of its archive", maxBehind),
	}
	if _, err := io.Copy(io.Discard, rest); err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, raw)
	return found, err
}

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
	// bytes are those of all names that are kept.
	bytes int
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
	s.body.Reader = body
	found, buffer, err := readHeader(&s.body, h.Size, s.buffer)
	s.buffer = buffer
	if err != nil {
		return err
	}
	exec := h.Mode&0o111 != 0
	if found.kind != plainFile {
		s.add(entry{Kind: found.kind, Path: name, Exec: exec, Target: found.shebang, ELF: found.elf})
		return nil
	}
	kind := plainFile
	if exec {
		kind = plainProgram
	}
	dir, base := path.Split(name)
	dir = strings.TrimSuffix(dir, "/")
	if base == "" {
		return nil // the root itself
	}
	if len(s.names) > 0 && s.run.Kind == kind && s.run.Path == dir {
		s.names = append(s.names, '/')
	} else {
		s.endRun()
		s.run = entry{Kind: kind, Path: strings.Clone(dir)}
	}
	s.names = append(s.names, base...)
	s.count, s.bytes = s.count+1, s.bytes+1+len(base)
	return nil
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
		s.bytes += e.ELF.size()
	}
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
