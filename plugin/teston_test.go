package plugin

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/docker/cli/cli/context/docker"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// twoEngines are a CLI with an engine of amd64 and a draft of two platforms, and an engine of arm64 that the docker
// context pi leads to.
func twoEngines(
	t *testing.T,
	answers func(*http.Request) bool,
) (fake *fakeCLI, s *store.Store, here, pi *plugintest.Engine) {
	t.Helper()
	first := newFakeCLI(t)
	s = plugintest.OpenStore(t, first)
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
		plugintest.UntestedImage(t, s, "linux/amd64", "app"), plugintest.UntestedImage(t, s, "linux/arm64", "app"))
	cli, here := first.NewEngine(t)
	fake = &fakeCLI{cli}
	pi = fake.EngineAt(t, "pi", answers)
	pi.Architecture = "aarch64"
	return fake, s, here, pi
}

// settingsOfDraft are the settings that are recorded of a platform of app:1.
func settingsOfDraft(t *testing.T, s *store.Store, platform string) map[string]string {
	t.Helper()
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	return settingsOf(t, s, d, platform)
}

// settingsOf are the settings that are recorded of a platform of a draft.
func settingsOf(t *testing.T, s *store.Store, d draft.Draft, platform string) map[string]string {
	t.Helper()
	settings := map[string]string{}
	for _, image := range d.Images {
		if image.Platform.Architecture != plugintest.ParsePlatforms(t, platform)[0].Architecture {
			continue
		}
		of, recorded, err := record.Of(t.Context(), s, image)
		assert.NilError(t, err)
		assert.Check(t, recorded, platform)
		for _, setting := range of.Configuration {
			settings[setting.Name] = setting.Value
		}
	}
	return settings
}

// noteAbout is what app:1 keeps of a platform.
func noteAbout(t *testing.T, s *store.Store, platform string) draft.Note {
	t.Helper()
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	return d.Notes[platform]
}

// A platform is tested on the engine that is named for it, natively where that engine runs it, and only there: record,
// table and report say so; what was loaded there is removed there.
func TestOnAnotherEngine(t *testing.T) {
	fake, s, here, pi := twoEngines(t, nil)
	report := filepath.Join(t.TempDir(), "report.json")
	assert.NilError(t, fake.run(t, "test", "--emulation", "never", "--test", "true", "--report", report,
		"--test-on", "linux/arm64=pi", "app:1"), fake.Stderr.String())
	assert.DeepEqual(t, pi.Names(), []string{"app:1--arm64"})
	assert.DeepEqual(t, here.Names(), []string{"app:1--amd64"})
	assert.DeepEqual(t, pi.Commands(), [][]string{{"true"}})
	assert.Check(t, is.Contains(fake.Stderr.String(), "native on pi"))
	assert.Check(t, is.Contains(fake.Stderr.String(), "docker --context pi run --rm -it app:1--arm64"))

	there, own := settingsOfDraft(t, s, "linux/arm64"), settingsOfDraft(t, s, "linux/amd64")
	assert.Equal(t, there["engine"], "linux/arm64, native")
	assert.Equal(t, there["engine name"], "pi")
	assert.Equal(t, own["engine"], "linux/amd64, native")
	_, named := own["engine name"]
	assert.Check(t, !named)
	assert.DeepEqual(t, noteAbout(t, s, "linux/arm64").Engines, []string{"pi"})

	var written struct {
		Platforms []struct{ Platform, Engine, Execution string }
	}
	body, err := os.ReadFile(report)
	assert.NilError(t, err)
	assert.NilError(t, json.Unmarshal(body, &written))
	assert.Equal(t, written.Platforms[1].Engine, "pi")
	assert.Equal(t, written.Platforms[1].Execution, "native")

	// without a flag it is tested where it was; a verdict of another engine is none of this one
	fake.Stderr.Reset()
	assert.NilError(t, fake.run(t, "test", "--no-test-cache", "app:1"), fake.Stderr.String())
	assert.Equal(t, len(pi.Commands()), 2)
	assert.NilError(t, fake.run(t, "test", "--test", "true", "--test-on", "local", "app:1"), fake.Stderr.String())
	assert.Equal(t, len(pi.Commands()), 2)
	assert.Equal(t, settingsOfDraft(t, s, "linux/arm64")["engine"], "linux/amd64, emulated")

	assert.NilError(t, fake.run(t, "rm", "app:1"), fake.Stderr.String())
	assert.Equal(t, len(pi.Names()), 0, fake.Stderr.String())
	assert.Equal(t, len(here.Names()), 0)
}

