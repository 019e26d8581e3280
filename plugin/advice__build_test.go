package plugin

import (
	"strings"
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// auditedBuild is a build of app:1 for arm64 whose audit found these programs, in an image labelled as a platform's.
func auditedBuild(t *testing.T, s *store.Store, label string, programs ...string) buildResult {
	t.Helper()
	image := programsOf(t, s, label, programs...)
	p := linux("arm64", "")
	found, err := audit.New(s.Content(), s.Scans()).Audit(t.Context(), image.Image.Manifest, p, audit.Globs{})
	assert.NilError(t, err)
	plan := buildPlan{names: []reference.NamedTagged{named(t, "app:1")}}
	plan.name = plan.names[0]
	return buildResult{plan: plan, rows: []buildRow{{trialOutcome: trialOutcome{
		platform: p, state: draft.Failed, audit: &found,
	}}}}
}

// What is not there cannot be allowed.
func TestAuditHint(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	assert.Equal(t, afterAudit(buildResult{plan: buildPlan{trialPlan: trialPlan{name: named(t, "app:1")}}}), "")
	r := auditedBuild(t, s, "linux/amd64", "/app") // under a label that its config does not have
	assert.Equal(t, afterAudit(r), "docker multiplat build -t app:1 PATH   (with the Dockerfile mended)")
	r = auditedBuild(t, s, "linux/arm64", "/app")
	assert.Equal(t, afterAudit(r), "docker multiplat build -t app:1 --allow-foreign GLOB PATH   "+
		"(if they are there on purpose; else mend the Dockerfile)")
}

// A driver that cannot serve is not mended by making its builder anew: another takes its place.
func TestUnfitDriverNamesInit(t *testing.T) {
	err := afterBuilder(hostOf(newFakeCLI(t)), &unreadyError{builder.ErrDriver})
	assert.Equal(t, ExitCode(err), exitNotReady)
	assert.Check(t, strings.HasSuffix(explained(err),
		"next: docker multiplat init --builder multiplat   (then build with --builder multiplat)\n"), explained(err))
}
