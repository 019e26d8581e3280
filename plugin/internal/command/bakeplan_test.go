package command

import (
	"context"
	"os"
	"testing"

	"github.com/docker/cli/cli/command"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// bakePlans are the plans of a bake in the working folder, by target.
func bakePlans(t *testing.T, args ...string) map[string]build.Plan {
	t.Helper()
	plans, _ := bakePlansSaying(t, args...)
	return plans
}

// bakePlansSaying are the plans, and what is said beside them.
func bakePlansSaying(t *testing.T, args ...string) (byName map[string]build.Plan, said string) {
	t.Helper()
	fake := plugintest.NewCLI(t)
	var options bakeOptions
	parse(t, newBakeCommand(fake, func(_ context.Context, _ command.Cli, o bakeOptions) error {
		options = o
		return nil
	}), args...)
	assert.NilError(t, options.validate())
	definitions, err := options.read(t.Context(), fake)
	assert.NilError(t, err)
	resolved, err := definitions.Resolve(t.Context())
	assert.NilError(t, err)
	targets, err := resolved.Requests()
	assert.NilError(t, err)
	ready := prepared{resolved: resolved, targets: targets}
	plans, err := options.plans(fake, &ready)
	assert.NilError(t, err)
	if !options.progress.Silent() {
		for _, stranger := range ready.strangers {
			said += stranger + "\n"
		}
	}
	options.files = resolved.Files
	said += options.publishLine(plans)
	byName = map[string]build.Plan{}
	for _, p := range plans {
		byName[p.Target] = p
	}
	return byName, said
}

// inBakeFolder makes a folder with a definition and a test file the working one.
func inBakeFolder(t *testing.T, definition, tests string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"docker-bake.hcl": definition, "multiplat.yaml": tests, "Dockerfile": "FROM scratch\n",
	} {
		assert.NilError(t, os.WriteFile(name, []byte(text), 0o600))
	}
}

// The test file beside a definition speaks of targets, of a matrix, of groups, and of all others, the nearest first;
// flags are for all of them.
func TestTestFileOfABake(t *testing.T) {
	inBakeFolder(t, `
group "default" { targets = ["app", "tool", "rest"] }
group "rest" { targets = ["left"] }
target "app" { tags = ["app:1"] }
target "left" { tags = ["left:1"] }
target "alone" { tags = ["alone:1"] }
target "tool" {
  name = "tool-${flavour}"
  matrix = { flavour = ["red", "blue", "green"] }
  tags = ["tool:${flavour}"]
}
`, `targets:
  app: {test: [of app]}
  tool: {test: [of any tool]}
  tool-red: {test: [of the red tool], platforms: {linux/arm64: {skip: no board}}}
  rest: {test: [of the rest]}
  default: {test: [of any other], allow-foreign: [/opt/**]}
`)
	amd, arm := plugintest.Linux("amd64", ""), plugintest.Linux("arm64", "")
	for _, args := range [][]string{{"default", "alone"}, {"app", "tool-red", "tool-blue", "left", "alone"}} {
		plans := bakePlans(t, args...)
		for target, want := range map[string]string{
			"app": "of app", "tool-red": "of the red tool", "tool-blue": "of any tool", "left": "of the rest",
			"alone": "of any other",
		} {
			p := plans[target]
			assert.Equal(t, p.Mode, trial.Test, target)
			wanted := p.For(amd, false)
			assert.Equal(t, len(wanted.Tests.Commands), 1, target)
			assert.Equal(t, wanted.Tests.Commands[0].Text, want, target)
			assert.Equal(t, len(wanted.AllowForeign.Patterns()) > 0, target == "alone", target)
			assert.Equal(t, p.TestFile, "multiplat.yaml")
		}
		assert.Equal(t, plans["tool-red"].For(arm, true).Skipped(arm), "no board")
		assert.Equal(t, plans["tool-blue"].For(arm, true).Skipped(arm), "")
	}
	more := bakePlans(t, "--test", "given", "app")["app"]
	assert.Equal(t, len(more.For(amd, false).Tests.Commands), 2)
	assert.Equal(t, bakePlans(t, "--test-file", "none", "app")["app"].Mode, trial.Audit)
}

// What the test file has of a target that there is not is told: its tests would be run by nobody.
func TestTestFileOfATargetThatIsNotThere(t *testing.T) {
	inBakeFolder(t, `
target "app" { tags = ["app:1"] }
target "other" {
  name = "other-${v}"
  matrix = { v = ["1"] }
}
`, "targets:\n  ap\u00e9p: {test: [a]}\n  other: {test: [a]}\n  other-1: {}\n  default: {}\n")
	_, said := bakePlansSaying(t, "app")
	assert.Equal(
		t,
		said,
		"multiplat.yaml:2:3: the definition has no target or group \"apép\", so that what is said of it "+
			"counts for none\ndocker multiplat publish --file docker-bake.hcl app",
	)
	_, said = bakePlansSaying(t, "-q", "app")
	assert.Equal(t, said, "docker multiplat publish --file docker-bake.hcl app")
	_, said = bakePlansSaying(t, "--set", "app.labels.x=1;2", "--platform", "arm64", "-q", "app")
	assert.Equal(t, said, "docker multiplat publish --file docker-bake.hcl --set 'app.labels.x=1;2' app")
}
