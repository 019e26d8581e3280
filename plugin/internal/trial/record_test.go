package trial

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// settingsOf are the settings of a build that tests with these commands on an amd64 engine.
func settingsOf(t *testing.T, commands ...string) []record.Setting {
	t.Helper()
	return testingBench(t, commands...).settings(plugintest.Linux("amd64", ""))
}

// passedBefore tells whether an image has a record of having passed under these settings.
func passedBefore(t *testing.T, s *store.Store, image manifest.Image, settings []record.Setting) bool {
	t.Helper()
	rec, _, err := record.Of(t.Context(), s, image)
	assert.NilError(t, err)
	return passedWith(rec, settings)
}

// kept is an image with what is recorded of a report.
func kept(
	t *testing.T, s *store.Store, image manifest.Image, report localtest.Report, settings ...record.Setting,
) manifest.Image {
	t.Helper()
	o := Outcome{record: resultOf(report, settings)}
	o.drop = o.record == nil
	image, err := KeepRecord(t.Context(), s, image, "docker.io/library/app:1", o)
	assert.NilError(t, err)
	return image
}

// smoked is the report of a smoke test.
func smoked(verdict localtest.Verdict) localtest.Report {
	return localtest.Report{Verdict: verdict, Cases: []localtest.Case{{Name: "smoke test", Verdict: verdict}}}
}

func TestSettingsTellBuildsApart(t *testing.T) {
	base := settingsOf(t, "app --version", "app check")
	assert.DeepEqual(t, base, []record.Setting{
		{Name: "tests", Value: `["app --version","app check"]`},
		{Name: "limits", Value: "30s, 8 times under emulation"},
		{Name: "engine", Value: "linux/amd64, native"},
		{Name: "rules", Value: testRules},
		{Name: "audit", Value: audit.Rules},
		{Name: "allow-foreign", Value: ""},
	})
	for name, change := range map[string]func(*Bench) bool{
		"other tests":   func(b *Bench) bool { b.Plan.Tests.Commands = b.Plan.Tests.Commands[:1]; return false },
		"other order":   func(b *Bench) bool { slices.Reverse(b.Plan.Tests.Commands); return false },
		"other timeout": func(b *Bench) bool { b.Plan.Tests.Timeout = time.Minute; return false },
		"other factor":  func(b *Bench) bool { b.Plan.Tests.EmulatedFactor = 4; return false },
		"other engine":  func(b *Bench) bool { b.Engine.Platform.Architecture = "arm64"; return false },
		"other allowed": func(b *Bench) bool {
			var err error
			b.Plan.AllowForeign, err = audit.ParseGlobs([]string{"/opt/**"}, "--allow-foreign")
			assert.NilError(t, err)
			return false
		},
		"inside": func(b *Bench) bool { b.Plan.Tests.Execs = b.Plan.Tests.Commands; return false },
		"stdin": func(b *Bench) bool {
			b.Plan.Tests.Dialogues = []localtest.Dialogue{{Input: []byte("a"), Expect: regexp.MustCompile("b")}}
			return false
		},
		"stdin, another input": func(b *Bench) bool {
			b.Plan.Tests.Dialogues = []localtest.Dialogue{{Input: []byte("c"), Expect: regexp.MustCompile("b")}}
			return false
		},
		"tests of its own": func(b *Bench) bool {
			other := b.Plan.Wanted
			other.Tests.Commands = nil
			b.Plan.Own = []Own{{Native: other, Emulated: other}}
			return false
		},
		"script": func(b *Bench) bool { b.Plan.Tests.Scripts = b.Plan.Tests.Commands; return false },
		"file":   func(b *Bench) bool { b.Plan.Tests.Files = []structure.File{{Digest: "d"}}; return false },
		"file's environment": func(b *Bench) bool {
			b.Plan.Tests.Files = []structure.File{{Digest: "d", RunEnv: []string{"A=1"}}}
			return false
		},
		"environment":    func(b *Bench) bool { b.Plan.Tests.Env = []string{"A=1"}; return false },
		"network":        func(b *Bench) bool { b.Plan.Tests.Network = "bridge"; return false },
		"sandbox":        func(b *Bench) bool { b.Plan.Tests.Strict = true; return false },
		"memory":         func(b *Bench) bool { b.Plan.Tests.Memory = 1; return false },
		"processes":      func(b *Bench) bool { b.Plan.Tests.PIDs = 1; return false },
		"CPUs":           func(b *Bench) bool { b.Plan.Tests.NanoCPUs = 1e9; return false },
		"under emulator": func(*Bench) bool { return true },
	} {
		t.Run(name, func(t *testing.T) {
			b := testingBench(t, "app --version", "app check")
			p := plugintest.Linux("amd64", "")
			if emulated := change(b); emulated {
				p = plugintest.Linux("s390x", "")
			}
			assert.Check(t, !slices.Equal(b.settings(p), base))
		})
	}
}

