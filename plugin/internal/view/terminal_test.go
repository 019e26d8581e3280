package view

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/streams"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// onTerminal is a CLI whose standard error is a terminal.
type onTerminal struct {
	*plugintest.CLI
	screen *streams.Out
}

// Err implements [command.Streams].
func (o onTerminal) Err() *streams.Out { return o.screen }

// seenOn is all that a terminal of a size is sent of a step that passed, under a row, in the environment.
func seenOn(t *testing.T, mode string, environment map[string]string) string {
	t.Helper()
	fake := plugintest.NewCLI(t)
	for _, name := range []string{"TERM", noColorVariable, colorsVariable, "GITHUB_ACTIONS", "GITLAB_CI"} {
		t.Setenv(name, environment[name])
	}
	return untimed(plugintest.Screen(t, 80, func(screen *streams.Out) error {
		o := &Progress{Mode: mode}
		d, err := o.Open(t.Context(), onTerminal{fake, screen}, "testing app")
		if err != nil {
			return err
		}
		row := shown.Begin(d, "linux/arm64", shown.Emulated)
		err = progress.Wrap("[linux/arm64] testing it", d.Write, func(log progress.SubLogger) error {
			log.Log(1, []byte("aarch64\n"))
			return nil
		})
		row.End("passed", "")
		return errors.Join(err, d.Wait())
	}))
}

// untimed is what is shown without how long it took.
func untimed(text string) string {
	return regexp.MustCompile(`\b\d+\.\d+(s?)\b`).ReplaceAllString(text, "0.0$1")
}

// What a terminal gets is what it can do, and what its user wants.
func TestDisplayOnTerminals(t *testing.T) {
	const plain = "testing app\n== linux/arm64 emulated\n#1 testing it 0.0s\n#1 0.0 aarch64\n"
	const up, green, magenta = "\x1b[1A", "\x1b[32m", "\x1b[35m"
	for name, tc := range map[string]struct {
		mode        string
		environment map[string]string
		want, not   []string
		whole       string
	}{
		"a terminal": {
			"auto",
			map[string]string{"TERM": "xterm"},
			[]string{green + "✔", "linux/arm64  emulated"},
			[]string{"\x1b[34m"},
			"",
		},
		"asked for": {"tty", map[string]string{"TERM": "xterm"}, []string{green + "✔"}, nil, ""},
		"no colours": {
			"auto", map[string]string{"TERM": "xterm", "NO_COLOR": "1"}, []string{"✔", "passed"}, []string{"\x1b[3"}, "",
		},
		"own colours": {
			"auto",
			map[string]string{"TERM": "xterm", "BUILDKIT_COLORS": "run=magenta:error=1,2,3"},
			[]string{magenta + "✔"},
			[]string{green},
			"",
		},
		"dumb":          {"auto", map[string]string{"TERM": "dumb"}, nil, []string{"\x1b", up}, plain},
		"dumb, for all": {"tty", map[string]string{"TERM": "dumb"}, nil, []string{"\x1b"}, plain},
		"plain":         {"plain", map[string]string{"TERM": "xterm"}, nil, []string{"\x1b"}, plain},
		"quiet":         {"quiet", map[string]string{"TERM": "xterm"}, nil, []string{"l"}, ""},
		"plain, on GitHub": {
			"plain",
			map[string]string{"GITHUB_ACTIONS": "true"},
			[]string{"::group::linux/arm64 emulated\n", "::endgroup::\nlinux/arm64: passed"},
			nil, "",
		},
		"plain, on GitLab": {
			"plain",
			map[string]string{"GITLAB_CI": "true"},
			[]string{":multiplat_linux_arm64[collapsed=true]\r\x1b[0Klinux/arm64 emulated\n"},
			nil, "",
		},
	} {
		seen := seenOn(t, tc.mode, tc.environment)
		for _, want := range tc.want {
			assert.Check(t, strings.Contains(seen, want), "%s: %q", name, seen)
		}
		for _, not := range tc.not {
			assert.Check(t, !strings.Contains(seen, not), "%s: %q", name, seen)
		}
		assert.Check(t, tc.whole == "" || seen == tc.whole, "%s: %q", name, seen)
	}
}

// Where there is no terminal, none can be asked for; what is not asked for is plain.
func TestDisplayWithoutTerminal(t *testing.T) {
	fake := plugintest.NewCLI(t)
	_, err := (&Progress{Mode: "tty"}).Open(t.Context(), fake, "testing")
	assert.ErrorContains(t, err, `showing progress as "tty": standard error is no terminal; use --progress auto or plain`)
	o := &Progress{Mode: "auto"}
	for range 2 { // the numbers of the second go on
		d, err := o.Open(t.Context(), fake, "testing")
		assert.NilError(t, err)
		assert.NilError(t, progress.Wrap("one step", d.Write, func(progress.SubLogger) error { return nil }))
		assert.NilError(t, d.Wait())
	}
	assert.Equal(t, untimed(fake.Stderr.String()), "testing\n#1 one step 0.0s\ntesting\n#2 one step 0.0s\n")
}
