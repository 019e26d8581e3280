package view

import (
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/create"
	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
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
	engine := engine.Engine{Version: "29.9.0", Host: "unix:///var/run/docker.sock"}
	golden.Assert(t, InitPlan(machine.InitPlan{
		Engine: engine, Name: "multiplat", Request: machine.InitRequest{
			BinfmtImage: binfmt.DefaultImage, Persist: true,
			Nodes: []create.NodeSpec{{Platforms: []string{"linux/ppc64le"}, Endpoint: "ssh://p"}},
		},
		Asked:   platform.Choice{Platforms: amd64, From: "the default"},
		Builder: create.Plan{Privileged: true, Notes: []string{"the builder pulls as the engine does: docker.io"}},
		Remarks: []string{"the kernel's table of emulators is not known: permission denied"},
		Findings: []binfmt.Finding{
			finding("amd64", true), finding("arm64", false), finding("s390x", false), finding("riscv64", false),
			finding("ppc64le", false), foreign,
		},
		Causes: map[string]binfmt.Cause{
			"linux/arm64":   {Text: "its entry qemu-aarch64 is disabled", Replace: "qemu-aarch64"},
			"linux/s390x":   {Text: "no emulator for linux/s390x is registered"},
			"linux/riscv64": {Text: "binfmt_misc is not mounted on the engine's host", Mount: true},
		},
	}), "plan-init.golden")
	golden.Assert(t, InitPlan(machine.InitPlan{
		Engine: engine, Name: "multiplat", Builder: create.Plan{Exists: true, Notes: []string{"not shown"}},
		Asked:    platform.Choice{Platforms: amd64, From: "--platform"},
		Findings: []binfmt.Finding{finding("amd64", true)},
	}), "plan-init-ready.golden")
	for _, tc := range []struct {
		plan     create.Plan
		recreate bool
		want     string
	}{
		{
			create.Plan{Exists: true, Differences: []string{"its driver is x", "it lacks y"}},
			false,
			"stays, and nothing is done without --recreate, because its driver is x; it lacks y",
		},
		{
			create.Plan{Exists: true, Differences: []string{"it lacks y"}},
			true,
			"replace, its cache stays, because it lacks y",
		},
		{create.Plan{Exists: true}, true, "reuse"},
		{create.Plan{}, false, "create"},
		{create.Plan{Container: "c"}, false, "create, on container c, which is there and as asked for"},
	} {
		assert.Equal(
			t,
			builderVerb(machine.InitPlan{Builder: tc.plan, Request: machine.InitRequest{Recreate: tc.recreate}}),
			tc.want,
		)
	}
}

// The plan of deinit says what would go.
func TestDeinitPlan(t *testing.T) {
	golden.Assert(t, DeinitPlan(machine.DeinitPlan{
		Builder: "multiplat", Exists: true, Persisted: true, Emulators: []string{"qemu-aarch64", "qemu-arm"},
	}), "plan-deinit.golden")
	golden.Assert(t, DeinitPlan(machine.DeinitPlan{Builder: "multiplat"}), "plan-deinit-nothing.golden")
}
