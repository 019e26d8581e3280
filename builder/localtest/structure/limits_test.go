//go:build !race

// What these show is how much is read of what is large on purpose, by one goroutine: the race detector would see nothing
// and take minutes. make test-unit runs them without it.

package structure

import (
	"archive/tar"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/containerd/containerd/v2/pkg/archive/compression"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/overlay"
)

// Long paths are folders without end; a tree of them ends at a limit.
func TestLimitsOfATree(t *testing.T) {
	var headers []tar.Header
	for i := range 700 {
		headers = append(headers, file(fmt.Sprintf("%d/", i)+strings.Repeat("a/", 2040)+"f", "", 0o644))
	}
	_, err := ReadTree(t.Context(), []Layer{layerOf(t, compression.Gzip, headers...)})
	assert.Assert(t, errors.Is(err, overlay.ErrLimit), err)
}

// Nor are links followed through folders for longer than that is worth.
func TestLimitsOfLinks(t *testing.T) {
	long := strings.Repeat("a/", 2000)
	headers := []tar.Header{dir(long), link("l", long+"b")}
	for range 8000 { // each makes the other's folders anew
		headers = append(headers, file("l/"+long+"x", "", 0o644), file("a", "", 0o644))
	}
	_, err := ReadTree(t.Context(), []Layer{layerOf(t, compression.Gzip, headers...)})
	assert.Assert(t, errors.Is(err, overlay.ErrLimit), err)
}
