package view

import (
	"context"
	"io"
	stdlog "log"
	"os"
	"strings"

	"github.com/containerd/log"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/streams"
	"github.com/go-logr/logr"
	"github.com/moby/buildkit/util/progress/progressui"
	"github.com/sirupsen/logrus"
	"k8s.io/klog/v2"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/board"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// progressVariable chooses the display where no flag does.
const progressVariable = "BUILDKIT_PROGRESS"

// Progress choose the display (docker buildx build --progress, --quiet).
type Progress struct {
	Mode  string
	Quiet bool
	// steps is how many steps a plain display has numbered: one that comes after it goes on from there.
	steps int
	// history is what is kept of all displays for a report; nil: nothing.
	history *history
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

// Showing says how the command shows what it does.
func (o *Progress) Showing() Showing {
	mode := o.display()
	return Showing{Silent: o.Silent(), Board: mode == progressui.AutoMode || mode == progressui.TtyMode}
}

// Open starts the display on standard error. The caller ends it with Wait, also after a failure: only then
// everything has been shown.
func (o *Progress) Open(ctx context.Context, dockerCLI command.Cli, what string) (*Display, error) {
	mode, out := o.display(), dockerCLI.Err()
	terminal := out.IsTerminal()
	if mode == progressui.TtyMode && !terminal {
		return nil, failure.Usage("showing progress as %q: standard error is no terminal; use --progress auto or plain", mode)
	}
	printed := progressui.QuietMode
	say := func(line string) { drawn(out, line+"\n") }
	lines := func() picture {
		return &logPicture{
			log: board.Log{Board: board.Board{Title: visible.Line(what)}, Fold: foldOf(os.Getenv), Count: o.steps},
			say: say, number: &o.steps,
		}
	}
	var shown, plain picture
	switch {
	case mode == progressui.RawJSONMode:
		printed = mode
	case mode == progressui.QuietMode:
	case mode != progressui.PlainMode && terminal && os.Getenv("TERM") != "dumb":
		shown, plain = &boardPicture{
			board: board.Board{Title: visible.Line(what)}, canvas: canvasOf(out, os.Getenv),
			size: func() board.Size { return sizeOf(out) },
		}, lines()
	default:
		shown, plain = lines(), lines()
	}
	// the display must outlive a cancelled ctx, or what is cleaned up then would block on it
	printer, err := progress.NewPrinter(context.WithoutCancel(ctx), jsonTamer{out}, printed)
	if err != nil {
		return nil, failure.Usage("showing progress as %q: %s; use --progress auto or plain", mode, err)
	}
	d := newDisplay(printer, shown, plain, say)
	d.history = o.history
	return d, nil
}

// sizeOf is how large a terminal is, or the usual one where it does not tell.
func sizeOf(out *streams.Out) board.Size {
	const usualWidth, usualHeight = 80, 24
	height, width := out.GetTtySize()
	if width == 0 || height == 0 {
		return board.Size{Width: usualWidth, Height: usualHeight}
	}
	return board.Size{Width: int(width), Height: int(height)}
}

// foldOf is how the CI wants lines marked that this runs in.
func foldOf(getenv func(string) string) board.Fold {
	switch {
	case getenv("GITHUB_ACTIONS") == "true":
		return board.GitHub
	case getenv("GITLAB_CI") == "true":
		return board.GitLab
	}
	return board.Unfolded
}

// QuietLibraries keeps the log lines of containerd, of the Kubernetes client and of Go's HTTP from the terminal: they
// speak of locks, file systems, streams and frames that no user asked about, in the middle of the display. Warnings of
// buildx are shown; what it calls an error it returns as well, and that of a stream to a pod that is tried again is
// none.
func QuietLibraries(dockerCLI command.Cli) {
	klog.SetLogger(logr.Discard())
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	log.L = logrus.NewEntry(silent)
	stdlog.SetOutput(io.Discard)
	logrus.SetOutput(tamer{dockerCLI.Err()})
	logrus.SetFormatter(warnings{&logrus.TextFormatter{}})
}

// warnings formats what is a warning, and nothing else.
type warnings struct{ logrus.Formatter }

// Format implements [logrus.Formatter].
func (w warnings) Format(entry *logrus.Entry) ([]byte, error) {
	if entry.Level <= logrus.ErrorLevel || strings.HasPrefix(entry.Message, "Transient connection error to pod") {
		return nil, nil
	}
	return w.Formatter.Format(entry)
}
