package localtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/google/shlex"
)

// Defaults of the limits: a test may take 30 s, eight times that under emulation.
const (
	DefaultTimeout        = 30 * time.Second
	DefaultEmulatedFactor = 8.0
)

// Spec says how an image is tested.
type Spec struct {
	// Commands are the tests, each an argument vector. Without any the smoke test is run.
	Commands []Command
	// Timeout bounds each test on a native platform; under emulation it is multiplied by EmulatedFactor.
	Timeout        time.Duration
	EmulatedFactor float64
}

// Command is one test command.
type Command struct {
	// Text is the command as the user spelled it.
	Text string
	// Args replace the image's entrypoint and command, as `docker run --entrypoint` does; if KeepEntrypoint is
	// set they are arguments to the image's own entrypoint.
	Args           []string
	KeepEntrypoint bool
}

// ParseCommand splits a command by the rules of shell words, without a shell. One that starts with "-" keeps
// the image's entrypoint.
func ParseCommand(text string) (Command, error) {
	args, err := shlex.Split(text)
	if err != nil {
		return Command{}, fmt.Errorf("reading the test command %q: %w", text, err)
	}
	if len(args) == 0 || args[0] == "" {
		return Command{}, fmt.Errorf("reading the test command %q: %w", text, errors.New("there is no word in it"))
	}
	return Command{Text: text, Args: args, KeepEntrypoint: strings.HasPrefix(args[0], "-")}, nil
}

// Image is the loaded image of one platform.
type Image struct {
	// ID is the engine's; a name could mean another platform's image by now.
	ID string
	// Platform is for messages.
	Platform string
	// Emulated is true when the engine needs an emulator for it.
	Emulated bool
	// Runnable is false for an image with neither entrypoint nor command.
	Runnable bool
	// Works tells whether the machine runs programs of the platform at all. It is asked when a container cannot
	// be started, to tell a broken image from a missing emulator.
	Works func(context.Context) (bool, error)
}

func (s Spec) limit(emulated bool) time.Duration {
	if !emulated {
		return s.Timeout
	}
	return time.Duration(math.Round(float64(s.Timeout) * s.EmulatedFactor))
}

// startPeriod is how long the smoke test watches a server before "still running" counts as good.
func (s Spec) startPeriod(emulated bool) time.Duration {
	const most = 10 * time.Second
	return min(most, s.limit(emulated)/6)
}
