package advice

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
)

// The refusal to publish names the command that helps: another test, or another build.
func TestGateNamesTheNextCommand(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	d := plugintest.SaveDraft(t, s, "app:1", "linux/amd64", plugintest.UntestedImage(t, s, "linux/amd64", "app"))
	_, err := release.DraftGate{Blobs: s, Debts: s.Debts()}.Pass(t.Context(), d, nil)
	assert.Assert(t, strings.Contains(explained(Shut(err)), "next: docker multiplat test app:1\n"))
	d = plugintest.SaveDraft(
		t,
		s,
		"app:1",
		"linux/amd64,linux/arm64",
		plugintest.UntestedImage(t, s, "linux/amd64", "app"),
	)
	_, err = release.DraftGate{Blobs: s, Debts: s.Debts()}.Pass(t.Context(), d, nil)
	assert.Assert(t, strings.Contains(explained(Shut(err)),
		"next: docker multiplat build --test-local --platform linux/amd64,linux/arm64 -t app:1 .\n"))
}

// All that stands in the way is told at once, with what is unchanged and what can be done.
func TestGateRefusalTellsAll(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	d := plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64,linux/s390x",
		plugintest.UntestedImage(t, s, "linux/amd64", "app"), plugintest.PassedImage(t, s, "linux/arm64", "app"))
	_, err := release.DraftGate{Blobs: s, Debts: s.Debts()}.Pass(t.Context(), d, nil)
	assert.Equal(t, explained(Shut(err)), `ERROR: linux/amd64 is untested
  | linux/s390x is missing from app:1: it was never built
  tag app:1 unchanged
  to publish without: --platform LIST ships fewer platforms, --allow-untested=linux/amd64 --reason WHY ships untested ones
  next: docker multiplat build --test-local --platform linux/amd64,linux/s390x -t app:1 .
`)
}

// Where a test was wrong itself, every draft has to go that holds what has failed it; why others are named is said.
func TestForgettingSaysWhy(t *testing.T) {
	const why = "if a test was wrong itself, build anew once this has forgotten what their images have failed"
	assert.Equal(t, Forgetting([]string{"app:1"}), why+": docker multiplat rm app:1")
	assert.Equal(t, Forgetting([]string{"app:1", "app:2"}),
		why+" (each of these drafts holds one that has failed): docker multiplat rm app:1 app:2")
}

// Of several drafts that are published together the one is named whose gate is shut, and no tag of any was changed.
func TestGateOfOneOfSeveral(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	d := plugintest.SaveDraft(t, s, "app:1", "linux/amd64", plugintest.UntestedImage(t, s, "linux/amd64", "app"))
	_, err := release.DraftGate{Blobs: s, Debts: s.Debts()}.Pass(t.Context(), d, nil)
	for _, args := range [][]string{{"--file", "docker-bake.hcl"}, {"app:1", "other:1"}} {
		told := explained(Release(err, publishLine(t, args...)))
		assert.Check(t, strings.HasPrefix(told, "ERROR: app:1: linux/amd64 is untested\n  no tag was changed\n"), told)
	}
	told := explained(Release(err, publishLine(t, "app:1")))
	assert.Check(t, strings.HasPrefix(told, "ERROR: linux/amd64 is untested\n  tag app:1 unchanged\n"), told)
}

// publishLine is a publish as it was given.
func publishLine(t *testing.T, args ...string) Line {
	t.Helper()
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.StringArray("file", nil, "")
	assert.NilError(t, flags.Parse(args))
	return Given("publish", flags, flags.Args())
}

// What fails for not being the same app is lifted by other words than a program of another machine, and the command of
// the build can be pasted and tests what it builds.
func TestGateOfAnotherApp(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	image := plugintest.UntestedImage(t, s, "linux/amd64", "app")
	image, err := record.Add(t.Context(), s, image, "app", record.Result{
		Result: record.Failed, Failed: []string{record.AuditTest},
	})
	assert.NilError(t, err)
	d := plugintest.SaveDraft(t, s, "app:1", "linux/amd64", image)
	d.Notes = map[string]draft.Note{"linux/amd64": {
		State: draft.Failed, Reason: "audit: not the same app as linux/arm64; it lacks 1 of 2 packages: bar",
		Tests: []string{"--require-parity=true", "--allow-difference=size"},
	}}
	_, err = release.DraftGate{Blobs: s, Debts: s.Debts()}.Pass(t.Context(), d, nil)
	assert.Assert(t, is.Contains(explained(Shut(err)), "next: docker multiplat build --test-local --require-parity "+
		"--allow-difference size --platform linux/amd64 -t app:1 .   (once the Dockerfile is mended; if the difference is "+
		"meant: --allow-difference)\n"))
	assert.Equal(t, Flags([]string{"--test=true", "--require-parity=true"}), "--test true --require-parity")
}
