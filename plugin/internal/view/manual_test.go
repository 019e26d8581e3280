package view

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/docker/cli/cli/streams"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// terminal makes the standard input of a CLI a terminal, and returns where to type.
func terminal(t *testing.T, f *plugintest.CLI) *os.File {
	t.Helper()
	keyboard, tty, err := pty.Open()
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, keyboard.Close()) })
	t.Cleanup(func() { _ = tty.Close() }) // a read may wait for it still
	f.SetIn(streams.NewIn(tty))
	return keyboard
}

// Each platform is asked about on its own, until the answer is one; who has looked is asked once.
func TestInterview(t *testing.T) {
	fake := plugintest.NewCLI(t)
	keyboard := terminal(t, fake)
	_, err := io.WriteString(keyboard, "maybe\npassed\nJane Doe\nfine\nf\n\nno picture\nskip\n")
	assert.NilError(t, err)
	who := NewInterview(fake, "")
	for _, tc := range []struct {
		tried trial.Outcome
		want  *record.Manual
	}{
		{trial.Outcome{Platform: plugintest.Linux("amd64", "")}, &record.Manual{Passed: true, Who: "Jane Doe", Remark: "fine"}},
		{trial.Outcome{Platform: plugintest.Linux("arm64", ""), Emulated: true}, &record.Manual{Who: "Jane Doe", Remark: "no picture"}},
		{trial.Outcome{Platform: plugintest.Linux("s390x", "")}, nil},
	} {
		tc.tried.Loaded = "app:1--x"
		said, err := who.Ask(t.Context(), tc.tried)
		assert.NilError(t, err)
		assert.DeepEqual(t, said, tc.want)
	}
	shown := fake.Stderr.String()
	assert.Assert(t, strings.Contains(shown, "linux/amd64 (native): try it with\n  docker run --rm -it app:1--x"))
	assert.Assert(t, strings.Contains(shown, "linux/arm64 (emulated)"))
	assert.Assert(t, strings.Contains(shown, "[Jane Doe]"))
}

// Where there are no more answers, what was answered is kept, and the rest is left out.
func TestInterviewEnds(t *testing.T) {
	fake := plugintest.NewCLI(t)
	keyboard := terminal(t, fake)
	_, err := io.WriteString(keyboard, "p\nJane\n\n\x04")
	assert.NilError(t, err)
	who := NewInterview(fake, "")
	said, err := who.Ask(t.Context(), trial.Outcome{Platform: plugintest.Linux("amd64", "")})
	assert.NilError(t, err)
	assert.DeepEqual(t, said, &record.Manual{Passed: true, Who: "Jane"})
	said, err = who.Ask(t.Context(), trial.Outcome{Platform: plugintest.Linux("arm64", "")})
	assert.NilError(t, err)
	assert.Assert(t, said == nil)
}

// An interrupt ends the question that waits.
func TestInterviewInterrupted(t *testing.T) {
	fake := plugintest.NewCLI(t)
	terminal(t, fake)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := NewInterview(fake, "").Ask(ctx, trial.Outcome{})
	assert.Equal(t, failure.ExitCode(err), failure.ExitInterrupted)
}
