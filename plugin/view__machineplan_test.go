package plugin

import (
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// The plan of init says what would be done, and why.
func TestInitPlan(t *testing.T) {
	finding := func(architecture string, runs bool) binfmt.Finding {
		return binfmt.Finding{
			Platform: ocispec.Platform{OS: "linux", Architecture: architecture}, Runs: runs, Reason: "exec format error",
		}
	}
	foreign := binfmt.Finding{Platform: ocispec.Platform{OS: "windows", Architecture: "amd64"}, Untestable: true}
	amd64 := []ocispec.Platform{{OS: "linux", Architecture: "amd64"}}
	engine := builder.Engine{Version: "29.9.0", Host: "unix:///var/run/docker.sock"}
	golden.Assert(t, initPlanText(initPlan{
		engine: engine, name: "multiplat", request: initRequest{
			binfmtImage: binfmt.DefaultImage, persist: true,
			nodes: []builder.NodeSpec{{Platforms: []string{"linux/ppc64le"}, Endpoint: "ssh://p"}},
		},
		asked:   manifest.PlatformChoice{Platforms: amd64, From: "the default"},
		builder: builder.Plan{Privileged: true, Notes: []string{"the builder pulls as the engine does: docker.io"}},
		remarks: []string{"the kernel's table of emulators is not known: permission denied"},
		findings: []binfmt.Finding{
			finding("amd64", true), finding("arm64", false), finding("s390x", false), finding("riscv64", false),
			finding("ppc64le", false), foreign,
		},
		causes: map[string]binfmt.Cause{
			"linux/arm64":   {Text: "its entry qemu-aarch64 is disabled", Replace: "qemu-aarch64"},
			"linux/s390x":   {Text: "no emulator for linux/s390x is registered"},
			"linux/riscv64": {Text: "binfmt_misc is not mounted on the engine's host", Mount: true},
		},
	}), "plan-init.golden")
	golden.Assert(t, initPlanText(initPlan{
		engine: engine, name: "multiplat", builder: builder.Plan{Exists: true, Notes: []string{"not shown"}},
		asked:    manifest.PlatformChoice{Platforms: amd64, From: "--platform"},
		findings: []binfmt.Finding{finding("amd64", true)},
	}), "plan-init-ready.golden")
	for _, tc := range []struct {
		plan     builder.Plan
		recreate bool
		want     string
	}{
		{
			builder.Plan{Exists: true, Differences: []string{"its driver is x", "it lacks y"}},
			false,
			"stays, and nothing is done without --recreate, because its driver is x; it lacks y",
		},
		{
			builder.Plan{Exists: true, Differences: []string{"it lacks y"}},
			true,
			"replace, its cache stays, because it lacks y",
		},
		{builder.Plan{Exists: true}, true, "reuse"},
		{builder.Plan{}, false, "create"},
		{builder.Plan{Container: "c"}, false, "create, on container c, which is there and as asked for"},
	} {
		assert.Equal(t, builderVerb(initPlan{builder: tc.plan, request: initRequest{recreate: tc.recreate}}), tc.want)
	}
}

// The plan of deinit says what would go.
func TestDeinitPlan(t *testing.T) {
	golden.Assert(t, deinitPlanText(deinitPlan{
		builder: "multiplat", exists: true, persisted: true, emulators: []string{"qemu-aarch64", "qemu-arm"},
	}), "plan-deinit.golden")
	golden.Assert(t, deinitPlanText(deinitPlan{builder: "multiplat"}), "plan-deinit-nothing.golden")
}