// A docker context that is not there is bad input, named with what was meant; no engine is contacted.
func TestOnNoEngine(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	plugintest.SavePassed(t, s, "app:1", "app")
	fake.AddContext(t, "raspberry", "tcp://127.0.0.1:1")
	fake.AddBuilder(t, "multiplat")
	for _, args := range [][]string{
		{"test", "--test-on", "linux/arm64=raspberr", "app:1"},
		{"build", "--test-on", "linux/arm64=raspberr", "-t", "app:2", plugintest.BuildContext(t)},
	} {
		err := fake.run(t, args...)
		assert.Equal(t, ExitCode(err), failure.ExitInput, "%v", args)
		assert.ErrorContains(t, err, `no docker context "raspberr", did you mean raspberry?`)
	}
}

// An engine that does not answer is told before anything is done, by its name.
func TestOnAnEngineThatIsDown(t *testing.T) {
	fake, s, here, _ := twoEngines(t, nil)
	fake.AddContext(t, "down", "tcp://127.0.0.1:1")
	err := fake.run(t, "test", "--test-on", "linux/arm64=down", "app:1")
	assert.Equal(t, ExitCode(err), failure.ExitNotReady, explained(err))
	assert.ErrorContains(t, err, "the engine of down, which is to test linux/arm64")
	assert.Check(t, is.Contains(explained(err), "docker --context down version"))
	assert.Equal(t, len(here.Commands()), 0)
	assert.Equal(t, noteAbout(t, s, "linux/arm64").State, draft.State(""))
}

// An engine that goes away in the middle of a test says nothing of the image: the platform is inconclusive, the engine
// is named, and the other platforms keep their verdicts.
func TestOnAnEngineThatIsLost(t *testing.T) {
	gone := make(chan struct{})
	leave := sync.OnceFunc(func() { close(gone) })
	fake, s, _, pi := twoEngines(t, func(r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/start") {
			leave()
		}
		select {
		case <-gone:
			return r.Method == http.MethodDelete // or cleaning up would wait for the engine to come back
		default:
			return true
		}
	})
	err := fake.run(t, "test", "--test", "true", "--test-on", "linux/arm64=pi", "app:1")
	assert.Equal(t, ExitCode(err), failure.ExitInconclusive, explained(err))
	said := explained(err) + fake.Stderr.String()
	assert.Check(t, is.Contains(said, "the engine of pi, at tcp://"), said)
	assert.Check(t, is.Contains(said, "was lost"))
	assert.Check(t, is.Contains(said, "next: docker multiplat test --test true --test-on linux/arm64=pi app:1\n"), said)
	assert.Check(t, !is.Contains(said, "test it once more")().Success(), said)
	assert.Equal(t, len(pi.Commands()), 1)
	assert.Equal(t, noteAbout(t, s, "linux/arm64").State, draft.Inconclusive)
	assert.Equal(t, noteAbout(t, s, "linux/amd64").State, draft.Passed)
}

// An engine that is named by its address is not told with that address twice.
func TestOnAnAddress(t *testing.T) {
	fake, _, _, _ := twoEngines(t, nil)
	meta, err := fake.ContextStore().GetMetadata("pi")
	assert.NilError(t, err)
	pi, err := docker.EndpointFromContext(meta)
	assert.NilError(t, err)
	assert.NilError(t, fake.run(t, "test", "--test", "true", "--test-on", "linux/arm64="+pi.Host, "app:1"),
		fake.Stderr.String())
	assert.Check(
		t,
		is.Contains(fake.Stderr.String(), "tests of linux/arm64 run on "+pi.Host+", an engine of linux/arm64\n"),
	)
}

