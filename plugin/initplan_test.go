package plugin

import (
	"os"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

func TestInitPlan(t *testing.T) {
	finding := func(architecture string, runs bool) binfmt.Finding {
		return binfmt.Finding{
			Platform: ocispec.Platform{OS: "linux", Architecture: architecture}, Runs: runs, Reason: "exec format error",
		}
	}
	foreign := binfmt.Finding{Platform: ocispec.Platform{OS: "windows", Architecture: "amd64"}, Untestable: true}
	engine := builder.Engine{Version: "29.9.0", Host: "unix:///var/run/docker.sock"}
	golden.Assert(t, initPlan{
		engine: engine, name: "multiplat", options: initOptions{binfmtImage: binfmt.DefaultImage, persist: true},
		asked:   chosen{platforms: []ocispec.Platform{{OS: "linux", Architecture: "amd64"}}, from: "the default"},
		builder: builder.Plan{Notes: []string{"the builder pulls as the engine does: docker.io"}},
		remarks: []string{"the kernel's table of emulators is not known: permission denied"},
		nodes:   []builder.NodeSpec{{Platforms: []string{"linux/ppc64le"}, Endpoint: "ssh://p"}},
		findings: []binfmt.Finding{
			finding("amd64", true), finding("arm64", false), finding("s390x", false), finding("riscv64", false),
			finding("ppc64le", false), foreign,
		},
		causes: map[string]binfmt.Cause{
			"linux/arm64":   {Text: "its entry qemu-aarch64 is disabled", Replace: "qemu-aarch64"},
			"linux/s390x":   {Text: "no emulator for linux/s390x is registered"},
			"linux/riscv64": {Text: "binfmt_misc is not mounted on the engine's host", Mount: true},
		},
	}.String(), "plan-init.golden")
	golden.Assert(t, initPlan{
		engine: engine, name: "multiplat", builder: builder.Plan{Exists: true, Notes: []string{"not shown"}},
		asked:    chosen{platforms: []ocispec.Platform{{OS: "linux", Architecture: "amd64"}}, from: "--platform"},
		findings: []binfmt.Finding{finding("amd64", true)},
	}.String(), "plan-init-ready.golden")
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
		{builder.Plan{Container: "c"}, false, "create, on container c, which is there and as asked for"},
	} {
		assert.Equal(t, initPlan{builder: tc.plan, options: initOptions{recreate: tc.recreate}}.verb(), tc.want)
	}
}

func TestDeinitPlan(t *testing.T) {
	golden.Assert(t, deinitPlan{
		builder: "multiplat", exists: true, persisted: true, emulators: []string{"qemu-aarch64", "qemu-arm"},
	}.String(), "plan-deinit.golden")
	golden.Assert(t, deinitPlan{builder: "multiplat"}.String(), "plan-deinit-nothing.golden")
}

func TestMachineRefusals(t *testing.T) {
	assertRefused(t, []refusal{
		{"status progress", []string{"status", "--progress", "x"}, []string{`"x"`, "use auto, plain"}},
		{"status format", []string{"status", "--format", "x"}, []string{`"x"`, "table or json"}},
		{"status platform", []string{"status", "--platform", "all,amd64"}, []string{`"all"`}},
		{"status with an argument", []string{"status", "a"}, []string{"takes 0 arguments, not 1"}},
		{"deinit off a terminal", []string{"deinit", "--emulators"}, []string{"--emulators", "add --force"}},
		{"deinit with an argument", []string{"deinit", "a"}, []string{"takes 0 arguments, not 1"}},
		{"node without endpoint", []string{"init", "--node", "linux/arm64"}, []string{`"linux/arm64"`, "ssh://host"}},
		{
			"node for an unknown platform",
			[]string{"init", "--node", "linux/nonsense=ssh://h"},
			[]string{`"linux/nonsense=ssh://h"`},
		},
		{"BuildKit image", []string{"init", "--buildkit-image", "A//b"}, []string{`--buildkit-image "A//b"`}},
		{"binfmt image", []string{"init", "--binfmt-image", ""}, []string{`--binfmt-image ""`}},
		{
			"image twice",
			[]string{"init", "--buildkit-image", "a", "--driver-opt", "image=b"},
			[]string{`--buildkit-image "a"`, "give one"},
		},
	})
}

