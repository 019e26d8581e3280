//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/tonistiigi/vt100"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// prompt is what stands on a terminal above what a command shows: it is nobody else's to write over.
const prompt = "$ docker multiplat"

// terminal is an emulated terminal of the usual size with a command on it.
type terminal struct {
	t       *testing.T
	screen  *vt100.VT100
	command *exec.Cmd
	device  *os.File
}

// atTerminal starts `docker multiplat ARGS...` on a terminal.
func (s *scenario) atTerminal(t *testing.T, args ...string) *terminal {
	t.Helper()
	const columns, rows = 80, 24
	v := &terminal{t: t, screen: vt100.NewVT100(rows, columns)}
	v.command = s.with("TERM=xterm").command("docker", append([]string{"multiplat"}, args...)...)
	_, _ = v.screen.Write([]byte(prompt + "\n"))
	var err error
	v.device, err = pty.StartWithSize(v.command, &pty.Winsize{Rows: rows, Cols: columns})
	assert.NilError(t, err)
	return v
}

// until reads what the terminal is sent until a text is to be seen on it; empty: until the command has ended.
func (v *terminal) until(text string) {
	v.t.Helper()
	piece := make([]byte, 64<<10)
	for text == "" || !strings.Contains(v.shown(), text) {
		n, err := v.device.Read(piece)
		_, _ = v.screen.Write(piece[:n])
		if err != nil { // the last one who had it open has ended
			assert.Equal(v.t, text, "", "the command has ended with\n%s", v.shown())
			return
		}
	}
}

// exits waits for the end, checks the exit code, and is what stands below the prompt then.
func (v *terminal) exits(code int) string {
	v.t.Helper()
	v.until("")
	_ = v.command.Wait()
	_ = v.device.Close()
	assert.Equal(v.t, v.command.ProcessState.ExitCode(), code, "%s", v.shown())
	above, shown, _ := strings.Cut(v.shown(), "\n")
	assert.Equal(v.t, above, prompt, "%q\n%s", v.command.Args, v.shown())
	return shown
}

// shown is what stands on the terminal.
func (v *terminal) shown() string {
	var b strings.Builder
	for _, row := range v.screen.Content {
		b.WriteString(strings.TrimRight(string(row), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// On a terminal each command ends with what came of it, in the place of its board and below the prompt. One that is
// interrupted says so, and of what, and leaves the cursor below.
func TestBoardOfEveryCommand(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		name, other := s.repository("app")+":1", s.repository("app")+":2"
		s.write("Dockerfile", "FROM busybox\nRUN uname -m\n")
		s.write("docker-bake.hcl", "target \"default\" {\n  tags = [\""+s.repository("baked")+":1\"]\n}\n")
		s.write("Slow", "FROM busybox\nRUN echo begun; sleep 100\n")
		const both = "linux/amd64,linux/arm64"
		for _, tc := range []struct {
			first, contains string
			args            []string
		}{
			{"PLATFORM ", "emulated", []string{"init", "--platform", both}},
			{"PLATFORM ", "untested", []string{"build", "--platform", both, "-t", name, "."}},
			{"PLATFORM ", "passed", []string{"test", "--test", "uname -m", name}},
			{"", "@sha256:", []string{"publish", name}},
			{"", "@sha256:", []string{"merge", "-t", other, name}},
			{"", "@sha256:", []string{"promote", name, "3"}},
			{"TARGET ", "untested", []string{"bake", "--platform", both}},
			{"PLATFORM ", "emulated", []string{"status"}},
			{"IMAGE ", "served", []string{"check", "."}},
			{"localhost", "files", []string{"diff", name}},
			{"draft ", "audit", []string{"build", "--dry-run", "--platform", "linux/amd64", "-t", name, "."}},
		} {
			shown := s.atTerminal(t, tc.args...).exits(0)
			assert.Check(t, strings.HasPrefix(shown, tc.first), "%v\n%s", tc.args, shown)
			assert.Check(t, is.Contains(shown, tc.contains))
		}
		cut := s.atTerminal(t, "build", "--platform", both, "-f", "Slow", "-t", "slow:1", ".")
		cut.until("| begun")
		_, err := cut.device.Write([]byte{3})
		assert.NilError(t, err)
		lines := strings.Split(cut.exits(130), "\n")
		for i, platform := range []string{"linux/amd64", "linux/arm64"} {
			assert.Check(t, is.Regexp("^■ "+platform+" .* canceled", lines[1+i]), "%q", lines)
		}
		assert.Check(t, is.Contains(lines[3], "interrupted"), "%q", lines)
	}, containerdStore)
}
