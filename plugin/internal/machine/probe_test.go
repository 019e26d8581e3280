package machine

import (
	"testing"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// rowNames keeps the names of rows, in the order in which they are begun.
type rowNames struct {
	progress.Writer
	begun chan string
}

// Write implements [progress.Writer].
func (w rowNames) Write(s *client.SolveStatus) {
	for _, v := range s.Vertexes {
		if name, _, is := shown.Parse(v); is && v.Started == nil {
			w.begun <- name
		}
	}
}

// The rows of what is probed stand in the order of the table that follows, whichever probe is begun first.
func TestProbesAreShownInOrder(t *testing.T) {
	var rows []Readiness
	var want []string
	for _, arch := range []string{"amd64", "arm64", "s390x", "riscv64", "ppc64le", "386"} {
		p := ocispec.Platform{OS: "linux", Architecture: arch}
		rows, want = append(rows, Readiness{Asked: p, Platform: platform.Format(p)}), append(want, platform.Format(p))
	}
	for range 20 {
		display := rowNames{begun: make(chan string, len(rows))}
		assert.NilError(t, probeInBuilder(t.Context(), &builder.Builder{}, rows, display))
		close(display.begun)
		var got []string
		for name := range display.begun {
			got = append(got, name)
		}
		assert.DeepEqual(t, got, want)
	}
}
