package view

import (
	"context"
	"io"
	stdlog "log"
	"os"

	"github.com/containerd/log"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	"github.com/moby/buildkit/util/progress/progressui"
	"github.com/sirupsen/logrus"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// progressVariable chooses the display where no flag does.
const progressVariable = "BUILDKIT_PROGRESS"

// Progress choose the display (docker buildx build --progress, --quiet).
type Progress struct {
	Mode  string
	Quiet bool
}

// Validate refuses a display that does not exist.
func (o *Progress) Validate() error {
	switch o.display() {
	case progressui.AutoMode, progressui.PlainMode, progressui.TtyMode, progressui.QuietMode, progressui.RawJSONMode:
		return nil
	}
	from := ""
	if string(o.display()) != o.Mode {
		from = " in " + progressVariable
	}
	return failure.Usage(`unknown progress mode %q%s; use auto, plain, tty, quiet or rawjson`, o.display(), from)
}

// display is the mode asked for: by --quiet, else --progress, else the environment, as docker buildx build has it.
func (o *Progress) display() progressui.DisplayMode {
	mode := progressui.DisplayMode(o.Mode)
	if o.Quiet || mode == "none" {
		return progressui.QuietMode
	}
	if set := os.Getenv(progressVariable); set != "" && mode == progressui.AutoMode {
		return progressui.DisplayMode(set)
	}
	return mode
}

// Silent tells that no table and no hints are wanted: nothing but the result, or nothing that is not JSON.
func (o *Progress) Silent() bool {
	return o.display() == progressui.QuietMode || o.display() == progressui.RawJSONMode
}

// Open starts the display on standard error. The caller ends it with Wait, also after a failure: only then
// everything has been shown.
func (o *Progress) Open(ctx context.Context, dockerCLI command.Cli, what string) (*Display, error) {
	var out io.Writer = dockerCLI.Err()
	if file, ok := dockerCLI.Err().File(); ok {
		out = file
	}
	// the display must outlive a cancelled ctx, or what is cleaned up then would block on it
	display, err := progress.NewPrinter(context.WithoutCancel(ctx), out, o.display(), progress.WithDesc(what, what))
	if err != nil {
		return nil, failure.Usage("showing progress as %q: %s; use --progress auto or plain", o.display(), err)
	}
	return &Display{Printer: display, raw: o.display() == progressui.RawJSONMode}, nil
}

// QuietLibraries keeps the log lines of containerd and of Go's HTTP from the terminal: they speak of locks, file
// systems and frames that no user asked about, in the middle of the display. Warnings of buildx are shown.
func QuietLibraries(dockerCLI command.Cli) {
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	log.L = logrus.NewEntry(silent)
	stdlog.SetOutput(io.Discard)
	logrus.SetOutput(tamer{dockerCLI.Err()})
}
