package localtest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

func TestJudge(t *testing.T) {
	spec := Spec{Timeout: 30 * time.Second, EmulatedFactor: 8, Advice: Advice{Emulator: "install its emulator"}}
	works := func(yes bool) func(context.Context) (bool, error) {
		return func(context.Context) (bool, error) { return yes, nil }
	}
	native, emulated := Image{Platform: "linux/amd64"}, Image{Platform: "linux/arm64", Emulated: true}
	lacking, broken := emulated, emulated
	lacking.CanRun, broken.CanRun = works(false), works(true)
	for _, tc := range []struct {
		name   string
		image  Image
		exit   container.Exit
		want   Verdict
		reason string
	}{
		{"done", native, container.Exit{}, Passed, "decided"},
		{"says no", native, container.Exit{Code: 2}, Passed, "decided"},
		{"hangs", native, container.Exit{Running: true}, Inconclusive, "not done after 30s"},
		{"hangs under emulation", emulated, container.Exit{Running: true}, Inconclusive, "not done after 4m0s"},
		{"watched", native, container.Exit{Running: true, Watched: true}, Passed, "decided"},
		{"out of memory", native, container.Exit{Code: 137, OutOfMemory: true}, Inconclusive, "out of memory"},
		{"crash of the emulator", emulated, container.Exit{Code: 139}, Inconclusive, "the emulator crashed twice (exit code 139 (signal 11: segmentation fault))"},
		{"crash in QEMU's words", emulated, container.Exit{Code: 1, Stderr: []byte("qemu: uncaught target signal 11")}, Inconclusive, "the emulator crashed twice (qemu: uncaught target signal 11)"},
		{"crash that hangs", emulated, container.Exit{Running: true, Stderr: []byte("qemu: uncaught target signal 11")}, Inconclusive, "the emulator crashed (qemu: uncaught target signal 11), and did not end within 4m0s"},
		{"crash inside of a server", emulated, container.Exit{Running: true, Watched: true, Stderr: []byte("qemu: uncaught target signal 6")}, Inconclusive, "the emulator crashed (qemu: uncaught target signal 6) in one of its processes"},
		{"not executed for want of an emulator", lacking, container.Exit{Code: 255}, NotRun, "this engine runs no programs of linux/arm64; install its emulator"},
		{"not executed all the same", broken, container.Exit{Code: 255}, Passed, "decided"},
		{"fails under an emulator that is there", broken, container.Exit{Code: 3}, Failed, "it says no"},
		{"fails for an emulator that is gone", lacking, container.Exit{Code: 126}, NotRun, "this engine runs no programs of linux/arm64; install its emulator"},
		{"fails on its own platform", native, container.Exit{Code: 3}, Failed, "it says no"},
		{"native crash", native, container.Exit{Code: 139}, Passed, "decided"},
		{"no emulator", lacking, container.Exit{Refused: errors.New("exec format error")}, NotRun, "this engine runs no programs of linux/arm64; install its emulator"},
		{"broken program", broken, container.Exit{Refused: errors.New("exec format error")}, Failed, "exec format error: it is no program of this platform, and no script either, whose very first bytes are #! (no byte order mark, empty line or comment before them)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := &runner{image: tc.image, spec: spec}
			c, err := r.judge(t.Context(), tc.exit, r.limit(), func() (Verdict, string) {
				if tc.exit.Code == 3 || tc.exit.Code == 126 {
					return Failed, "it says no"
				}
				return Passed, "decided"
			})
			assert.NilError(t, err)
			assert.Equal(t, c.Verdict, tc.want)
			assert.Equal(t, c.Reason, tc.reason)
		})
	}
}

func TestEndedNamesSignals(t *testing.T) {
	for code, want := range map[int]string{
		1: "exit code 1", 127: "exit code 127", 139: "exit code 139 (signal 11: segmentation fault)", 255: "exit code 255",
	} {
		assert.Equal(t, ended(code), want)
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
		{[]Verdict{Skipped, Passed}, Passed},
		{[]Verdict{Skipped, Failed}, Failed},
		{[]Verdict{Skipped, Skipped}, NotRun},
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
	assert.Equal(t, tail([]byte("a\x1b[31mb\r\n"), []byte("\u202ec\td\n")), "a\\x1b[31mb\n\\u202ec\td")
}

// What is shown of long output begins with a whole line, or with a whole character.
func TestTailOfLongOutput(t *testing.T) {
	assert.Equal(t, tail([]byte(strings.Repeat("läuft\n", 1000)+"failed")), "… "+strings.Repeat("läuft\n", 584)+"failed")
	assert.Equal(t, tail([]byte(strings.Repeat("€", 4000))), "… "+strings.Repeat("€", 1365))
}
