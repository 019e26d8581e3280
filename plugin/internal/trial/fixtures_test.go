package trial

import (
	"io"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// testingBench is a bench with an amd64 engine that tests with these commands.
func testingBench(t *testing.T, commands ...string) *Bench {
	t.Helper()
	b := &Bench{Engine: engine.Engine{Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"}}}
	b.Plan = Plan{Name: plugintest.Named(t, "app:1"), Mode: Test, Reuse: true, Emulation: EmulationAllow}
	b.Plan.Tests = localtest.Spec{Timeout: 30 * time.Second, EmulatedFactor: 8}
	for _, text := range commands {
		c, err := localtest.ParseCommand(text)
		assert.NilError(t, err)
		b.Plan.Tests.Commands = append(b.Plan.Tests.Commands, c)
	}
	return b
}

// auditingBench is a bench that audits images of app:1; its plain progress is written to out, until it is waited for.
func auditingBench(t *testing.T, out io.Writer, allow ...string) (b *Bench, wait func() error) {
	t.Helper()
	b = testingBench(t)
	b.Plan.Mode = Audit
	display := plugintest.PlainDisplay(t, out)
	b.Display = display
	var err error
	b.Plan.AllowForeign, err = audit.ParseGlobs(allow, "--allow-foreign")
	assert.NilError(t, err)
	return b, display.Wait
}
