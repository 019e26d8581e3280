package advice

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/parity"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// Shut says what helps against a gate that is shut for platforms of a draft; another error is left as it is.
func Shut(err error) error { return shutTo(err, Line{}) }

// shutTo is Shut, for a command that may have named drafts by a bake file.
func shutTo(err error, line Line) error {
	var shut *gate.Error
	if !errors.As(err, &shut) {
		return err
	}
	name := shut.Refused[0].From
	unchanged := fmt.Sprintf("tag %s unchanged", name)
	if line.several() {
		err, unchanged = fmt.Errorf("%s: %w", name, err), "no tag was changed"
	}
	if shut.Unproven() {
		return failure.Wrap(gate.ErrShut, err, afterUnproven(shut, name), unchanged)
	}
	tests := testsOf(shut)
	if slices.ContainsFunc(shut.Refused, func(r gate.Refusal) bool { return r.Note != nil && r.Note.Overdue }) {
		tests = Longer(tests)
	}
	next := afterShut(shut, name, tests, line)
	var without []string
	if shut.Fit > 0 {
		without = append(without, "--platform LIST ships fewer platforms")
	}
	if waivable := shut.Untested(); len(waivable) > 0 {
		without = append(without, "--allow-untested="+listed(waivable)+" --reason WHY ships untested ones")
	}
	notes := []string{unchanged}
	if len(without) > 0 {
		notes = append(notes, "to publish without: "+strings.Join(without, ", "))
	}
	if holders := shut.Holders(); len(holders) > 0 {
		notes = append(notes, Forgetting(holders))
	}
	return failure.Wrap(gate.ErrShut, err, next, notes...)
}

// afterUnproven makes a second build; where one has made another image, a third would say the same, and the image has
// to be built so that it can be made again.
func afterUnproven(shut *gate.Error, name string) string {
	if !slices.ContainsFunc(shut.Refused, func(r gate.Refusal) bool { return r.Rebuilt }) {
		return Command("reproduce") + " " + quote(name) + " ."
	}
	const flag = "--reproducible"
	flags := "--test-local --platform " + listed(shut.Platforms())
	kept := keptOf(shut)
	if kept == nil || kept.Verb == "" { // bake has it in the file
		flags = flag + " " + flags
	}
	return again(kept, flags, name) + "   (once what differs is mended, which " + Command("inspect") + " " + quote(name) +
		" names; to publish it as it is, leave out --require-reproducible)"
}

// afterShut is the command that can open the gate: another build, a waiver for what no engine here runs, or the tests.
func afterShut(shut *gate.Error, name string, tests []string, line Line) string {
	asked := Flags(tests)
	if !slices.ContainsFunc(tests, func(word string) bool { return strings.HasPrefix(word, "--test") }) {
		asked = strings.TrimSpace("--test-local " + asked) // nothing else asks for tests
	}
	build := again(keptOf(shut), asked+" --platform "+listed(shut.Platforms()), name)
	if line.bakes() {
		build = line.baked()
	}
	switch {
	case shut.Rebuild():
		return build
	case shut.Audited():
		return build + "   (once the Dockerfile is mended; if " + onPurpose(shut) + ")"
	case changed(shut):
		return build + "   (or put the tests back as they were)"
	case shut.Never():
		return letThrough(shut.Platforms(), quote(name))
	case leftOut(shut):
		return afterLeftOut(shut, name, tests)
	}
	if looked(shut) {
		return Command("test") + " " + lookFlag + " " + quote(name)
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

// keptOf is the last build of the platforms that a gate is shut for, where it was one for all.
func keptOf(shut *gate.Error) *draft.Command {
	first := shut.Refused[0].Note
	for _, refused := range shut.Refused {
		if refused.Note == nil || !reflect.DeepEqual(refused.Note.Build, first.Build) {
			return nil
		}
	}
	return first.Build
}

// leftOut tells that people have left all of them out of the tests.
func leftOut(shut *gate.Error) bool {
	return !slices.ContainsFunc(shut.Refused, func(r gate.Refusal) bool { return r.State != draft.Skipped })
}

// afterLeftOut tests what was left out of the tests. Where it was to be put to the smoke test alone, which is repeated
// with what was left out, it can only be let through.
func afterLeftOut(shut *gate.Error, name string, tests []string) string {
	tests = slices.DeleteFunc(
		slices.Clone(tests),
		func(word string) bool { return strings.HasPrefix(word, "--test-skip=") },
	)
	waiver := "--allow-untested=" + listed(shut.Platforms())
	if len(tests) == 0 {
		return Command("publish") + " " + waiver + " --reason " + whyLeftOut(shut) + " " + quote(name)
	}
	return TestAgain(name, append(tests, "--platform="+platform.List(shut.Platforms()))) +
		"   (which does not leave it out; to let it through untested: " + waiver + ")"
}

// whyLeftOut are the reasons for which people have left platforms out, each once, as a shell takes them.
func whyLeftOut(shut *gate.Error) string {
	var reasons []string
	for _, r := range shut.Refused {
		if r.Note != nil && r.Note.Reason != "" && !slices.Contains(reasons, r.Note.Reason) {
			reasons = append(reasons, r.Note.Reason)
		}
	}
	if len(reasons) == 0 {
		return "WHY" // an older program has kept none
	}
	return quote(strings.Join(reasons, "; "))
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
	why := ""
	if len(holders) > 1 { // of which the user may have named one
		why = " (each of these drafts holds one that has failed)"
	}
	return "if a test was wrong itself, build anew once this has forgotten what their images have failed" + why + ": " +
		Command("rm") + " " + strings.Join(words, " ")
}

// lookFlag asks a person.
const lookFlag = "--manual"

// changed tells that what stands against each image are tests that were failed, and are others now: they cannot be
// passed any more.
func changed(shut *gate.Error) bool {
	return !slices.ContainsFunc(shut.Refused, func(r gate.Refusal) bool {
		return len(r.Book.Failing()) == 0 || r.Note == nil || !strings.Contains(r.Note.Reason, debt.Others)
	})
}

// excepting are the flags that let pass what the audit has against images, for those of them that are needed.
func excepting(shut *gate.Error) (flags []string) {
	var audited, unlike bool
	for _, r := range shut.Refused {
		failing := r.Book.Failing()
		unlike = unlike || slices.ContainsFunc(failing, func(d debt.Debt) bool { return d.Cause == debt.Parity })
		audited = audited || slices.ContainsFunc(failing, func(d debt.Debt) bool { return d.Cause == debt.Audit }) ||
			len(failing) == 0 && slices.Contains(r.Record.Failed, record.AuditTest)
	}
	if audited {
		flags = append(flags, "if the files are there on purpose: with --allow-foreign")
	}
	if unlike {
		flags = append(flags, "if the difference is meant: with "+flagParity+" and --allow-difference")
	}
	return flags
}

// looked tells that nothing stands against the images but what people have said who looked at them: no test lifts that.
func looked(shut *gate.Error) bool {
	return !slices.ContainsFunc(shut.Refused, func(r gate.Refusal) bool {
		standing := r.Book.Standing()
		return len(standing) == 0 ||
			slices.ContainsFunc(standing, func(d debt.Debt) bool { return d.Cause != debt.Look })
	})
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