// Values of variables may be secret, and records are published.
func TestSettingsHoldNoValues(t *testing.T) {
	one, other := environment([]string{"TOKEN=hunter2", "B=x"}), environment([]string{"TOKEN=hunter3", "B=x"})
	assert.Assert(t, one != other)
	assert.Assert(t, strings.HasPrefix(one, "TOKEN, B ("), one)
	assert.Assert(t, !strings.Contains(one, "hunter2"))
}

func TestPassedBefore(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	settings := settingsOf(t, "app check")
	older := append(slices.Clone(settings[:3]), record.Setting{Name: "rules", Value: "0"})
	for _, tc := range []struct {
		name    string
		verdict localtest.Verdict
		asked   []record.Setting
		want    bool
	}{
		{"the same tests", localtest.Passed, settings, true},
		{"nothing to run", localtest.NothingToRun, settings, true},
		{"other tests", localtest.Passed, settingsOf(t, "app other"), false},
		{"no tests now", localtest.Passed, settingsOf(t), false},
		{"other rules", localtest.Passed, older, false},
		{"failed", localtest.Failed, settings, false},
		{"inconclusive", localtest.Inconclusive, settings, false},
		{"not run", localtest.NotRun, settings, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			image := kept(t, s, plugintest.UntestedImage(t, s, "linux/amd64", "app"), smoked(tc.verdict), settings...)
			assert.Equal(t, passedBefore(t, s, image, tc.asked), tc.want)
		})
	}
}

// A waiver is no test, even for settings that it happens to share.
func TestPassedBeforeIgnoresWaiver(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	image := plugintest.UntestedImage(t, s, "linux/amd64", "app")
	waiver := record.Result{Result: record.Warned, Configuration: settingsOf(t), Reason: "no time"}
	image, err := record.Add(t.Context(), s, image, "app:1", waiver)
	assert.NilError(t, err)
	assert.Check(t, !passedBefore(t, s, image, settingsOf(t)))
}

func TestPassedBeforeWithoutRecord(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	for _, image := range []manifest.Image{plugintest.PlainImage(t, s, "linux/amd64", "a"), plugintest.UntestedImage(t, s, "linux/amd64", "a")} {
		assert.Check(t, !passedBefore(t, s, image, settingsOf(t)))
	}
}

func TestRecordVerdictKeepsCases(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	image := plugintest.UntestedImage(t, s, "linux/amd64", "app")
	report := localtest.Report{Verdict: localtest.Failed, Cases: []localtest.Case{
		{Name: "one", Verdict: localtest.Passed},
		{Name: "two", Verdict: localtest.Failed},
		{Name: "three", Verdict: localtest.Inconclusive},
	}}
	image = kept(t, s, image, report, settingsOf(t)...)
	rec, ok, err := record.Of(t.Context(), s, image)
	assert.NilError(t, err)
	assert.Assert(t, ok)
	assert.DeepEqual(t, rec, record.Result{
		Result: record.Failed, Passed: []string{"one"}, Failed: []string{"two"}, Warned: []string{"three"},
		Configuration: settingsOf(t),
	})
}

