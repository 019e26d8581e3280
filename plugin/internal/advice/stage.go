package advice

import (
	"slices"
	"strings"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// AfterStage is the command to run after a build or test that failed at a stage, and what else helps. line is the same
// command once more.
func AfterStage(r build.Result, at trial.Stage, line Line) (next string, notes []string) {
	switch at {
	case trial.StageBuild:
		return line.String() + "   (once the build is mended)", nil
	case trial.StageTest, trial.StageInconclusive:
	default:
		return "", nil
	}
	found, audited := foundIn(r)
	switch {
	case audited && r.Plan.Published():
		return "", []string{afterAuditOfPublished(found, line)}
	case audited:
		return afterAudit(found, line), nil
	case packed(r) && r.Plan.Published():
		return "", []string{buildThatAnew}
	case packed(r):
		return BuildAnew(line) + "   (once the Dockerfile is mended)", nil
	}
	return tryByHand(r, at, line), nil
}

// CanTestAgain tells that the same tests may come to another end: an engine runs what failed, and no audit stands
// against it.
func CanTestAgain(r build.Result, at trial.Stage) bool {
	_, audited := foundIn(r)
	return at >= trial.StageTest && !r.Plan.Published() && !audited &&
		slices.ContainsFunc(r.Rows, func(row build.Row) bool { return row.Stage() == at && row.Loaded != "" && !row.Packed })
}

// buildThatAnew is all that helps an image in a registry that is at fault itself.
const buildThatAnew = "build that image anew"

// packed tells that an engine could not unpack one of the images: no further test helps it.
func packed(r build.Result) bool {
	return slices.ContainsFunc(r.Rows, func(row build.Row) bool { return row.Packed })
}

// foundIn is all that the audit has against the images.
func foundIn(r build.Result) (found []audit.Finding, audited bool) {
	for _, row := range r.Rows {
		if row.Audit != nil {
			found = append(found, row.Audit.Errors()...)
		}
	}
	return found, len(found) > 0
}

// afterAudit is the same command for a Dockerfile that was mended, and the flags for what is there on purpose. Of a
// draft that was tested only, nobody knows where its build context is.
func afterAudit(found []audit.Finding, line Line) string {
	remark := "once the Dockerfile is mended"
	if flags := allowing(found); len(flags) > 0 {
		remark += "; if the files are there on purpose: " + strings.Join(flags, " ")
	}
	return BuildAnew(line) + "   (" + remark + ")"
}

// BuildAnew is the build that was asked for, or that makes the draft which was tested; the context of that is not
// known.
func BuildAnew(line Line) string {
	if line.word() == "test" {
		line = Line{Verb: Command("build") + " --test-local -t " + strings.Join(line.quoted(), " "), Args: []string{"."}}
	}
	return line.String()
}

// afterAuditOfPublished says what helps an image that is in a registry.
func afterAuditOfPublished(found []audit.Finding, line Line) string {
	if flags := allowing(found); len(flags) > 0 {
		return buildThatAnew + "; if the files are there on purpose: " + line.with(flags...).String()
	}
	return buildThatAnew
}

// tryByHand starts the first image whose tests did not pass: a shell in it, where it has one. What this engine never
// runs is let through by name only, what it could run needs an emulator.
func tryByHand(r build.Result, at trial.Stage, line Line) string {
	var never, emulated []ocispec.Platform
	for _, row := range r.Rows {
		switch {
		case row.Stage() != at:
		case row.State == draft.NotRun && row.Loaded == "":
			never = append(never, row.Platform)
		case row.State == draft.NotRun && row.Emulated:
			emulated = append(emulated, row.Platform)
		case row.Loaded != "" && row.Shell:
			return "docker run --rm -it --entrypoint sh " + quote(row.Loaded)
		case row.Loaded != "":
			return "docker run --rm -it " + quote(row.Loaded)
		}
	}
	name := quote(reference.FamiliarString(r.Plan.Name))
	switch {
	case len(emulated) > 0 && r.Plan.Emulation != trial.EmulationAllow:
		return line.without("emulation").only(emulated).String()
	case len(emulated) > 0:
		return Command("init") + " --platform " + listed(emulated)
	case len(never) > 0 && !r.Plan.Published():
		return letThrough(never, name)
	}
	return ""
}
