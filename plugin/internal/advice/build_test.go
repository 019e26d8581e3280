package advice

import (
	"strings"
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
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

// What is not there cannot be allowed.
func TestAuditHint(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	assert.Equal(t, AfterAudit(build.Result{Plan: build.Plan{Plan: trial.Plan{Name: plugintest.Named(t, "app:1")}}}), "")
	r := auditedBuild(t, s, "linux/amd64", "/app") // under a label that its config does not have
	assert.Equal(t, AfterAudit(r), "docker multiplat build -t app:1 PATH   (with the Dockerfile mended)")
	r = auditedBuild(t, s, "linux/arm64", "/app")
	assert.Equal(t, AfterAudit(r), "docker multiplat build -t app:1 --allow-foreign /app PATH   "+
		"(if they are there on purpose; else mend the Dockerfile)")
	r = auditedBuild(t, s, "linux/arm64", "/opt/it's [x]", "/app")
	assert.Equal(t, AfterAudit(r), `docker multiplat build -t app:1 --allow-foreign /app --allow-foreign `+
		`'/opt/it'\''s[ ]\[x\]' PATH   (if they are there on purpose; else mend the Dockerfile)`)
	assert.Equal(t, allowing(strings.Fields("1 2 3 4 5 6 7 8 9")), " --allow-foreign GLOB")
}

// A driver that cannot serve is not mended by making its builder anew: another takes its place.
func TestUnfitDriverNamesInit(t *testing.T) {
	err := AfterBuilder("multiplat", &build.UnreadyError{Err: errdefs.ErrDriver})
	assert.Equal(t, failure.ExitCode(err), failure.ExitNotReady)
	assert.Check(t, strings.HasSuffix(explained(err),
		"next: docker multiplat init --builder multiplat   (then build with --builder multiplat)\n"), explained(err))
}
