package view

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// explained is what the user reads of an error.
func explained(err error) string {
	var out bytes.Buffer
	Explain(&out, err)
	return out.String()
}

func TestExplainTellsNotesAndNext(t *testing.T) {
	inner := failure.Wrap(
		gate.ErrShut,
		errors.New("linux/arm64 is untested"),
		"docker multiplat build PATH",
		"tag app:1 unchanged",
		"or ship fewer",
	)
	outer := failure.Wrap(
		nil,
		fmt.Errorf("publishing %q: %w", "app:1", inner),
		"docker multiplat publish app:1",
		"draft kept",
	)
	golden.Assert(t, explained(outer), "explain.golden")
}

func TestExplainOfJoined(t *testing.T) {
	err := errors.Join(
		errors.New("first"),
		failure.Wrap(failure.ErrTests, errors.New("second"), "try this", "nothing was sent"),
	)
	golden.Assert(t, explained(err), "explain-joined.golden")
}

func TestExplainPlain(t *testing.T) {
	assert.Equal(t, explained(fmt.Errorf("%s", " doing X: no\n")), "ERROR: doing X: no\n")
	assert.Equal(t, explained(failure.Usage("bad %q", "x")), "ERROR: bad \"x\"\n")
}

func TestFailOfNothingIsNothing(t *testing.T) {
	assert.NilError(t, failure.Wrap(failure.ErrBuild, nil, "next"))
}

// A password that was typed into a reference is not told, nor in what is to be run next.
func TestExplainHidesPasswords(t *testing.T) {
	const typed = "someone:canary@reg.example/app:1"
	err := failure.Wrap(failure.ErrUsage, fmt.Errorf("invalid reference %q\n| %s", typed, typed),
		"docker multiplat publish https://"+typed, "tag "+typed+" unchanged")
	assert.Check(t, !strings.Contains(explained(err), "canary"), explained(err))
}
