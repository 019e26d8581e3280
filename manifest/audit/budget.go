package audit

import (
	"context"
	"fmt"
	"io"
	"math"
)

// Limits of one image. More is an attack, or nothing a container could be started from; it is a finding that names the
// limit. Together they keep an audit within some 200 MB and some seconds beyond the honest work, which is to unpack
// what an image of its size unpacks to, however its layers are made.
const (
	// maxFiles is how many files an image may show, maxFolders how many folders they may lie in.
	maxFiles   = 2_000_000
	maxFolders = 500_000
	// maxRecords is how many links, folders, programs and scripts its layers may list, which are kept one by one.
	maxRecords = 600_000
	// maxPrograms is how many of them may be programs and libraries, of which most is kept.
	maxPrograms = 150_000
	// maxNames bounds the bytes of all names that are kept of its layers, and those in findings.
	maxNames = 64 << 20
	// maxPath is PATH_MAX of Linux; it holds for paths through links too.
	maxPath = 4096
	// maxSteps is how many names may be looked up to follow paths whatever is in the image; each file and each record
	// gives some more.
	maxSteps       = 12 << 20
	stepsPerFile   = 8
	stepsPerRecord = 16
	// maxFindings is how many files may be remarkable.
	maxFindings = 50_000
	// The layers together may be decompressed to maxPlain bytes, and maxRatio for every byte they have.
	maxPlain = 2 << 30
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

// limits are what an image may cost, whatever is in it.
type limits struct {
	steps int
	plain int64
	// shared tells that they are what other images left over.
	shared bool
}

// subject is who is beyond the limits.
func (l limits) subject() string {
	if l.shared {
		return "the images audited together have"
	}
	return "the image has"
}

func usualLimits() limits { return limits{steps: maxSteps, plain: maxPlain} }

// budget is what the audit of one image has cost. Once it is spent, nothing more is looked up, and what is found
// counts no longer.
type budget struct {
	ctx    context.Context
	limits limits

	files, folders, records, programs, kept, names, steps int
	// packed and plain are the bytes of the layers, as they are and decompressed.
	packed, plain int64
	// err is the limit that was met, or the error of the context.
	err error
}

// ok tells whether to go on.
func (b *budget) ok() bool { return b.err == nil }

// spend adds to one of the counts.
func (b *budget) spend(count *int, n, limit int, of string) {
	*count += n
	if *count > limit && b.err == nil {
		b.err = exceeded("%s more than %d %s", b.limits.subject(), limit, of)
	}
}

func (b *budget) file()        { b.spend(&b.files, 1, maxFiles, "files") }
func (b *budget) folder()      { b.spend(&b.folders, 1, maxFolders, "folders") }
func (b *budget) record(n int) { b.spend(&b.records, n, maxRecords, "links, folders and programs") }
func (b *budget) program(n int) {
	b.spend(&b.programs, n, maxPrograms, "programs and libraries")
}
func (b *budget) keep(n int) { b.spend(&b.kept, n, maxNames, "bytes of names in its layers") }
func (b *budget) name(n int) { b.spend(&b.names, n, maxNames, "bytes of names to report") }

// step adds names that are looked up, and looks at the context now and then.
func (b *budget) step(n int) {
	before := b.steps
	most := b.limits.steps + stepsPerFile*b.files + stepsPerRecord*b.records
	b.spend(&b.steps, n, most, "steps along its paths and links")
	if before/stepsPerLook != b.steps/stepsPerLook && b.err == nil {
		b.err = b.ctx.Err()
	}
}

// allowance is how many bytes a layer may still be decompressed to, of most that its image may have.
type allowance struct {
	left, most int64
	subject    string
}

func (a allowance) beyond() error {
	return exceeded("%s more than %d bytes when decompressed", a.subject, a.most)
}

// allow is what is allowed to one more layer of size bytes.
func (b *budget) allow(size int64) allowance {
	b.packed += min(max(size, 0), math.MaxInt64/maxRatio/2-b.packed)
	most := b.limits.plain + maxRatio*b.packed
	return allowance{left: most - b.plain, most: most, subject: b.limits.subject()}
}

// unpacked counts what one layer has, whether it was read now or before.
func (b *budget) unpacked(s *scan) {
	allowed := b.allow(0)
	if b.plain += s.Plain; s.Plain > allowed.left && b.err == nil {
		b.err = allowed.beyond()
	}
	b.keep(s.names())
}

// unpackedAll counts a layer that took all that was left.
func (b *budget) unpackedAll() { b.plain = b.allow(0).most }

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
