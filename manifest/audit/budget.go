package audit

import (
	"context"
	"fmt"
	"io"
)

// Limits of one image. More is an attack, or nothing a container could be started from; it is a finding that names the
// limit. Together they keep an audit within some 200 MB and some seconds, however its layers are made.
const (
	// maxFiles is how many files an image may show, maxFolders how many folders they may lie in.
	maxFiles   = 2_000_000
	maxFolders = 500_000
	// maxRecords is how many links, folders, programs and scripts its layers may list, which are kept one by one.
	maxRecords = 600_000
	// maxNames bounds the bytes of all names that are kept of one layer, and those in findings.
	maxNames = 64 << 20
	// maxPath is PATH_MAX of Linux; it holds for paths through links too.
	maxPath = 4096
	// maxSteps is how many names may be looked up to follow paths; a usual large image takes some millions.
	maxSteps = 32 << 20
	// maxFindings is how many files may be remarkable.
	maxFindings = 50_000
	// A layer may be decompressed to maxPlain bytes, and maxRatio for every byte it has.
	maxPlain = 4 << 30
	maxRatio = 100
	// maxBehind is how many bytes may stand behind the end of an archive.
	maxBehind = 64 << 20
	// stepsPerLook is how many steps are taken until the context is looked at again.
	stepsPerLook = 4096
)

// exceededError is a limit that an image is beyond.
type exceededError struct{ what string }

// Error implements error.
func (e *exceededError) Error() string { return e.what }

func exceeded(format string, args ...any) error {
	return &exceededError{what: fmt.Sprintf(format, args...)}
}

// budget is what the audit of one image has cost. Once it is spent, nothing more is looked up, and what is found
// counts no longer.
type budget struct {
	ctx                                   context.Context
	files, folders, records, names, steps int
	// most is how many steps there may be.
	most int
	// err is the limit that was met, or the error of the context.
	err error
}

// ok tells whether to go on.
func (b *budget) ok() bool { return b.err == nil }

// spend adds to one of the counts.
func (b *budget) spend(count *int, n, limit int, of string) {
	*count += n
	if *count > limit && b.err == nil {
		b.err = exceeded("the image has more than %d %s", limit, of)
	}
}

func (b *budget) file()        { b.spend(&b.files, 1, maxFiles, "files") }
func (b *budget) folder()      { b.spend(&b.folders, 1, maxFolders, "folders") }
func (b *budget) record(n int) { b.spend(&b.records, n, maxRecords, "links, folders and programs") }
func (b *budget) name(n int)   { b.spend(&b.names, n, maxNames, "bytes of names to report") }

// step adds names that are looked up, and looks at the context now and then.
func (b *budget) step(n int) {
	before := b.steps
	b.spend(&b.steps, n, b.most, "steps along its paths and links")
	if before/stepsPerLook != b.steps/stepsPerLook && b.err == nil {
		b.err = b.ctx.Err()
	}
}

// meter is a stream that ends with an error behind a number of bytes, or with that of its context.
type meter struct {
	io.Reader
	ctx  context.Context
	left int64
	// beyond is the error behind the limit.
	beyond error
}

// Read implements io.Reader.
func (m *meter) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.Reader.Read(p)
	if m.left -= int64(n); m.left < 0 {
		return 0, m.beyond
	}
	return n, err
}