// The same verdict again is the same bytes, so that testing again does not move the index.
func TestRecordVerdictIsStable(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	once := plugintest.PassedImage(t, s, "linux/amd64", "app")
	again := kept(t, s, once, smoked(localtest.Passed))
	assert.DeepEqual(t, again, once)
}

func TestRecordVerdictInconclusiveDropsOlder(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	for _, verdict := range []localtest.Verdict{localtest.Inconclusive, localtest.NotRun} {
		image := kept(t, s, plugintest.PassedImage(t, s, "linux/amd64", "app"), smoked(verdict))
		_, ok, err := record.Of(t.Context(), s, image)
		assert.NilError(t, err)
		assert.Check(t, !ok, "a record is left after %s", verdict)
		predicates, err := record.Predicates(t.Context(), s, image)
		assert.NilError(t, err)
		assert.DeepEqual(t, slices.Sorted(maps.Keys(predicates)), []string{plugintest.ProvenanceType})
	}
	bare := kept(t, s, kept(t, s, plugintest.PlainImage(t, s, "linux/amd64", "app"), smoked(localtest.Passed)),
		smoked(localtest.Inconclusive))
	assert.Check(t, bare.Attestation == nil, "an attestation manifest is left with nothing in it")
}

// A passed test is taken over with the names of its cases, and only where nothing but the image decides it.
func TestReuse(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	b := testingBench(t, "app check")
	settings := b.settings(plugintest.Linux("amd64", ""))
	image := plugintest.Judged(t, s, plugintest.UntestedImage(t, s, "linux/amd64", "app"), localtest.Passed, settings...)
	rec, _, err := record.Of(t.Context(), s, image)
	assert.NilError(t, err)
	assert.Assert(t, b.reusable(rec, b.Plan.Tests, settings))
	assert.Equal(t, reportOf(rec).Cases[0].Name, "smoke test")
	for name, change := range map[string]func(*Bench){
		"--no-test-cache": func(b *Bench) { b.Plan.Reuse = false },
		"a network":       func(b *Bench) { b.Plan.Tests.Network = "bridge" },
		"a script":        func(b *Bench) { b.Plan.Tests.Scripts = []localtest.Command{{}} },
	} {
		other := testingBench(t, "app check")
		change(other)
		assert.Assert(t, !other.reusable(rec, other.Plan.Tests, settings), name)
	}
}

// Tests do not undo what a person has said of the very image: a no stays a no until somebody looks again.
func TestManualOutlivesTests(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	b := testingBench(t, "app check")
	image := plugintest.UntestedImage(t, s, "linux/amd64", "app")
	settings := b.settings(image.Platform)
	for _, said := range []record.Manual{{Passed: true, Who: "Jane"}, {Who: "Bob", Remark: "no"}} {
		before := said.AddTo(record.Result{}, nil)
		o := Outcome{State: draft.Passed, Before: before, Report: localtest.Report{
			Verdict: localtest.Passed, Cases: []localtest.Case{{Name: "app check", Verdict: localtest.Passed}},
		}}
		o = o.lookedBefore()
		assert.Equal(t, o.State, stateOf(manualVerdict(said)))
		image = kept(t, s, image, o.Report, append(settings, o.Manual.Settings()...)...)
		rec, _, err := record.Of(t.Context(), s, image)
		assert.NilError(t, err)
		assert.Equal(t, passedWith(rec, settings), said.Passed, "a look is no reason to run passed tests again")
		assert.Equal(t, *record.ManualIn(rec), said)
	}
}

// What the tests came to is the state of the platform, in the same words.
func TestStateOf(t *testing.T) {
	for _, v := range []localtest.Verdict{
		localtest.Passed, localtest.NothingToRun, localtest.Failed, localtest.Inconclusive, localtest.NotRun,
		localtest.Skipped,
	} {
		assert.Equal(t, string(stateOf(v)), string(v))
		assert.Equal(t, stateOf(v).Good(), v.Good())
	}
	assert.Equal(t, stateOf(""), draft.Untested)
}
