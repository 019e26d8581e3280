package machine

import (
	"context"
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

// verdicts keeps what is said in the end of each row.
type verdicts struct {
	progress.Writer
	said chan string
}

// Write implements [progress.Writer].
func (w verdicts) Write(s *client.SolveStatus) {
	for _, v := range s.Vertexes {
		if _, _, is := shown.Parse(v); is && v.Completed != nil {
			w.said <- s.Statuses[0].ID
		}
	}
}

// Of a probe that somebody has called off it is not said that the platform does not run.
func TestProbeWhenCanceled(t *testing.T) {
	p := ocispec.Platform{OS: "linux", Architecture: "arm64"}
	for want, stopped := range map[string]bool{"does not run": false, shown.Canceled: true} {
		ctx, stop := context.WithCancel(t.Context())
		if stopped {
			stop()
		}
		display := verdicts{said: make(chan string, 1)}
		err := probeInBuilder(ctx, &builder.Builder{}, []Readiness{{Asked: p, Platform: platform.Format(p)}}, display)
		assert.Equal(t, err != nil, stopped)
		assert.Equal(t, <-display.said, want)
		stop()
	}
}
