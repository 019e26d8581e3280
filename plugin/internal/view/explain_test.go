package view

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/docker/cli/cli"
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

// What others say in several lines is one line of ours, with what to do behind it; what is long keeps its lines, and so
// does what else is wrong.
func TestExplainFoldsLinesOfOthers(t *testing.T) {
	cluster := errors.New("Job \"a\" is invalid:\n* spec.x: wrong\r\n\n\t* spec.y: wrong \x1b[2J")
	for _, tc := range []struct {
		err  error
		want string
	}{
		{
			fmt.Errorf("making a Job: %w; give another name", cluster),
			"ERROR: making a Job: Job \"a\" is invalid: * spec.x: wrong; * spec.y: wrong \\x1b[2J; give another name\n",
		},
		{
			failure.Wrap(failure.ErrUsage, errors.Join(fmt.Errorf("a: %w", cluster), errors.New("b")), "do", "note\nnote"),
			"ERROR: a: Job \"a\" is invalid: * spec.x: wrong; * spec.y: wrong \\x1b[2J\n  | b\n  note\\nnote\n  next: do\n",
		},
		{
			failure.Blanked(fmt.Errorf("x: %w", errors.New("SECRET:\nSECRET")), func(text string) string {
				return strings.ReplaceAll(text, "SECRET", "xxxxx")
			}),
			"ERROR: x: xxxxx: xxxxx\n",
		},
		{cli.StatusError{Status: "unknown flag: --x\n\nUsage: y", StatusCode: 125}, "ERROR: unknown flag: --x\n  |\n  | Usage: y\n"},
		{errors.New("many:" + strings.Repeat("\nline", 8)), "ERROR: many:\n" + strings.Repeat("  | line\n", 8)},
	} {
		assert.Equal(t, explained(tc.err), tc.want)
	}
}
