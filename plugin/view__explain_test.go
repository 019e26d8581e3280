package plugin

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
)

// explained is what the user reads of an error.
func explained(err error) string {
	var out bytes.Buffer
	explainTo(&out, err)
	return out.String()
}

func TestExplainTellsNotesAndNext(t *testing.T) {
	inner := fail(
		gate.ErrShut,
		errors.New("linux/arm64 is untested"),
		"docker multiplat build PATH",
		"tag app:1 unchanged",
		"or ship fewer",
	)
	outer := fail(nil, fmt.Errorf("publishing %q: %w", "app:1", inner), "docker multiplat publish app:1", "draft kept")
	golden.Assert(t, explained(outer), "explain.golden")
}

func TestExplainOfJoined(t *testing.T) {
	err := errors.Join(errors.New("first"), fail(errTests, errors.New("second"), "try this", "nothing was sent"))
	golden.Assert(t, explained(err), "explain-joined.golden")
}

func TestExplainPlain(t *testing.T) {
	assert.Equal(t, explained(fmt.Errorf("%s", " doing X: no\n")), "ERROR: doing X: no\n")
	assert.Equal(t, explained(usageError("bad %q", "x")), "ERROR: bad \"x\"\n")
}

func TestFailOfNothingIsNothing(t *testing.T) {
	assert.NilError(t, fail(errBuild, nil, "next"))
}
