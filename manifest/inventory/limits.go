package inventory

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
)

// Limits of one image.
const (
	// maxFiles is how many files its layers may list, maxNames the bytes of their paths and links.
	maxFiles = 500_000
	// maxFolders is how many folders the files of each layer may lie in, all layers together.
	maxFolders = 500_000
	// maxCompared is how many files the layers of all images of a comparison may list.
	maxCompared = 1_500_000
	maxNames    = 64 << 20
	// maxPath is PATH_MAX of Linux.
	maxPath = 4096
	// maxPackages is how many packages may be installed.
	maxPackages = 100_000
	// The layers together may be decompressed to maxPlain bytes, and maxRatio for every byte they have.
	maxPlain = 2 << 30
	maxRatio = 100
	// maxPacked is above what any layer or image has; it keeps sums within their type.
	maxPacked = 1 << 50
	// maxBehind is how many bytes may stand behind the end of an archive.
	maxBehind = 64 << 20
	// mostTold is how many packages one file tells of: one more than may be is enough to say so.
	mostTold = maxPackages + 1
	// maxText is the largest text whose names of machines are looked for.
	maxText = 256 << 10
	// maxParagraph is how much is read of a paragraph of a list of packages, whose fields stand before its files;
	// maxJSON bounds the description of a package.
	maxParagraph = 1 << 20
	maxJSON      = 4 << 20
	// maxSpool is the largest archive that is looked into.
	maxSpool = 512 << 20
)

func beyond(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrLimit}, args...)...)
}

// meter is a stream that ends with an error behind a number of bytes, or with that of its context.
type meter struct {
	io.Reader
	ctx context.Context
	// read counts what several streams have brought, own what this one has, and what was unpacked of it.
	read   *atomic.Int64
	own    int64
	most   int64
	beyond error
}

// Read implements io.Reader.
func (m *meter) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.Reader.Read(p)
	m.own += int64(n)
	if m.read.Add(int64(n)) > m.most || m.own > m.most {
		return 0, m.beyond
	}
	return n, err
}
