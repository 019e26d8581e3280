package plugin

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// Outcomes of a platform that is not a matter of tests.
const (
	notBuilt localtest.Verdict = "not built"
	broken   localtest.Verdict = "error"
	untested localtest.Verdict = "untested"
)

// platformResult is one row of a build's table.
type platformResult struct {
	platform ocispec.Platform
	image    *manifest.Image
	config   digest.Digest
	source   map[string]string
	built    time.Duration
	// audited is false for an image the audit did not come to.
	audited  bool
	audit    audit.Report
	loaded   string
	report   localtest.Report
	verdict  localtest.Verdict
	cached   bool
	emulated bool
	reason   string
	err      error
	// look is what a person said of the image, now or before; nil: nothing.
	look *record.Manual
}

// failure is what stands in the draft against publishing this platform; empty: nothing.
func (r platformResult) failure() string {
	if r.verdict == "" || r.verdict.Good() || r.verdict == localtest.Skipped {
		return ""
	}
	return strings.TrimPrefix(firstOf(r.reason, string(r.verdict)), "building "+manifest.FormatPlatform(r.platform)+": ")
}

// stage is where a platform failed. The first stage that failed on any platform decides the exit code.
type stage int

const (
	stageNone stage = iota
	stageBuild
	stageMachine // an error of the machine, which has a class of its own
	stageTest
	stageInconclusive
	stages
)

func (r platformResult) stage() stage {
	switch {
	case r.verdict == "" || r.verdict.Good() || r.verdict == localtest.Skipped:
		return stageNone
	case r.verdict == notBuilt:
		return stageBuild
	case r.verdict == localtest.Failed:
		return stageTest
	case r.verdict == localtest.Inconclusive || r.verdict == localtest.NotRun:
		return stageInconclusive
	}
	return stageMachine
}

// class is the class of error a stage ends in.
func (s stage) class() error {
	switch s {
	case stageBuild:
		return errBuild
	case stageTest:
		return errTests
	case stageInconclusive:
		return errInconclusive
	}
	return nil
}

// report shows the table and says what comes next.
func (b *building) report(err error, show progressOptions) error {
	b.sort()
	switch {
	case len(b.results) == 0:
	case !b.tabular():
		if printed := b.printOutcomes(b.dockerCLI); err == nil {
			err = printed
		}
	case !show.silent():
		b.auditNotes()
		if printed := errors.Join(b.table().print(b.dockerCLI.Err()), b.printMatrix()); err == nil {
			err = printed
		}
	}
	if err != nil {
		return err
	}
	if err := b.damaged(); err != nil {
		return err
	}
	for s := stageBuild; s < stages; s++ {
		if err := b.failed(s); err != nil {
			return err
		}
	}
	return b.success(show)
}

// sort puts the results in the order of the request.
func (b *building) sort() {
	slices.SortStableFunc(b.results, func(x, y platformResult) int {
		return b.position(x.platform) - b.position(y.platform)
	})
}

// tabular tells that the table is for people, on standard error.
func (b *building) tabular() bool { return b.format == "" || b.format == formatTable }

func (b *building) position(p ocispec.Platform) int {
	return slices.IndexFunc(b.plan.platforms, func(asked ocispec.Platform) bool { return manifest.SamePlatform(asked, p) })
}

// damaged looks for errors of integrity: whatever else went wrong, the user must hear of them.
func (b *building) damaged() error {
	var errs []error
	for _, row := range b.results {
		if ExitCode(row.err) == exitIntegrity {
			errs = append(errs, row.err)
		}
	}
	return errors.Join(errs...)
}

// failed makes one error of the platforms that failed at the same stage.
func (b *building) failed(at stage) error {
	var errs []error
	for _, row := range b.results {
		if row.stage() != at {
			continue
		}
		err := row.err
		if err == nil {
			err = fmt.Errorf("%s: %s", manifest.FormatPlatform(row.platform), row.failure())
		}
		errs = append(errs, err)
	}
	if len(errs) == 0 {
		return nil
	}
	draft := firstOf(b.title, reference.FamiliarString(b.plan.names[0]))
	next := ""
	if at == stageTest || at == stageInconclusive {
		next = b.tryByHand(at)
	}
	notes := []string{fmt.Sprintf("%s cannot be published like this. No tag was touched.", draft)}
	if next != "" && b.title == "" && b.afterAudit() == "" {
		notes = append(notes, "test it once more with: docker multiplat test "+draft)
	}
	return fail(at.class(), errors.Join(errs...), next, notes...)
}

// tryByHand is the command that opens a shell in the first image whose tests failed.
func (b *building) tryByHand(at stage) string {
	for _, row := range b.results {
		if row.stage() == at && row.loaded != "" {
			return "docker run --rm -it --entrypoint sh " + row.loaded
		}
	}
	return firstOf(b.afterAudit(), "docker multiplat init")
}

// success prints the result, NAME:TAG@DIGEST of each draft, and what can be done with it. With --push publishing
// prints it.
func (b *building) success(show progressOptions) error {
	if b.title != "" {
		return nil
	}
	for _, name := range b.plan.names {
		if b.plan.push || !b.tabular() {
			break
		}
		result := reference.FamiliarString(name) + "@" + b.draft.Index.Digest.String()
		if _, err := fmt.Fprintln(b.dockerCLI.Out(), result); err != nil {
			return err
		}
	}
	if !show.silent() {
		b.hints()
	}
	return nil
}
