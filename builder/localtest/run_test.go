package localtest

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	enginecontainer "github.com/moby/moby/api/types/container"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
)

// tryOne runs a specification with a limit of 600 ms and returns its only case.
func tryOne(t *testing.T, engine Engine, image Image, spec Spec) Case {
	t.Helper()
	return tryWithin(t, 600*time.Millisecond, engine, image, spec)
}

// tryWithin is tryOne with another limit: processes of this machine take their time where it is busy.
func tryWithin(t *testing.T, limit time.Duration, engine Engine, image Image, spec Spec) Case {
	t.Helper()
	spec.Timeout, spec.EmulatedFactor = limit, 1
	report, err := Run(t.Context(), engine, image, spec, mute{})
	assert.NilError(t, err)
	assert.Equal(t, len(report.Cases), 1)
	assert.Equal(t, report.Verdict == report.Cases[0].Verdict, true)
	return report.Cases[0]
}

func server(healthcheck ...string) Image {
	config := dockerspec.DockerOCIImageConfig{ImageConfig: ocispec.ImageConfig{Cmd: []string{"serve"}}}
	if len(healthcheck) > 0 {
		config.Healthcheck = &dockerspec.HealthcheckConfig{Test: healthcheck}
	}
	return Image{ID: "image", Name: "app:1--amd64", Platform: "linux/amd64", Config: config}
}

func probed(status enginecontainer.HealthStatus, code int, output string) *enginecontainer.Health {
	return &enginecontainer.Health{
		Status: status,
		Log:    []*enginecontainer.HealthcheckResult{{ExitCode: code, Output: output}},
	}
}

// The smoke test is run beside others where that is asked for, and where there is something to start.
func TestSmokeBesideOthers(t *testing.T) {
	other := Command{Text: "true", Args: []string{"true"}}
	spec := Spec{Smoke: true, Commands: []Command{other}, Timeout: 600 * time.Millisecond, EmulatedFactor: 1}
	for _, tc := range []struct {
		image Image
		want  int
	}{{server(), 2}, {Image{ID: "image", Platform: "linux/amd64"}, 1}} {
		report, err := Run(t.Context(), &fakeEngine{ends: []int{0, 0}}, tc.image, spec, mute{})
		assert.NilError(t, err)
		assert.Equal(t, len(report.Cases), tc.want)
		assert.Equal(t, report.Cases[0].Name == smoke, tc.want == 2)
	}
}

func TestSmokeKnowsHealthchecks(t *testing.T) {
	starting := &enginecontainer.Health{Status: enginecontainer.Starting}
	for _, tc := range []struct {
		name    string
		engine  *fakeEngine
		image   Image
		verdict Verdict
		reason  string
	}{
		{"no healthcheck, ends well", &fakeEngine{ends: []int{0}}, server(), Passed, ""},
		{"no healthcheck, keeps running", &fakeEngine{ends: []int{forever}}, server("NONE"), Passed, "still running after 100ms"},
		{"no healthcheck, ends badly", &fakeEngine{ends: []int{2}}, server(), Failed, "the image ends with exit code 2 when it is started without arguments; say what to try"},
		{"healthy", &fakeEngine{ends: []int{forever}, health: []*enginecontainer.Health{starting, probed(enginecontainer.Healthy, 0, "")}}, server("CMD", "check"), Passed, "healthy after "},
		{"unhealthy", &fakeEngine{ends: []int{forever}, health: []*enginecontainer.Health{probed(enginecontainer.Unhealthy, 1, "no\x1b")}}, server("CMD", "check"), Failed, "not healthy after "},
		{"never healthy", &fakeEngine{ends: []int{forever}, health: []*enginecontainer.Health{probed(enginecontainer.Starting, 7, "")}}, server("CMD", "check"), Failed, "not healthy after "},
		{"never probed", &fakeEngine{ends: []int{forever}, health: []*enginecontainer.Health{starting}}, server("CMD", "check"), Inconclusive, "not done after 600ms"},
		{"ends before it is healthy", &fakeEngine{ends: []int{0}, health: []*enginecontainer.Health{probed(enginecontainer.Unhealthy, 1, "")}}, server("CMD", "check"), Failed, "the image ends with exit code 0 before its HEALTHCHECK succeeds"},
		{"out of memory", &fakeEngine{ends: []int{137}, oom: true}, server("CMD", "check"), Inconclusive, "out of memory"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := tryOne(t, tc.engine, tc.image, Spec{Advice: Advice{Smoke: "say what to try"}})
			assert.Equal(t, c.Verdict, tc.verdict)
			assert.Assert(t, strings.HasPrefix(c.Reason, tc.reason), c.Reason)
			assert.DeepEqual(t, tc.engine.removed, []string{"c"})
		})
	}
}

