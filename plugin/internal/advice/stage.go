package advice

import (
	"slices"
	"strings"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
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
		if notPushed(r) {
			return line.String() + "   (once the node may push)", []string{
				"It is the node's BuildKit that pushes: it has to reach the registry by this name, and to trust it.",
				"Of certificates and plain HTTP a builder in an engine is told, when it is made, what the engine and certs.d " +
					"know: docker multiplat init --recreate --builder " + quote(r.Plan.Builder),
			}
		}
		if wasRemoved(r) {
			return Command("init") + " --builder " + quote(r.Plan.Builder) + "   (as it was made before; then build again)", nil
		}
		if nodesLost(r) {
			return line.String() + "   (once the node is back)", nil
		}
		return line.String() + "   (once the build is mended)", nil
	case trial.StageTest, trial.StageInconclusive:
	case trial.StageMachine:
		if notRead(r) {
			return line.String() + "   (once what the nodes have pushed can be read from here)", []string{
				"Of what is staged, this machine reads the manifests, and the engine that tests pulls all: both have to reach " +
					"the registry by this name, and to trust it.",
			}
		}
		if unbuilt(r) {
			return BuildAnew(r, line), nil
		}
		return afterUnsent(r, line), nil
	default:
		return "", nil
	}
	found, audited := foundIn(r)
	switch {
	case audited && r.Plan.Published():
		return "", []string{afterAuditOfPublished(found, line)}
	case audited:
		return afterAudit(found, r, line), nil
	case packed(r) && r.Plan.Published():
		return "", []string{buildThatAnew}
	case packed(r):
		return BuildAnew(r, line) + "   (once the Dockerfile is mended)", nil
	}
	return tryByHand(r, at, line), nil
}

// Again says how what failed at a stage may come to another end: by the tests that were asked for and all that is owed,
// or, where those cannot lift what stands from before, by what can; empty: by none of them.
func Again(r build.Result, at trial.Stage, asked []string) string {
	if !canTestAgain(r, at) {
		return ""
	}
	var s trial.Stuck
	var platforms []ocispec.Platform
	var owed []string
	for _, row := range r.Rows {
		if row.Stage() != at {
			continue
		}
		platforms = append(platforms, row.Platform)
		owed = append(owed, owes(row)...)
		one := row.Stuck(row.Tests)
		s.Look, s.Set, s.Fast = s.Look || one.Look, s.Set || one.Set, s.Fast || one.Fast
	}
	name := reference.FamiliarString(r.Plan.Name)
	look := Command("test") + " " + lookFlag + " " + quote(name)
	const again = "test it once more with: "
	switch {
	case s.Fast:
		return "the same tests do not lift what it has failed before; build it anew with: " + Rebuild(name, r.Draft) +
			"   (to let it through: " + Command("publish") + " --allow-untested=" + listed(platforms) + " --reason WHY " +
			quote(name) + ")"
	case s.Look && len(owed) == 0:
		return "look at it once more with: " + look
	case s.Set && len(owed) > 0:
		return again + TestAgain(name, owed)
	}
	return again + TestAgain(name, asked)
}

// owes are the tests that the image of a row has to pass to make good what it has failed, without the one that needs
// no name.
func owes(row build.Row) []string {
	words, _ := row.Owes()
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == trial.Smoke })
}

// canTestAgain tells that the same tests may come to another end: an engine runs what failed, and no audit stands
// against it.
func canTestAgain(r build.Result, at trial.Stage) bool {
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

// afterAudit is the build for a Dockerfile that was mended, and the flags for what is there on purpose.
func afterAudit(found []audit.Finding, r build.Result, line Line) string {
	remark := "once the Dockerfile is mended"
	if flags := allowing(found); len(flags) > 0 {
		remark += "; if the files are there on purpose: " + strings.Join(flags, " ")
	}
	return BuildAnew(r, line) + "   (" + remark + ")"
}

// BuildAnew is the build that was asked for, or that makes the draft which was tested, as that was built; of one that
// does not remember, the context is not known.
func BuildAnew(r build.Result, line Line) string {
	switch {
	case r.Draft.Name != nil && !r.Begun:
		return Rebuild(reference.FamiliarString(r.Draft.Name), r.Draft)
	case line.word() == "test":
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
	name := quote(reference.FamiliarString(r.Plan.Name))
	var never, emulated []ocispec.Platform
	var owed []string
	for _, row := range r.Rows {
		switch {
		case row.Stage() != at:
		case cluster.IsPlace(row.On) && !row.Lost && r.Plan.Emulation == trial.EmulationAllow:
			return afterPods(row, r, line)
		case row.State == draft.NotRun && row.Loaded == "":
			never = append(never, row.Platform)
		case row.State == draft.NotRun && row.Emulated:
			emulated = append(emulated, row.Platform)
			owed = append(owed, slices.DeleteFunc(owes(row), func(w string) bool { return slices.Contains(row.Flags, w) })...)
		case row.Lost && r.Plan.Published():
			return line.String()
		case row.Lost: // nothing runs there
			return TestAgain(reference.FamiliarString(r.Plan.Name), row.Tests)
		case row.Loaded != "" && row.Shell:
			return row.Docker() + " run --rm -it --entrypoint sh " + quote(row.Loaded)
		case row.Loaded != "":
			return row.Docker() + " run --rm -it " + quote(row.Loaded)
		}
	}
	switch {
	case len(emulated) > 0 && r.Plan.Emulation != trial.EmulationAllow:
		line = line.without("emulation").only(emulated)
		if len(owed) > 0 {
			line = line.with(Flags(owed))
		}
		return line.String()
	case len(emulated) > 0:
		return Command("init") + " --platform " + listed(emulated)
	case len(never) > 0 && !r.Plan.Published():
		return letThrough(never, name)
	}
	return ""
}
