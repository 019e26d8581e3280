//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// machineReport is what init and status print with --format json.
type machineReport struct {
	Ready   bool
	Builder struct {
		Name, Driver, Status string
		Nodes                []struct{ Name, Endpoint string }
	}
	Engine struct{ Host, Version, Platform, Store string }

	Platforms []struct {
		Platform, Emulator, QEMU, Node, AfterRestart, Reason, Cause, Fix string
		Native, EngineRuns, BuilderRuns, BuilderProbed, NoEngine         bool
		Untestable                                                       bool
	}
	Notes []string
}

func (r result) machine(t *testing.T) machineReport {
	t.Helper()
	var report machineReport
	assert.NilError(t, json.Unmarshal([]byte(r.Stdout), &report), "%s", r.Stdout)
	return report
}

// A missing emulator is named by status and added by init, which leaves everything else alone; deinit takes away
// what init has added and nothing else.
func TestInitMendsMissingEmulator(t *testing.T) {
	inTurn(t, func(t *testing.T, s *scenario) {
		s.restoreEmulators(t)
		platforms := []string{"--platform", "linux/amd64,linux/arm64," + sparePlatform}
		forget(t)

		missing := s.run(append([]string{"status"}, platforms...)...).exits(t, 3)
		assert.Check(t, is.Contains(missing.Stderr, "programs of "+sparePlatform+" do not run"))
		assert.Check(t, is.Contains(missing.Stderr, "no emulator for "+sparePlatform+" is registered"))
		assert.Check(t, is.Contains(missing.Stderr, "next: docker multiplat init --platform "+sparePlatform))
		plan := s.run(append([]string{"init", "--dry-run"}, platforms...)...).succeeds(t)
		assert.Check(t, is.Contains(plan.Stdout, "install riscv64 with "+emulatorImage))
		_, err := os.Stat(filepath.Join(binfmtFolder, spare))
		assert.ErrorIs(t, err, os.ErrNotExist)

		first := s.run(append([]string{"init", "--format", "json"}, platforms...)...).succeeds(t).machine(t)
		assert.Assert(t, first.Ready)
		for _, p := range first.Platforms {
			assert.Check(t, p.EngineRuns && p.BuilderRuns, "%+v", p)
		}
		assert.Equal(t, first.Platforms[2].Emulator, spare)
		assert.Equal(t, first.Platforms[2].AfterRestart, "until-reboot")
		assert.Assert(t, first.Platforms[2].QEMU != "")
		assert.Equal(t, first.Platforms[0].AfterRestart, "yes")

		s.againChangesNothing(t, platforms, len(first.Platforms))
		s.run("status").succeeds(t)

		s.run("deinit", "--emulators").exits(t, 2)
		plan = s.run("deinit", "--emulators", "--dry-run").succeeds(t)
		assert.Check(t, is.Contains(plan.Stdout, "remove "+spare+" from the kernel"))
		assert.Check(t, !strings.Contains(plan.Stdout, "aarch64"))
		declined := s.onTerminal("docker multiplat deinit --emulators", "n\n").exits(t, 130)
		assert.Check(t, is.Contains(declined.Stdout, "Remove "+spare+" from the kernel of the engine's host"))
		assert.Check(t, is.Contains(declined.Stdout, "nothing was removed"))
		_, err = os.Stat(filepath.Join(binfmtFolder, spare))
		assert.NilError(t, err)
		s.onTerminal("docker multiplat deinit --emulators", "y\n").succeeds(t)
		_, err = os.Stat(filepath.Join(binfmtFolder, spare))
		assert.ErrorIs(t, err, os.ErrNotExist)
		_, err = os.Stat(filepath.Join(binfmtFolder, "qemu-aarch64"))
		assert.NilError(t, err)
		left := s.docker("ps", "--all", "--quiet", "--filter", "name=buildx_buildkit_"+s.builder).succeeds(t)
		assert.Equal(t, left.Stdout, "")
		s.run("deinit").succeeds(t)
	}, containerdStore, overlay2Store)
}

// againChangesNothing runs init where nothing is to be done: it starts no container but
// the probe of each platform.
func (s *scenario) againChangesNothing(t *testing.T, platforms []string, probes int) {
	t.Helper()
	var again result
	done := s.happened(t, func() { again = s.run(append([]string{"init"}, platforms...)...).succeeds(t) })
	assert.Assert(t, is.Contains(again.Stderr, "nothing had to be changed"))
	assert.Equal(t, strings.Count(done, "container start\n"), probes, done)
}