// Where nothing is said, a platform that this engine would emulate is tested on the engine of the node that builds it,
// if that answers; --test-on local has it tested here.
func TestOnTheEngineOfTheNode(t *testing.T) {
	fake, _, here, pi := twoEngines(t, nil)
	fake.AddBuilder(t, "farm")
	fake.AddNode(t, "farm", "pi", "linux/arm64")
	t.Setenv("BUILDX_BUILDER", "farm")
	assert.NilError(t, fake.run(t, "test", "--test", "true", "app:1"), fake.Stderr.String())
	assert.Equal(t, len(pi.Commands()), 1)
	assert.Equal(t, len(here.Commands()), 1)
	assert.Check(t, is.Contains(fake.Stderr.String(), "tests of linux/arm64 run on pi, an engine of linux/arm64"))
	assert.NilError(t, fake.run(t, "test", "--test-on", "local", "--test", "true", "app:1"), fake.Stderr.String())
	assert.Equal(t, len(pi.Commands()), 1)
	assert.Equal(t, len(here.Commands()), 2) // amd64 has passed there before

	fake.AddContext(t, "pi", "tcp://127.0.0.1:1")
	fake.Stderr.Reset()
	assert.NilError(t, fake.run(t, "test", "--test", "true", "--test-env", "A=1", "app:1"), fake.Stderr.String())
	assert.Equal(t, len(here.Commands()), 4)
	assert.Check(t, is.Contains(fake.Stderr.String(),
		`linux/arm64 is tested by the engine in use, and not by that of node "farm1"`))
}

// A test file may name engines where somebody has named it, and not where it was only found.
func TestOnInATestFile(t *testing.T) {
	fake, _, _, pi := twoEngines(t, nil)
	folder := plugintest.BuildContext(t)
	file := filepath.Join(folder, "multiplat.yaml")
	text := "targets:\n  default:\n    test: [\"true\"]\n    on: [linux/arm64=pi]\n"
	assert.NilError(t, os.WriteFile(file, []byte(text), 0o600))
	assert.NilError(t, fake.run(t, "test", "--test-file", file, "app:1"), fake.Stderr.String())
	assert.Equal(t, len(pi.Commands()), 1)

	err := fake.run(t, "build", "-t", "app:2", folder)
	assert.Equal(t, ExitCode(err), failure.ExitInput, explained(err))
	assert.ErrorContains(t, err, `multiplat.yaml:4:10: the tests would be on another engine, "linux/arm64=pi"`)
}

// What names no platform of a command, or says two things of one, is bad input: nothing is contacted.
func TestOnWhatIsNotThere(t *testing.T) {
	folder := plugintest.BuildContext(t)
	file := filepath.Join(t.TempDir(), "tests.yaml")
	t.Chdir(folder)
	assert.NilError(t, os.WriteFile("docker-bake.hcl", []byte(rightDefinition), 0o600))
	bench := newRefusalBench(t, folder)
	bench.fake.AddContext(t, "pi", "tcp://127.0.0.1:1")
	bench.fake.AddContext(t, "big", "tcp://127.0.0.1:2")
	name := bench.registry + "/app:1"
	for _, verb := range [][]string{{"test", name}, {"build", "-t", "app:2", folder}, {"bake"}} {
		for _, tc := range []struct {
			flags, says []string
			text        string
		}{
			{[]string{"--test-on", "linux/mips64le=pi"}, []string{`"linux/mips64le=pi"`, "--platform"}, ""},
			{[]string{"--test-on", "linux/amd64=pi", "--test-on", "amd64=big"}, []string{`"linux/amd64=pi" and "amd64=big"`}, ""},
			{[]string{"--test-on", "linux/amd64=pi", "--test-on", "linux/amd64=local"}, []string{"are for one platform"}, ""},
			{[]string{"--test-on", "local", "--test-on", "linux/amd64=pi"}, []string{`"local" and "linux/amd64=pi" exclude`}, ""},
			{[]string{"--test-on", "linux/amd64= pi"}, []string{`"linux/amd64= pi"`, "give it as linux/amd64=pi"}, ""},
			{[]string{"--test-on", "linux/amd64=-"}, []string{`"-" is no name of a docker context`}, ""},
			{[]string{"--test-on", "linux/amd64=a b"}, []string{`"a b" is no name of a docker context`}, ""},
			{
				[]string{"--test-file", file},
				[]string{file + ":4:7", `"linux/amd64=pi" and "amd64=big" are for one platform`},
				"targets:\n  default:\n    on: [linux/amd64=pi,\n      amd64=big]\n",
			},
			{
				[]string{"--test-file", file},
				[]string{file + ":3:26", `"local" has all platforms tested in the engine in use`},
				"targets:\n  default:\n    on: [linux/amd64=pi, local]\n",
			},
		} {
			assert.NilError(t, os.WriteFile(file, []byte(tc.text), 0o600))
			args := append([]string{verb[0]}, append(tc.flags, verb[1:]...)...)
			t.Run(strings.Join(args[:len(tc.flags)+1], " "), func(t *testing.T) {
				bench.refusesLine(t, wrongLine{args, tc.says})
			})
		}
	}
}
