package advice

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// Shut says what helps against a gate that is shut for platforms of a draft; another error is left as it is.
func Shut(err error) error {
	var shut *gate.Error
	if !errors.As(err, &shut) {
		return err
	}
	name := shut.Refused[0].From
	if shut.Unproven() {
		return failure.Wrap(gate.ErrShut, err, Command("reproduce")+" "+quote(name)+" .",
			fmt.Sprintf("tag %s unchanged", name))
	}
	next := afterShut(shut, name, testsOf(shut))
	var without []string
	if shut.Fit > 0 {
		without = append(without, "--platform LIST ships fewer platforms")
	}
	if waivable := shut.Untested(); len(waivable) > 0 {
		without = append(without, "--allow-untested="+listed(waivable)+" --reason WHY ships untested ones")
	}
	notes := []string{fmt.Sprintf("tag %s unchanged", name)}
	if len(without) > 0 {
		notes = append(notes, "to publish without: "+strings.Join(without, ", "))
	}
	if holders := shut.Holders(); len(holders) > 0 {
		notes = append(notes, Forgetting(holders))
	}
	return failure.Wrap(gate.ErrShut, err, next, notes...)
}

// afterShut is the command that can open the gate: another build, a waiver for what no engine here runs, or the tests.
func afterShut(shut *gate.Error, name string, tests []string) string {
	asked := Flags(tests)
	if asked == "" {
		asked = "--test-local"
	}
	build := Command("build") + " " + asked + " --platform " + listed(shut.Platforms()) + " -t " + quote(name) + " ."
	switch {
	case shut.Rebuild():
		return build
	case shut.Audited():
		return build + "   (once the Dockerfile is mended; if the files are there on purpose: " + Command("test") +
			" with --allow-foreign)"
	case shut.Never():
		return letThrough(shut.Platforms(), quote(name))
	}
	return TestAgain(name, tests)
}

// letThrough is the command that publishes what no engine here can test.
func letThrough(never []ocispec.Platform, name string) string {
	return Command("publish") + " --allow-untested=" + listed(never) + " " + name +
		"   (to let them through untested, with --reason; or test them where an engine runs them)"
}

// Forgetting is what helps where a test was wrong itself, and was changed: no other test lifts what it has said.
func Forgetting(holders []string) string {
	words := make([]string, 0, len(holders))
	for _, name := range holders {
		words = append(words, quote(name))
	}
	return "if a test was wrong itself: " + Command("rm") + " " + strings.Join(words, " ") +
		" forgets what their images have failed; then build anew"
}

// owed are the tests that have to be passed to make good what was failed, without the one that needs no name.
func owed(shut *gate.Error) (tests []string) {
	for _, refused := range shut.Refused {
		for _, word := range refused.Book.Words() {
			if word != trial.Smoke && !slices.Contains(tests, word) {
				tests = append(tests, word)
			}
		}
	}
	return tests
}

// testsOf are the tests of the platforms that a gate is shut for. Where others may have been put to other tests there
// are none to be said: a test that says none repeats for each platform its own.
func testsOf(shut *gate.Error) (tests []string) {
	for _, refused := range shut.Refused {
		if refused.Note == nil {
			continue
		}
		if refused.Note.Apart {
			return nil
		}
		tests = append(tests, refused.Note.Tests...)
	}
	return append(tests, owed(shut)...)
}