// Entries that are there and do not work are explained and replaced.
func TestInitReplacesBrokenEntries(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.restoreEmulators(t)
		platforms := []string{"--platform", "linux/amd64," + sparePlatform}
		s.run(append([]string{"init"}, platforms...)...).succeeds(t)
		for _, tc := range []struct {
			name, cause string
			damage      func()
		}{
			{"without F", `without F`, func() { register(t, spareMagic, "/usr/bin/"+spare, "") }},
			{"disabled", "its entry " + spare + " is disabled", func() {
				register(t, spareMagic, "/bin/true", "F")
				assert.NilError(t, os.WriteFile(filepath.Join(binfmtFolder, spare), []byte("0"), 0o600))
			}},
			{"name taken", "the name " + spare + " is held by an entry for other programs", func() {
				register(t, strings.Replace(spareMagic, `\xf3`, `\xfe`, 1), "/bin/true", "F")
			}},
			{"other interpreter", "names the interpreter /bin/false, which does not run it", func() {
				register(t, spareMagic, "/bin/false", "F")
			}},
		} {
			t.Log(tc.name)
			forget(t)
			tc.damage()
			told := s.run(append([]string{"status"}, platforms...)...).exits(t, 3)
			assert.Assert(t, is.Contains(told.Stderr, tc.cause))
			mended := s.run(append([]string{"init"}, platforms...)...).succeeds(t)
			assert.Assert(
				t,
				is.Contains(mended.Stderr, "removing "+spare+" from the kernel of the engine's host, and installing"),
			)
			assert.Assert(t, is.Contains(mended.Stderr, "replaced an entry of the kernel's table"))
			s.run(append([]string{"status"}, platforms...)...).succeeds(t)
		}

		forget(t)
		register(t, spareMagic, lendEmulator(t, s), "F")
		warned := s.run(append([]string{"status"}, platforms...)...).succeeds(t)
		assert.Check(t, is.Contains(warned.Stderr, `without P`))
	}, containerdStore)
}

// An installer that says it is done and registers nothing is not believed.
func TestInitDoesNotBelieveTheInstaller(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.restoreEmulators(t)
		forget(t)
		liar := "e2e-liar-" + s.id + ":1"
		id := strings.TrimSpace(s.docker("create", "busybox").succeeds(t).Stdout)
		s.docker("commit", "--change", `ENTRYPOINT ["echo", "installing: riscv64 OK"]`, id, liar).succeeds(t)
		s.docker("rm", id).succeeds(t)
		t.Cleanup(func() { s.execute(s.commandContext(contextOfCleanup(t), "docker", "rmi", "--force", liar)) })

		r := s.run("init", "--binfmt-image", liar, "--platform", "linux/amd64,"+sparePlatform).exits(t, 3)
		assert.Assert(t, is.Contains(r.Stderr, "has registered no emulator for it"))
		assert.Assert(t, is.Contains(r.Stderr, "next: docker multiplat init --binfmt-image "+emulatorImage))
		assert.Assert(t, is.Contains(r.Stdout, "does not run"))
	}, containerdStore)
}

