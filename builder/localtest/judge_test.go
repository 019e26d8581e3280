package localtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

func TestJudge(t *testing.T) {
	spec := Spec{Timeout: 30 * time.Second, EmulatedFactor: 8}
	command := Command{Text: "app --version", Args: []string{"app", "--version"}}
	smokeTest := Command{Text: smoke, KeepEntrypoint: true}
	works := func(yes bool) func(context.Context) (bool, error) {
		return func(context.Context) (bool, error) { return yes, nil }
	}
	native, emulated := Image{Platform: "linux/amd64"}, Image{Platform: "linux/arm64", Emulated: true}
	lacking, broken := emulated, emulated
	lacking.Works, broken.Works = works(false), works(true)
	for _, tc := range []struct {
		name   string
		image  Image
		test   Command
		exit   container.Exit
		want   Verdict
		reason string
	}{
		{"done", native, command, container.Exit{}, Passed, ""},
		{"says no", native, command, container.Exit{Code: 2}, Failed, "exit code 2, not 0"},
		{"smoke says no", native, smokeTest, container.Exit{Code: 1}, Failed, "the image exits with 1 when it is started without arguments; if it should not, say what to try with --test 'COMMAND'"},
		{"server", native, smokeTest, container.Exit{Running: true}, Passed, "still running after 5s"},
		{"emulated server", emulated, smokeTest, container.Exit{Running: true}, Passed, "still running after 10s"},
		{"hangs", native, command, container.Exit{Running: true}, Inconclusive, "not done after 30s"},
		{"hangs under emulation", emulated, command, container.Exit{Running: true}, Inconclusive, "not done after 4m0s"},
		{"out of memory", native, command, container.Exit{Code: 137, OutOfMemory: true}, Inconclusive, "out of memory"},
		{"crash of the emulator", emulated, command, container.Exit{Code: 139}, Inconclusive, "the emulator crashed twice (exit code 139)"},
		{"crash in QEMU's words", emulated, command, container.Exit{Code: 1, Stderr: []byte("qemu: uncaught target signal 11")}, Inconclusive, "the emulator crashed twice (exit code 1)"},
		{"native crash", native, command, container.Exit{Code: 139}, Failed, "exit code 139, not 0"},
		{"no emulator", lacking, command, container.Exit{Refused: errors.New("exec format error")}, NotRun, "this engine runs no programs of linux/arm64; install its emulator with: docker multiplat init"},
		{"broken program", broken, command, container.Exit{Refused: errors.New("exec format error")}, Failed, "exec format error"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			verdict, reason, err := judge(t.Context(), tc.image, spec, tc.test, tc.exit)
			assert.NilError(t, err)
			assert.Equal(t, verdict, tc.want)
			assert.Equal(t, reason, tc.reason)
		})
	}
}

func TestConcludeTakesTheWorst(t *testing.T) {
	for _, tc := range []struct {
		cases []Verdict
		want  Verdict
	}{
		{nil, Passed},
		{[]Verdict{Passed, Passed}, Passed},
		{[]Verdict{Passed, Failed, Inconclusive}, Failed},
		{[]Verdict{Inconclusive, NotRun}, Inconclusive},
		{[]Verdict{NothingToRun}, NothingToRun},
	} {
		var cases []Case
		for _, v := range tc.cases {
			cases = append(cases, Case{Verdict: v})
		}
		assert.Equal(t, conclude(cases).Verdict, tc.want)
	}
}

func TestParseCommand(t *testing.T) {
	for text, want := range map[string]Command{
		"app --version":       {Args: []string{"app", "--version"}},
		`sh -c 'echo "a b"'`:  {Args: []string{"sh", "-c", `echo "a b"`}},
		"--version":           {Args: []string{"--version"}, KeepEntrypoint: true},
		`"my app" $HOME *.go`: {Args: []string{"my app", "$HOME", "*.go"}},
	} {
		got, err := ParseCommand(text)
		assert.NilError(t, err)
		want.Text = text
		assert.DeepEqual(t, got, want)
	}
	for _, text := range []string{"", "  ", "''", "'open"} {
		_, err := ParseCommand(text)
		assert.ErrorContains(t, err, "reading the test command")
	}
}

func TestTailCleansOutput(t *testing.T) {
	assert.Equal(t, tail([]byte("a\x1b[31mb\r\n"), []byte("\u202ec\td\n")), "a\\x1b[31mb\\x0d\n\\x202ec\td")
}
