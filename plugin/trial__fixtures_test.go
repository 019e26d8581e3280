package plugin

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/util/progress/progressui"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
)

// testingBench is a bench with an amd64 engine that tests with these commands.
func testingBench(t *testing.T, commands ...string) *bench {
	t.Helper()
	b := &bench{engine: builder.Engine{Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"}}}
	b.plan = trialPlan{name: named(t, "app:1"), mode: testMode, reuse: true, emulation: emulationAllow}
	b.plan.tests = localtest.Spec{Timeout: 30 * time.Second, EmulatedFactor: 8}
	for _, text := range commands {
		c, err := localtest.ParseCommand(text)
		assert.NilError(t, err)
		b.plan.tests.Commands = append(b.plan.tests.Commands, c)
	}
	return b
}

// auditingBench is a bench that audits images of app:1; its plain progress is written to out, until it is waited for.
func auditingBench(t *testing.T, out io.Writer, allow ...string) (b *bench, wait func() error) {
	t.Helper()
	b = testingBench(t)
	b.plan.mode = auditMode
	display := plainDisplay(t, out)
	b.display = display
	var err error
	b.plan.allowForeign, err = audit.ParseGlobs(allow, "--allow-foreign")
	assert.NilError(t, err)
	return b, display.Wait
}

// plainDisplay is a display in plain text until the test ends.
func plainDisplay(t *testing.T, out io.Writer) *progress.Printer {
	t.Helper()
	display, err := progress.NewPrinter(context.WithoutCancel(t.Context()), out, progressui.PlainMode)
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, display.Wait()) })
	return display
}