// Where the host has not mounted binfmt_misc, emulators vanish with the installer: the builder's container holds them.
func TestInitHoldsEmulatorsWhereTheHostDoesNot(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.restoreEmulators(t)
		platforms := []string{"--platform", "linux/amd64,linux/arm64"}
		s.run(append([]string{"init"}, platforms...)...).succeeds(t)
		assert.NilError(t, runHost(t, "umount", binfmtFolder))

		missing := s.run(append([]string{"status"}, platforms...)...).exits(t, 3)
		assert.Check(t, is.Contains(missing.Stderr, "binfmt_misc is not mounted on the engine's host"))
		assert.Check(t, is.Contains(missing.Stderr, "next: sudo mount -t binfmt_misc"))

		r := s.run(append([]string{"init"}, platforms...)...).succeeds(t)
		assert.Check(t, is.Contains(r.Stderr, "the emulators stay until it stops"))
		held := s.run(append([]string{"status", "--format", "json"}, platforms...)...).succeeds(t).machine(t)
		assert.Check(t, is.Equal(held.Platforms[1].AfterRestart, "no"))
		uname := s.docker("run", "--rm", "--platform", "linux/arm64", "busybox", "uname", "-m").succeeds(t)
		assert.Check(t, is.Equal(uname.Stdout, "aarch64\n"))

		container := "buildx_buildkit_" + s.builder + "0"
		s.docker("exec", container, "sh", "-c", "echo 0 >"+binfmtFolder+"/qemu-aarch64").succeeds(t)
		broken := s.run(append([]string{"status"}, platforms...)...).exits(t, 3)
		assert.Check(t, is.Contains(broken.Stderr, "its entry qemu-aarch64 is disabled"))
		mended := s.run(append([]string{"init"}, platforms...)...).succeeds(t)
		assert.Check(t, is.Contains(mended.Stderr, "replaced an entry of the kernel's table"))

		s.docker("stop", container).succeeds(t)
		gone := s.run(append([]string{"status"}, platforms...)...).exits(t, 3)
		assert.Check(t, is.Contains(gone.Stderr, "programs of linux/arm64 do not run"))
	}, containerdStore)
}

// The table of an engine that is elsewhere is read there, through a container.
func TestStatusReadsTheTableOfARemoteEngine(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.restoreEmulators(t)
		remote := s.with("DOCKER_HOST=" + forward(t, s.lab.engine))
		platforms := []string{"--platform", "linux/amd64," + sparePlatform}
		remote.run(append([]string{"init"}, platforms...)...).succeeds(t)
		assert.NilError(t, os.WriteFile(filepath.Join(binfmtFolder, spare), []byte("0"), 0o600))
		r := remote.run(append([]string{"status"}, platforms...)...).exits(t, 3)
		assert.Check(t, is.Contains(r.Stderr, "its entry "+spare+" is disabled"))
		plan := remote.run(append([]string{"init", "--dry-run"}, platforms...)...).succeeds(t)
		assert.Check(t, is.Contains(plan.Stdout, "its entry "+spare+" is disabled: replace entry "+spare))
		remote.run(append([]string{"init"}, platforms...)...).succeeds(t)
		remote.run("deinit", "--emulators", "-f").succeeds(t)
	}, containerdStore)
}

// Every platform that has an emulator is prepared by one word; those without are told and are no failure. Where none
// is emulated, or one is gone or broken that was there, the machine is not ready.
func TestInitPreparesAllPlatforms(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.restoreEmulators(t)
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		forgetAll(t)
		none := s.run("status", "--platform", "all").exits(t, 3)
		assert.Check(t, is.Contains(none.Stderr, "no platform but the engine's own runs on this machine"))

		report := s.run("init", "--platform", "all", "--format", "json").succeeds(t).machine(t)
		var names []string
		for _, p := range report.Platforms {
			names = append(names, p.Platform)
		}
		emulated := []string{"linux/arm64", "linux/arm/v7", "linux/riscv64", "linux/ppc64le", "linux/s390x"}
		for _, want := range append(emulated, "linux/amd64") {
			assert.Check(t, slices.Contains(names, want), "%s of %v", want, names)
		}
		assert.Check(t, is.Contains(strings.Join(report.Notes, "\n"), "not available: "))

		forgetAll(t)
		register(t, spareMagic, "/bin/true", "F")
		assert.NilError(t, os.WriteFile(filepath.Join(binfmtFolder, spare), []byte("0"), 0o600))
		missing := s.run("status", "--platform", "all").exits(t, 3)
		assert.Check(t, is.Contains(missing.Stderr, "programs of "+strings.Join(emulated, ", ")+" do not run"))
		assert.Check(t, is.Contains(missing.Stderr, sparePlatform+": in the engine: its entry "+spare+" is disabled"))
		mended := s.run("init").succeeds(t)
		assert.Check(t, is.Contains(mended.Stderr, "(an earlier init)"))
		for _, want := range emulated {
			assert.Check(t, is.Contains(mended.Stdout, want+" "))
		}

		foreign := s.run("status", "--platform", "linux/amd64,windows/amd64").succeeds(t)
		assert.Check(t, is.Contains(foreign.Stdout, "cannot be tested here"))
	}, containerdStore)
}