func TestUnhealthySaysWhy(t *testing.T) {
	engine := &fakeEngine{
		ends:   []int{forever},
		health: []*enginecontainer.Health{probed(enginecontainer.Unhealthy, 1, "no\x1b\n")},
	}
	c := tryOne(t, engine, server("CMD", "check"), Spec{})
	assert.Assert(t, strings.HasSuffix(c.Reason, `its HEALTHCHECK's last answer was exit code 1: no\x1b`), c.Reason)
}

// A HEALTHCHECK that gave no answer has no exit code.
func TestProbeWithoutAnswer(t *testing.T) {
	engine := &fakeEngine{
		ends:   []int{forever},
		health: []*enginecontainer.Health{probed(enginecontainer.Unhealthy, -1, "Health check exceeded timeout (1s)")},
	}
	c := tryOne(t, engine, server("CMD", "check"), Spec{})
	assert.Assert(t, strings.HasSuffix(c.Reason, "its HEALTHCHECK's last probe gave no answer: "+
		"Health check exceeded timeout (1s)"), c.Reason)
}

// An image that says how long it may take to start is waited for: a probe that says no in that time is no answer.
func TestStartPeriodIsWaitedFor(t *testing.T) {
	no, yes := probed(enginecontainer.Starting, 1, "not yet"), probed(enginecontainer.Healthy, 0, "")
	slowly := func(after time.Duration, seen *enginecontainer.Health) []*enginecontainer.Health {
		var states []*enginecontainer.Health
		for range int(after / pollInterval) {
			states = append(states, no)
		}
		return append(states, seen)
	}
	for _, tc := range []struct {
		name   string
		period time.Duration
		health []*enginecontainer.Health
		want   Verdict
		reason string
	}{
		{"healthy in time", 2 * time.Minute, slowly(45*time.Second, yes), Passed, "healthy after 45s"},
		{"healthy after it", 20 * time.Second, slowly(45*time.Second, yes), Passed, "healthy after 45s"},
		{"never healthy", 2 * time.Minute, slowly(time.Hour, no), Failed, "not healthy after 2m30s; its HEALTHCHECK's last answer was exit code 1: not yet"},
		{"unhealthy for the engine", 2 * time.Minute, slowly(125*time.Second, probed(enginecontainer.Unhealthy, 1, "no")), Failed, "not healthy after 2m5s; its HEALTHCHECK's last answer was exit code 1: no"},
		{"longer than anyone waits", 3 * time.Hour, slowly(time.Hour, no), Inconclusive, "not healthy after 10m30s, and its HEALTHCHECK has a start period of 3h0m0s; give it more"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				image := server("CMD", "check")
				image.Config.Healthcheck.StartPeriod = tc.period
				engine := &fakeEngine{ends: []int{forever}, health: tc.health}
				spec := Spec{Timeout: 30 * time.Second, EmulatedFactor: 8, Advice: Advice{Health: "give it more"}}
				report, err := Run(t.Context(), engine, image, spec, mute{})
				assert.NilError(t, err)
				assert.Equal(t, report.Verdict, tc.want)
				assert.Equal(t, report.Cases[0].Reason, tc.reason)
			})
		})
	}
}

func TestHealthcheckIsMadeFit(t *testing.T) {
	image := server("CMD", "check")
	r := &runner{image: image, spec: Spec{Timeout: 30 * time.Second, EmulatedFactor: 8}}
	check := r.healthcheck()
	assert.DeepEqual(t, check, &enginecontainer.HealthConfig{
		Test: []string{"CMD", "check"}, Interval: time.Second, StartInterval: time.Second, StartPeriod: 30 * time.Second,
		Timeout: 30 * time.Second, Retries: 3,
	})
	r.image.Emulated = true
	r.image.Config.Healthcheck.StartPeriod, r.image.Config.Healthcheck.Interval = 5*time.Second, 2*time.Second
	r.image.Config.Healthcheck.Timeout, r.image.Config.Healthcheck.Retries = time.Second, 2
	check = r.healthcheck()
	assert.Equal(t, check.StartPeriod, 8*9*time.Second)
	assert.Equal(t, check.Timeout, 8*time.Second)
	assert.Equal(t, check.Retries, 2)
}

