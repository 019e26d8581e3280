package advice

import (
	"errors"
	"fmt"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Shut says what helps against a gate that is shut for platforms of a draft; another error is left as it is.
func Shut(err error) error {
	var shut *gate.Error
	if !errors.As(err, &shut) {
		return err
	}
	name := shut.Refused[0].From
	next := TestAgain(name, testsOf(shut))
	if shut.Rebuild() {
		next = Command("build") + " --test-local --platform " + listed(shut.Platforms()) + " -t " + quote(name) + " ."
	}
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
