package command

import (
	"errors"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// A bake whose tests were wrong says how what they have said is forgotten, of each draft once; one that has not built
// has nothing to forget.
func TestErrorOfTargetsForgets(t *testing.T) {
	failed := func(target string, outcome trial.Outcome, holders ...string) build.Result {
		outcome.Platform = plugintest.Linux("amd64", "")
		return build.Result{
			Plan: build.Plan{Target: target}, Holders: holders, Rows: []build.Row{{Outcome: outcome}},
		}
	}
	unbuilt := trial.Outcome{State: draft.NotBuilt, Err: errors.New("no such file")}
	red := trial.Outcome{State: draft.Failed, Reason: "smoke test: exit code 3"}
	err := errorOfTargets([]build.Result{failed("a", red, "b:1", "a:1"), failed("b", red, "b:1")}, advice.Line{})
	assert.Assert(t, err != nil)
	assert.Equal(t, strings.Count(explained(err), "forgotten what"), 1, explained(err))
	assert.Equal(t, strings.Count(explained(err), "docker multiplat rm a:1 b:1"), 1, explained(err))

	err = errorOfTargets([]build.Result{failed("a", unbuilt, "a:1")}, advice.Line{})
	assert.Assert(t, err != nil && !strings.Contains(explained(err), "forgotten"), "%v", err)
}
