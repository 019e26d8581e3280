package advice

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/staged"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// auditedBuild is a build of app:1 for arm64 whose audit found these programs, in an image labelled as a platform's.
func auditedBuild(t *testing.T, s *store.Store, label string, programs ...string) build.Result {
	t.Helper()
	image := plugintest.ProgramsOf(t, s, label, programs...)
	p := plugintest.Linux("arm64", "")
	found, err := audit.New(s.Content(), s.Scans()).Audit(t.Context(), image.Image.Manifest, p, audit.Globs{})
	assert.NilError(t, err)
	plan := build.Plan{Names: []reference.NamedTagged{plugintest.Named(t, "app:1")}}
	plan.Name = plan.Names[0]
	return build.Result{Plan: plan, Rows: []build.Row{{Outcome: trial.Outcome{
		Platform: p, State: draft.Failed, Audit: &found,
	}}}}
}

// The given command is told with what is to be done before; what is there can be allowed by its path, what is not there
// cannot.
func TestAuditHint(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	line := Line{Verb: "docker multiplat build --platform arm64 -t app:1", Args: []string{"my app"}}
	const again = "docker multiplat build --platform arm64 -t app:1 'my app'   (once the Dockerfile is mended"
	next, _ := AfterStage(auditedBuild(t, s, "linux/amd64", "/app"), trial.StageTest, line)
	assert.Equal(t, next, again+")") // under a label that its config does not have
	next, _ = AfterStage(auditedBuild(t, s, "linux/arm64", "/app"), trial.StageTest, line)
	assert.Equal(t, next, again+"; if the files are there on purpose: --allow-foreign /app)")
	next, _ = AfterStage(auditedBuild(t, s, "linux/arm64", "/o/a", "/o/b", "/o/c/d", "/o/e"), trial.StageTest, line)
	assert.Equal(t, next, again+"; if the files are there on purpose: --allow-foreign '/o/**')")
}

// What a test's audit finds in a draft is mended by the build that made it, with all that was said for that.
func TestAuditHintOfADraft(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	r := auditedBuild(t, s, "linux/arm64", "/app")
	folder, err := os.Getwd()
	assert.NilError(t, err)
	r.Draft = draft.Draft{
		Name:      r.Plan.Names[0],
		Platforms: []ocispec.Platform{r.Rows[0].Platform},
		Notes: map[string]draft.Note{
			"linux/arm64": {Build: &draft.Command{Folder: folder, Flags: []string{"--stage registry"}, Args: []string{"app"}}},
		},
	}
	line := Line{Verb: "docker multiplat test", Args: []string{"app:1"}}
	const again = "docker multiplat build --test-local --platform linux/arm64 --stage registry -t app:1 app   (once the "
	next, _ := AfterStage(r, trial.StageTest, line)
	assert.Equal(t, next, again+"Dockerfile is mended; if the files are there on purpose: --allow-foreign /app)")
	r.Rows[0].Audit, r.Rows[0].Packed = nil, true
	next, _ = AfterStage(r, trial.StageTest, line)
	assert.Equal(t, next, again+"Dockerfile is mended)")
}

// What cannot help is not told: no shell where there is none, no emulator for what this engine never runs.
func TestTryByHand(t *testing.T) {
	line := Line{Verb: "docker multiplat build -t app:1", Args: []string{"."}}
	arm64, windows := plugintest.Linux("arm64", ""), plugintest.Windows("")
	for want, o := range map[string]trial.Outcome{
		"docker run --rm -it --entrypoint sh app:1--arm64": {
			Platform: arm64, State: draft.Failed, Loaded: "app:1--arm64", Shell: true,
		},
		"docker run --rm -it app:1--arm64":             {Platform: arm64, State: draft.Failed, Loaded: "app:1--arm64"},
		"docker multiplat init --platform linux/arm64": {Platform: arm64, State: draft.NotRun, Loaded: "a", Emulated: true},
		"docker multiplat build -t app:1 .   (once the Dockerfile is mended)": {
			Platform: arm64, State: draft.Failed, On: "kubernetes:lab/ci",
		},
		"docker multiplat build -t app:1 .": {Platform: arm64, State: draft.Inconclusive, On: "kubernetes:lab/ci"},
		"docker multiplat build -t app:1 .   (once the nodes have its emulator)": {
			Platform: arm64, State: draft.NotRun, Loaded: "a@sha256:b", Emulated: true, On: "kubernetes:lab/ci",
		},
		"docker multiplat publish --allow-untested=windows/amd64 app:1   (to let them through untested, with --reason; " +
			"or test them where an engine runs them)": {Platform: windows, State: draft.NotRun},
		"docker multiplat build -t app:1 .   (once the build is mended)": {Platform: arm64, State: draft.NotBuilt},
		"docker multiplat build -t app:1 .   (once the node is back)": {
			Platform: arm64, State: draft.NotBuilt, Err: fmt.Errorf("building: %w", &builder.LostNodeError{}),
		},
		"docker multiplat init --builder farm   (as it was made before; then build again)": {
			Platform: arm64, State: draft.NotBuilt, Err: fmt.Errorf("building: %w", &builder.RemovedBuilderError{}),
		},
		"docker multiplat test app:1": {
			Platform: arm64, State: draft.Inconclusive, Loaded: "app:1--arm64", Shell: true, On: "pi", Lost: true,
		},
	} {
		plan := build.Plan{Names: []reference.NamedTagged{plugintest.Named(t, "app:1")}}
		plan.Name, plan.Emulation, plan.Builder = plan.Names[0], trial.EmulationAllow, "farm"
		r := build.Result{Plan: plan, Rows: []build.Row{{Outcome: o}}}
		next, _ := AfterStage(r, o.Stage(), line)
		assert.Equal(t, next, want)
		assert.Equal(t, canTestAgain(r, o.Stage()), o.Loaded != "")
	}
}

// A draft that lacks what its build was to make of a platform is built before it is tested.
func TestUnbuiltIsBuilt(t *testing.T) {
	name := plugintest.Named(t, "app:1")
	r := build.Result{Plan: build.Plan{Names: []reference.NamedTagged{name}}, Rows: []build.Row{{Outcome: trial.Outcome{
		Platform: plugintest.Linux("arm64", ""), State: draft.Broken, Err: fmt.Errorf("missing: %w", gate.ErrShut),
	}}}}
	r.Plan.Name = name
	next, _ := AfterStage(r, trial.StageMachine, Line{Verb: "docker multiplat test", Args: []string{"app:1"}})
	assert.Equal(t, next, "docker multiplat build --test-local -t app:1 .")
	r.Rows[0].Err = fmt.Errorf("pulling: %w", &staged.GoneError{})
	next, _ = AfterStage(r, trial.StageMachine, Line{Verb: "docker multiplat test", Args: []string{"app:1"}})
	assert.Equal(t, next, "docker multiplat build --test-local -t app:1 .")
}

// A driver that cannot serve is not mended by making its builder anew: another takes its place.
func TestUnfitDriverNamesInit(t *testing.T) {
	err := AfterBuilder("multiplat", &build.UnreadyError{Err: errdefs.ErrDriver})
	assert.Equal(t, failure.ExitCode(err), failure.ExitNotReady)
	assert.Check(t, strings.HasSuffix(explained(err),
		"next: docker multiplat init --builder multiplat   (then build with --builder multiplat)\n"), explained(err))
}
