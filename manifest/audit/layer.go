package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/packed"
)

// Rules is the version of what is kept of a layer and of how it is judged. A change of it makes every layer be read
// again.
const Rules = "7"

// ErrLayer marks a layer whose bytes are wrong: cut, of another digest, in an unknown format, or without end. A
// manifest or config that is none is of that kind, too.
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
	// Told are the packages that files tell of.
	Told []telling `json:"told,omitempty"`
	// Plain is how many bytes were read to get it.
	Plain int64 `json:"plain"`
	// DiffID is the digest of the layer when it is decompressed, as a config has it.
	DiffID digest.Digest `json:"diffID"`
}

// names is how many bytes of names are kept.
func (s *scan) names() int {
	bytes := 0
	for i := range s.Entries {
		e := &s.Entries[i]
		if bytes += len(e.Path) + len(e.Names) + len(e.Target); e.ELF != nil {
			bytes += e.ELF.size()
		}
	}
	for i := range s.Told {
		bytes += s.Told[i].size()
	}
	return bytes
}

// programs is how many of the entries are programs and libraries.
func (s *scan) programs() int {
	n := 0
	for i := range s.Entries {
		if s.Entries[i].ELF != nil {
			n++
		}
	}
	return n
}

// read reads a layer to its end, of which there may be allowed bytes, and checks its digest.
func (k *knownLayers) read(ctx context.Context, layer ocispec.Descriptor, allowed allowance) (*scan, error) {
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
	found, err := scanStream(ctx, io.TeeReader(source, verifier), allowed)
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

// scanStream reads a compressed archive, and what stands behind its end.
func scanStream(ctx context.Context, raw io.Reader, allowed allowance) (*scan, error) {
	plain, err := packed.Reader(raw)
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	diffID := digest.Canonical.Digester()
	metered := &meter{Reader: io.TeeReader(plain, diffID.Hash()), ctx: ctx, left: allowed.left, beyond: allowed.beyond()}
	s := &scanner{body: meter{ctx: ctx, left: allowed.left, beyond: allowed.beyond()}}
	defer s.tellers.Close()
	var unpacked int64
	s.tellers.Unpacked = &unpacked
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
	found.DiffID = diffID.Digest()
	found.Plain = allowed.left - min(metered.left, s.body.left) + unpacked
	return found, err
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