// A file that the kernel does not take is told as that, with what its first bytes have to be.
func TestStartFileThatIsNoProgram(t *testing.T) {
	const said = "exec /start.sh: exec format error"
	for name, spec := range map[string]Spec{
		"smoke":   {Advice: Advice{Smoke: "say what to try"}},
		"command": {Commands: []Command{{Text: "/start.sh", Args: []string{"/start.sh"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			c := tryOne(t, &fakeEngine{ends: []int{255}, stderr: said + "\n"}, server(), spec)
			assert.Equal(t, c.Verdict, Failed)
			assert.Equal(t, c.Reason, said+": it is no program of this platform, and no script either, whose very first "+
				"bytes are #! (no byte order mark, empty line or comment before them)")
		})
	}
	c := tryOne(t, &fakeEngine{ends: []int{255}, stderr: "app: cannot read: exec format error?\n"}, server(), Spec{})
	assert.Equal(t, c.Reason, "the image ends with exit code 255 when it is started without arguments")
	probed := tryOne(t, &fakeEngine{ends: []int{255}, stderr: said}, server("CMD", "check"), Spec{})
	assert.Assert(t, strings.HasPrefix(probed.Reason, said+": it is no program"), probed.Reason)
}

// A step that comes after the test says how it went wrong, if it was not its exit code.
func TestTearDownSaysWhatWentWrong(t *testing.T) {
	file := structure.File{Name: "t.yaml", CommandTests: []structure.CommandTest{{
		Name: "a", Command: "a", Teardown: [][]string{{"clean", "up"}},
	}}}
	c := tryOne(t, &fakeEngine{ends: []int{0, forever}}, server(), Spec{Files: []structure.File{file}})
	assert.Equal(t, c.Verdict, Passed)
	assert.Equal(t, c.Output, `teardown "clean up": not done after 600ms`)
}

func TestExecIsTriedUntilItSucceeds(t *testing.T) {
	spec := Spec{Execs: []Command{{Text: "check", Args: []string{"check", "it"}}}}
	for _, tc := range []struct {
		name    string
		engine  *fakeEngine
		verdict Verdict
		reason  string
		runs    int
	}{
		{"at once", &fakeEngine{ends: []int{forever}, execs: []int{0}}, Passed, "after ", 1},
		{"the third time", &fakeEngine{ends: []int{forever}, execs: []int{7, 7, 0}}, Passed, "after ", 3},
		{"never", &fakeEngine{ends: []int{forever}, execs: []int{7}}, Failed, "still exit code 7 after ", 2},
		{"the image ends", &fakeEngine{ends: []int{1}, execs: []int{7}}, Failed, "the image ends with exit code 1 before the command succeeds", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := tryOne(t, tc.engine, server(), spec)
			assert.Equal(t, c.Verdict, tc.verdict)
			assert.Assert(t, strings.HasPrefix(c.Reason, tc.reason), c.Reason)
			assert.Assert(t, len(tc.engine.ran) >= tc.runs)
			if tc.runs > 0 {
				assert.DeepEqual(t, tc.engine.ran[0], []string{"check", "it"})
				assert.Equal(t, c.Stdout, "inside")
			}
		})
	}
}

// QEMU crashes at random: once more, and never passed.
func TestEmulatorCrashIsTriedOnce(t *testing.T) {
	spec := Spec{Commands: []Command{{Text: "a", Args: []string{"a"}}}}
	image := server()
	image.Emulated = true
	crash := &fakeEngine{ends: []int{139, 0}}
	assert.Equal(t, tryOne(t, crash, image, spec).Verdict, Passed)
	assert.Equal(t, crash.started, 2)
	twice := &fakeEngine{ends: []int{139, 139, 0}}
	assert.Equal(t, tryOne(t, twice, image, spec).Verdict, Inconclusive)
	assert.Equal(t, twice.started, 2)
	inside := &fakeEngine{ends: []int{139}, stderr: "a\nqemu: uncaught target signal 6 (Aborted) - core dumped\nb\n"}
	assert.Equal(t, tryOne(t, inside, image, spec).Reason,
		"the emulator crashed twice (qemu: uncaught target signal 6 (Aborted) - core dumped)")
	hidden := &fakeEngine{ends: []int{0}, stderr: "qemu: uncaught target signal 11"}
	c := tryOne(t, hidden, image, spec)
	assert.Equal(t, c.Verdict, Inconclusive)
	assert.Equal(t, c.Reason, "the emulator crashed twice (qemu: uncaught target signal 11)")
	beside := &fakeEngine{ends: []int{forever}, execs: []int{0}, stderr: "qemu: uncaught target signal 11"}
	c = tryOne(t, beside, image, Spec{Execs: spec.Commands})
	assert.Equal(t, c.Verdict, Inconclusive)
	assert.Assert(t, strings.HasPrefix(c.Reason, "the emulator crashed (qemu: uncaught target signal 11)"), c.Reason)
	for _, code := range []int{139, 132} {
		command := &fakeEngine{ends: []int{forever}, execs: []int{code}}
		c = tryOne(t, command, image, Spec{Execs: spec.Commands})
		assert.Equal(t, c.Verdict, Inconclusive)
		assert.Equal(t, c.Reason, "the emulator crashed ("+ended(code)+") in the command")
	}
	native := &fakeEngine{ends: []int{139}}
	c = tryOne(t, native, server(), spec)
	assert.Equal(t, c.Verdict, Failed)
	assert.Equal(t, c.Reason, "exit code 139 (signal 11: segmentation fault), not 0")
	assert.Equal(t, native.started, 1)
}

// An engine that goes away in the middle is an error of the machine, and no verdict of the image.
func TestLostEngineIsNoVerdict(t *testing.T) {
	for name, spec := range map[string]Spec{
		"smoke":   {},
		"command": {Commands: []Command{{Text: "a", Args: []string{"a"}}}},
		"exec":    {Execs: []Command{{Text: "a", Args: []string{"a"}}}},
		"file":    {Files: []structure.File{{Name: "t.yaml", CommandTests: []structure.CommandTest{{Name: "a", Command: "a"}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			engine := &fakeEngine{ends: []int{broken}, execs: []int{1}}
			spec.Timeout, spec.EmulatedFactor = time.Second, 1
			_, err := Run(t.Context(), engine, server(), spec, mute{})
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
			assert.DeepEqual(t, engine.removed, []string{"c"})
		})
	}
}

func TestInterruptedRunLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	engine := &fakeEngine{ends: []int{forever}, execs: []int{1}}
	time.AfterFunc(50*time.Millisecond, cancel)
	spec := Spec{Execs: []Command{{Text: "a", Args: []string{"a"}}}, Timeout: time.Minute, EmulatedFactor: 1}
	_, err := Run(ctx, engine, server(), spec, mute{})
	assert.ErrorIs(t, err, context.Canceled)
	assert.DeepEqual(t, engine.removed, []string{"c"})
}

func TestContainersAreLimited(t *testing.T) {
	engine := &fakeEngine{ends: []int{0}}
	tryOne(t, engine, server(), Spec{
		Commands: []Command{{Text: "-v", Args: []string{"-v"}, KeepEntrypoint: true}},
		Memory:   1 << 20, PIDs: 9, NanoCPUs: 5e8, Env: []string{"A=1"},
	})
	plain := engine.created[0]
	assert.Equal(t, plain.HostConfig.NetworkMode, enginecontainer.NetworkMode("none"))
	assert.Equal(t, plain.HostConfig.Memory, int64(1<<20))
	assert.Equal(t, plain.HostConfig.MemorySwap, int64(1<<20))
	assert.Equal(t, *plain.HostConfig.PidsLimit, int64(9))
	assert.Equal(t, plain.HostConfig.NanoCPUs, int64(5e8))
	assert.DeepEqual(t, plain.Config.Env, []string{"A=1"})
	assert.DeepEqual(t, plain.Config.Cmd, []string{"-v"})
	assert.Equal(t, len(plain.Config.Entrypoint), 0)
	assert.Assert(
		t,
		!plain.HostConfig.ReadonlyRootfs && plain.HostConfig.Init == nil && len(plain.HostConfig.CapDrop) == 0,
	)

	engine = &fakeEngine{ends: []int{0}}
	tryOne(
		t,
		engine,
		server(),
		Spec{Strict: true, Network: "n", Commands: []Command{{Text: "a b", Args: []string{"a", "b"}}}},
	)
	strict := engine.created[0]
	assert.Assert(t, strict.HostConfig.ReadonlyRootfs)
	assert.DeepEqual(t, strict.HostConfig.CapDrop, []string{"ALL"})
	assert.Equal(t, strict.HostConfig.NetworkMode, enginecontainer.NetworkMode("n"))
	assert.DeepEqual(t, strict.Config.Entrypoint, []string{"a"})
	assert.Assert(t, strict.HostConfig.PidsLimit == nil)
}

// What runs containers may know of a USER no more than its number: the group is told as well, but one of a file of tests
// that wants another user.
func TestContainersHaveTheGroupOfTheirUser(t *testing.T) {
	other := structure.File{
		CommandTests:        []structure.CommandTest{{Name: "id", Command: "id"}},
		ContainerRunOptions: structure.RunOptions{User: "7"},
	}
	for _, tc := range []struct {
		user, want string
		spec       Spec
	}{
		{"1000:1001", "1000:1001", Spec{}},
		{"1000", "", Spec{}},
		{"app:app", "app:app", Spec{}},
		{"app:", "", Spec{}},
		{"", "", Spec{}},
		{"1000:1001", "7", Spec{Files: []structure.File{other}}},
	} {
		engine, image := &fakeEngine{ends: []int{0}}, server()
		image.Config.User = tc.user
		tryOne(t, engine, image, tc.spec)
		assert.Equal(t, engine.created[0].Config.User, tc.want)
	}
}

func TestNothingToRun(t *testing.T) {
	engine := &fakeEngine{}
	c := tryOne(t, engine, Image{}, Spec{})
	assert.Equal(t, c.Verdict, NothingToRun)
	assert.Equal(t, engine.started, 0)
}
