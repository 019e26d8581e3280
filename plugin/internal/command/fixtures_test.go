package command

import (
	"strings"
	"testing"
	"time"

	"github.com/distribution/reference"
	"github.com/spf13/cobra"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// parse runs one command whose run function captures its options.
func parse(t *testing.T, cmd *cobra.Command, args ...string) {
	t.Helper()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(append([]string{}, args...)) // of nil cobra would make those of the process
	assert.NilError(t, cmd.ExecuteContext(t.Context()))
}

// explained is what the user reads of an error.
func explained(err error) string {
	var out strings.Builder
	view.Explain(&out, err)
	return out.String()
}

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

// outcomes are rows of a build that took its time, loaded under a name.
func outcomes(t *testing.T, name string, platforms ...string) build.Result {
	t.Helper()
	plan := build.Plan{Names: []reference.NamedTagged{plugintest.Named(t, name)}}
	plan.Name, plan.Mode = plan.Names[0], trial.Test
	plan.Platforms.Platforms = plugintest.ParsePlatforms(t, platforms...)
	r := build.Result{Plan: plan}
	for i, p := range plan.Platforms.Platforms {
		native := i == 0
		r.Placed = append(r.Placed, builder.Placement{Platform: p, Node: "multiplat0", Native: native})
		row := build.Row{Took: 71*time.Second + 340*time.Millisecond, Outcome: trial.Outcome{
			Platform: p, Audit: &audit.Report{}, State: draft.Passed, Reused: true, Emulated: !native,
			Loaded: ref.FamiliarArchName(plugintest.Named(t, name), p),
		}}
		row.Report = localtest.Report{
			Cases: []localtest.Case{{Name: "true", Verdict: localtest.Passed}},
			Took:  12340 * time.Millisecond,
		}
		r.Rows = append(r.Rows, row)
	}
	return r
}
