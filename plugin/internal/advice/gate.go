package advice

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/parity"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
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
	return failure.Wrap(gate.ErrShut, err, next, notes...)
}

// afterShut is the command that can open the gate: another build, a waiver for what no engine here runs, or the tests.
func afterShut(shut *gate.Error, name string, tests []string) string {
	asked := Flags(tests)
	if !slices.ContainsFunc(tests, func(word string) bool { return strings.HasPrefix(word, "--test") }) {
		asked = strings.TrimSpace("--test-local " + asked) // nothing else asks for tests
	}
	build := Command("build") + " " + asked + " --platform " + listed(shut.Platforms()) + " -t " + quote(name) + " ."
	switch {
	case shut.Rebuild():
		return build
	case shut.Audited():
		return build + "   (once the Dockerfile is mended; if " + onPurpose(shut) + ")"
	case shut.Never():
		return letThrough(shut.Platforms(), quote(name))
	}
	return TestAgain(name, tests)
}

// onPurpose says how to let pass what the audit has against platforms.
func onPurpose(shut *gate.Error) string {
	other := func(r gate.Refusal) bool { return r.Note == nil || !strings.Contains(r.Note.Reason, parity.NotTheSame) }
	if slices.ContainsFunc(shut.Refused, other) {
		return "the files are there on purpose: " + Command("test") + " with --allow-foreign"
	}
	return "the difference is meant: --allow-difference"
}

// letThrough is the command that publishes what no engine here can test.
func letThrough(never []ocispec.Platform, name string) string {
	return Command("publish") + " --allow-untested=" + listed(never) + " " + name +
		"   (to let them through untested, with --reason; or test them where an engine runs them)"
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
	return tests
}
