package plugin

import (
	"context"
	"io"

	"github.com/containerd/log"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	"github.com/moby/buildkit/util/progress/progressui"
	"github.com/sirupsen/logrus"
	"github.com/spf13/pflag"
)

// progressOptions choose the display (docker buildx build --progress, --quiet).
type progressOptions struct {
	mode  string
	quiet bool
}

func (o *progressOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.mode, "progress", "auto",
		`Set type of progress output ("auto", "plain", "tty", "quiet", "rawjson")`)
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "Suppress progress, print the result only")
}

func (o *progressOptions) validate() error {
	switch progressui.DisplayMode(o.mode) {
	case progressui.AutoMode, progressui.PlainMode, progressui.TtyMode, progressui.QuietMode, progressui.RawJSONMode:
		return nil
	}
	return usageError(`unknown progress mode %q; use auto, plain, tty, quiet or rawjson`, o.mode)
}

// silent tells that nothing but the result is wanted.
func (o *progressOptions) silent() bool {
	return o.quiet || o.mode == string(progressui.QuietMode)
}

// open starts the display on standard error. The caller ends it with Wait, also after a failure: only then
// everything has been shown.
func (o *progressOptions) open(ctx context.Context, dockerCLI command.Cli, what string) (*progress.Printer, error) {
	var out io.Writer = dockerCLI.Err()
	if file, ok := dockerCLI.Err().File(); ok {
		out = file
	}
	mode := progressui.DisplayMode(o.mode)
	if o.quiet {
		mode = progressui.QuietMode
	}
	// the display must outlive a cancelled ctx, or what is cleaned up then would block on it
	return progress.NewPrinter(context.WithoutCancel(ctx), out, mode, progress.WithDesc(what, what))
}

// quietLibraries keeps containerd's own log lines from the terminal: they speak of locks and file systems that
// no user asked about, in the middle of the display.
func quietLibraries() {
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	log.L = logrus.NewEntry(silent)
}
