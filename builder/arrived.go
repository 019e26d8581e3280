package builder

import (
	"fmt"
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// missing names the platforms whose solve was never started.
func (b *run) missing() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var names []string
	for name := range b.solves {
		if _, ended := b.roots[name]; !ended {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("no solve was started for %s", strings.Join(names, ", "))
}

// verify holds what arrived against what BuildKit says it exported.
func (b *run) verify(responses map[string]*client.SolveResponse) error {
	for name, response := range responses {
		if b.solves[name].sink.staged {
			continue // it says what was pushed, whose attestation names it otherwise
		}
		said := response.ExporterResponse[exptypes.ExporterImageDigestKey]
		if got := b.roots[name]; said != "" && got != "" && said != got.String() {
			return errdefs.Classify(
				fmt.Errorf("building %s: BuildKit exported %s, but %s arrived", name, said, got),
				errdefs.ErrIntegrity,
			)
		}
	}
	return nil
}
