package localtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// judge turns the end of a container into a verdict and its reason.
func judge(ctx context.Context, image Image, spec Spec, test Command, exit container.Exit) (Verdict, string, error) {
	switch {
	case exit.Refused != nil:
		return refused(ctx, image, exit.Refused)
	case exit.Running && test.Text == smoke:
		return Passed, fmt.Sprintf("still running after %s", round(spec.startPeriod(image.Emulated))), nil
	case exit.Running:
		return Inconclusive, fmt.Sprintf("not done after %s", round(spec.limit(image.Emulated))), nil
	case exit.OutOfMemory:
		return Inconclusive, "out of memory", nil
	case crashed(image, exit):
		return Inconclusive, fmt.Sprintf("the emulator crashed twice (exit code %d)", exit.Code), nil
	case exit.Code == 0:
		return Passed, "", nil
	case test.Text == smoke:
		return Failed, fmt.Sprintf("the image exits with %d when it is started without arguments; "+
			"if it should not, say what to try with --test 'COMMAND'", exit.Code), nil
	}
	return Failed, fmt.Sprintf("exit code %d, not 0", exit.Code), nil
}

// refused tells an image that cannot be started from a machine that runs nothing of this platform.
func refused(ctx context.Context, image Image, reason error) (Verdict, string, error) {
	if image.Works != nil {
		works, err := image.Works(ctx)
		if err != nil {
			return "", "", err
		}
		if !works {
			return NotRun, fmt.Sprintf("this engine runs no programs of %s; install its emulator with: docker multiplat init",
				image.Platform), nil
		}
	}
	return Failed, strings.TrimSpace(reason.Error()), nil
}

// crashed tells whether QEMU died rather than the program under test: it says so, or the process ended by a
// signal that a program in a container seldom sends itself.
func crashed(image Image, exit container.Exit) bool {
	if !image.Emulated || exit.Refused != nil || exit.Running {
		return false
	}
	if bytes.Contains(exit.Stderr, []byte("qemu: uncaught target signal")) {
		return true
	}
	switch syscall.Signal(exit.Code - 128) {
	case syscall.SIGSEGV, syscall.SIGILL, syscall.SIGABRT, syscall.SIGBUS:
		return true
	}
	return false
}

// verdictError marks a step of the display as failed; it is not an error of the machine.
type verdictError struct{ text string }

func (e *verdictError) Error() string { return e.text }

func asVerdict(err error, target *verdictError) bool {
	return errors.As(err, &target)
}

// tail returns the last lines of what a test wrote, fit for a report.
func tail(streams ...[]byte) string {
	const most = 4 << 10
	text := bytes.TrimSpace(bytes.Join(streams, nil))
	if len(text) > most {
		text = append([]byte("… "), text[len(text)-most:]...)
	}
	return clean(string(text))
}

// clean shows control characters instead of sending them to a terminal.
func clean(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f || (r >= 0x80 && r < 0xa0) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069):
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
