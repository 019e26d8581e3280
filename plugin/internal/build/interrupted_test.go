package build

import (
	"context"
	"io"
	"slices"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// A build that is interrupted while it tests has built: the image is in the draft, untested, and the next test tests
// it. One that was interrupted before its audit was done has not.
func TestInterruptedTestOfABuild(t *testing.T) {
	cli, engine := plugintest.NewCLI(t).NewEngine(t)
	s := plugintest.OpenStore(t, cli)
	b := buildingOf(t, s, "amd64")
	command, err := localtest.ParseCommand("true")
	assert.NilError(t, err)
	b.plan.Tests.Commands, b.plan.Flags = []localtest.Command{command}, []string{"--test=true"}
	display := plugintest.PlainDisplay(t, io.Discard)
	defer func() { assert.NilError(t, display.Wait()) }()
	bench, err := trial.Open(t.Context(), cli.Host(), b.plan.Plan, display, b.plan.Platforms.Platforms)
	assert.NilError(t, err)
	image := plugintest.UntestedImage(t, s, "linux/amd64", "app")
	read, err := s.PlatformImage(t.Context(), image)
	assert.NilError(t, err)
	interrupted := func(ctx context.Context) draft.Draft {
		o := bench.Try(ctx, bench.Shelf(s, b.plan.Names).Subject(read))
		assert.NilError(t, b.announce(t.Context()))
		assert.NilError(t, b.note(ctx, b.tried(ctx, image, o, Row{Config: read.Manifest.Config.Digest})))
		d, err := s.Draft(t.Context(), b.plan.Names[0])
		assert.NilError(t, err)
		return d
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := interrupted(ctx)
	assert.Equal(t, d.Notes["linux/amd64"].State, draft.Unfinished)
	assert.Equal(t, len(d.Images), 0)

	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	ends := engine.Ends
	engine.Ends = func(command []string) int {
		if slices.Contains(command, "true") {
			cancel()
		}
		return plugintest.Forever
	}
	d = interrupted(ctx)
	engine.Ends = ends
	assert.Equal(t, d.Notes["linux/amd64"].State, draft.State(""), d.Notes["linux/amd64"].Reason)
	assert.Equal(t, d.Notes["linux/amd64"].Reason, "")
	assert.DeepEqual(t, d.Notes["linux/amd64"].Tests, []string{"--test=true"})
	assert.Equal(t, len(d.Images), 1)

	test, err := OpenDraft(cli.Host(), s, b.plan, d)
	assert.NilError(t, err)
	assert.NilError(t, test.Try(t.Context(), display))
	result := test.Result()
	assert.Equal(t, result.Rows[0].State, draft.Passed, result.Rows[0].Reason)
}

// A test of a draft that is interrupted leaves what was known.
func TestInterruptedTestOfADraft(t *testing.T) {
	cli, engine := plugintest.NewCLI(t).NewEngine(t)
	s := plugintest.OpenStore(t, cli)
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", plugintest.PassedImage(t, s, "linux/amd64", "app"))
	plan := planOf(t)
	command, err := localtest.ParseCommand("sleep 9")
	assert.NilError(t, err)
	plan.Tests.Commands = []localtest.Command{command}
	before, err := s.Draft(t.Context(), plan.Names[0])
	assert.NilError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	engine.Ends = func([]string) int {
		cancel()
		return plugintest.Forever
	}
	display := plugintest.PlainDisplay(t, io.Discard)
	test, err := OpenDraft(cli.Host(), s, plan, before)
	assert.NilError(t, err)
	assert.NilError(t, test.Try(ctx, display))
	assert.NilError(t, display.Wait())
	after, err := s.Draft(t.Context(), plan.Names[0])
	assert.NilError(t, err)
	assert.DeepEqual(t, after.Notes, before.Notes)
	assert.DeepEqual(t, after.Images, before.Images)
}
