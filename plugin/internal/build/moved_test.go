package build

import (
	"errors"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// A platform whose node was lost is told as built where it was built in the end.
func TestMovedPlatform(t *testing.T) {
	on := func(architecture, node string, native bool) builder.Placement {
		return builder.Placement{
			Platform: ocispec.Platform{OS: "linux", Architecture: architecture}, Node: node, Native: native,
		}
	}
	planned := []builder.Placement{on("amd64", "farm0", true), on("arm64", "farm1", true)}
	moved := on("arm64", "farm0", false)
	b := &run{ledger: &ledger{}, bench: &trial.Bench{}, placed: planned}
	b.done(t.Context(), builder.Result{Platform: moved.Platform, Moved: &moved, Err: errors.New("exit code: 1")})
	assert.DeepEqual(t, b.placed, []builder.Placement{planned[0], moved})
	assert.Equal(t, planned[1].Node, "farm1") // what was planned stays what it was
}