// Nothing stands in the way of a machine that is ready; what is missing is named with its cause and its cure.
func TestMachineVerdict(t *testing.T) {
	up := builderReport{Name: "b", Status: "running", running: true}
	runs := readiness{Platform: "linux/amd64", EngineRuns: true, BuilderRuns: true, BuilderProbed: true}
	assert.NilError(t, machineReport{Builder: up, Platforms: []readiness{runs, {Untestable: true}}}.verdict())
	broken := readiness{
		Platform:      "linux/arm64",
		BuilderRuns:   true,
		BuilderProbed: true,
		Reason:        "exit 255",
		Cause:         "it is disabled",
		Fix:           "mend it",
	}
	for _, tc := range []struct {
		report machineReport
		want   string
	}{
		{machineReport{Builder: up, Platforms: []readiness{runs, broken}}, "explain-machine.golden"},
		{machineReport{Builder: builderReport{Name: "b", Status: "stopped"}, Platforms: []readiness{
			{Platform: "linux/amd64", EngineRuns: true},
		}}, "explain-stopped.golden"},
		{machineReport{Builder: builderReport{Name: "b", Problem: "its file is broken"}}, "explain-builder.golden"},
	} {
		err := tc.report.verdict()
		assert.Equal(t, ExitCode(err), exitNotReady)
		golden.Assert(t, explained(err), tc.want)
	}
}

// What was added to one run of the kernel is not what another run holds under the same name.
func TestAddedEmulatorIsOfOneBoot(t *testing.T) {
	table := binfmt.Table{Boot: "1", Handlers: []binfmt.Handler{{Name: "qemu-arm", Interpreter: "/usr/bin/qemu-arm"}}}
	added := addedEmulator{Name: "qemu-arm", Interpreter: "/usr/bin/qemu-arm", Boot: "1"}
	none := binfmt.Persistence{}
	assert.Assert(t, added.is(table, none))
	table.Boot = "2"
	assert.Assert(t, !added.is(table, none))
	table.Boot, table.Handlers[0].Interpreter = "1", "/opt/qemu-arm"
	assert.Assert(t, !added.is(table, none))

	var m machine
	m.add(added)
	m.add(addedEmulator{Name: "qemu-arm", QEMU: "v2"})
	assert.Equal(t, len(m.Emulators), 1)
	assert.Equal(t, m.Emulators[0].QEMU, "v2")
}

// What the container of --persist has put back into the table of a later run of the kernel is still what was added.
func TestAddedEmulatorIsPersisted(t *testing.T) {
	added := addedEmulator{Name: "qemu-aarch64", Interpreter: "/usr/bin/qemu-aarch64", Boot: "1"}
	const interpreter = "/usr/bin/qemu-aarch64"
	for _, tc := range []struct {
		name, boot, interpreter string
		persisted               binfmt.Persistence
		want                    bool
	}{
		{"first boot", "1", interpreter, binfmt.Persistence{}, true},
		{"second boot", "2", interpreter, binfmt.Persistence{}, false},
		{"second boot, put back", "2", interpreter, binfmt.Persistence{Architectures: []string{"arm64"}, Running: true}, true},
		{
			"second boot, another architecture put back", "2", interpreter,
			binfmt.Persistence{Architectures: []string{"arm"}, Running: true},
			false,
		},
		{"second boot, container stopped", "2", interpreter, binfmt.Persistence{Architectures: []string{"arm64"}}, false},
		{
			"second boot, somebody else's", "2", "/opt/qemu-aarch64",
			binfmt.Persistence{Architectures: []string{"arm64"}, Running: true},
			false,
		},
	} {
		table := binfmt.Table{Boot: tc.boot, Handlers: []binfmt.Handler{{Name: added.Name, Interpreter: tc.interpreter}}}
		assert.Equal(t, added.is(table, tc.persisted), tc.want, tc.name)
	}
}

// A record that cannot be read is named before the engine is asked anything.
func TestStatusReadsBrokenRecord(t *testing.T) {
	fake := newFakeCLI(t)
	assert.NilError(t, writeMachine(fake, machine{}))
	assert.NilError(t, os.WriteFile(machineFile(fake), []byte("{"), 0o600))
	err := fake.run(t, "status")
	assert.Equal(t, ExitCode(err), exitNotReady)
	assert.ErrorContains(t, err, machineFile(fake))
}
