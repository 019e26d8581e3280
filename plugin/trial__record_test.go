package plugin

import (
	"slices"
	"strings"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// settingsOf are the settings of a build that tests with these commands on an amd64 engine.
func settingsOf(t *testing.T, commands ...string) []record.Setting {
	t.Helper()
	return testingBuild(t, commands...).settings(linux("amd64", ""))
}

func testingBuild(t *testing.T, commands ...string) *building {
	t.Helper()
	b := &building{engine: builder.Engine{Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"}}}
	b.plan.tests = localtest.Spec{Timeout: 30 * time.Second, EmulatedFactor: 8}
	for _, text := range commands {
		c, err := localtest.ParseCommand(text)
		assert.NilError(t, err)
		b.plan.tests.Commands = append(b.plan.tests.Commands, c)
	}
	return b
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
	for name, change := range map[string]func(*building) bool{
		"other tests":   func(b *building) bool { b.plan.tests.Commands = b.plan.tests.Commands[:1]; return false },
		"other order":   func(b *building) bool { slices.Reverse(b.plan.tests.Commands); return false },
		"other timeout": func(b *building) bool { b.plan.tests.Timeout = time.Minute; return false },
		"other factor":  func(b *building) bool { b.plan.tests.EmulatedFactor = 4; return false },
		"other engine":  func(b *building) bool { b.engine.Platform.Architecture = "arm64"; return false },
		"other allowed": func(b *building) bool {
			var err error
			b.plan.allowForeign, err = audit.ParseGlobs([]string{"/opt/**"})
			assert.NilError(t, err)
			return false
		},
		"inside": func(b *building) bool { b.plan.tests.Execs = b.plan.tests.Commands; return false },
		"script": func(b *building) bool { b.plan.tests.Scripts = b.plan.tests.Commands; return false },
		"file":   func(b *building) bool { b.plan.tests.Files = []structure.File{{Digest: "d"}}; return false },
		"file's environment": func(b *building) bool {
			b.plan.tests.Files = []structure.File{{Digest: "d", RunEnv: []string{"A=1"}}}
			return false
		},
		"environment":    func(b *building) bool { b.plan.tests.Env = []string{"A=1"}; return false },
		"network":        func(b *building) bool { b.plan.tests.Network = "bridge"; return false },
		"sandbox":        func(b *building) bool { b.plan.tests.Strict = true; return false },
		"memory":         func(b *building) bool { b.plan.tests.Memory = 1; return false },
		"processes":      func(b *building) bool { b.plan.tests.PIDs = 1; return false },
		"CPUs":           func(b *building) bool { b.plan.tests.NanoCPUs = 1e9; return false },
		"under emulator": func(*building) bool { return true },
	} {
		t.Run(name, func(t *testing.T) {
			b := testingBuild(t, "app --version", "app check")
			platform := linux("amd64", "")
			if emulated := change(b); emulated {
				platform = linux("s390x", "")
			}
			assert.Check(t, !slices.Equal(b.settings(platform), base))
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
	s := openStore(t, newFakeCLI(t))
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
			image := judged(t, s, untestedImage(t, s, "linux/amd64", "app"), tc.verdict, settings...)
			_, same, err := passedBefore(t.Context(), s, image, tc.asked)
			assert.NilError(t, err)
			assert.Equal(t, same, tc.want)
		})
	}
}

// A waiver is no test, even for settings that it happens to share.
func TestPassedBeforeIgnoresWaiver(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	image := untestedImage(t, s, "linux/amd64", "app")
	waiver := record.Result{Result: record.Warned, Configuration: settingsOf(t), Reason: "no time"}
	image, err := record.Add(t.Context(), s, s, image, "app:1", waiver)
	assert.NilError(t, err)
	_, same, err := passedBefore(t.Context(), s, image, settingsOf(t))
	assert.NilError(t, err)
	assert.Check(t, !same)
}

func TestPassedBeforeWithoutRecord(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	for _, image := range []manifest.Image{plainImage(t, s, "linux/amd64", "a"), untestedImage(t, s, "linux/amd64", "a")} {
		_, same, err := passedBefore(t.Context(), s, image, settingsOf(t))
		assert.NilError(t, err)
		assert.Check(t, !same)
	}
}

func TestRecordVerdictKeepsCases(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	image := untestedImage(t, s, "linux/amd64", "app")
	report := localtest.Report{Verdict: localtest.Failed, Cases: []localtest.Case{
		{Name: "one", Verdict: localtest.Passed},
		{Name: "two", Verdict: localtest.Failed},
		{Name: "three", Verdict: localtest.Inconclusive},
	}}
	assert.NilError(t, recordVerdict(t.Context(), s, &image, judgement{"docker.io/library/app:1", report, settingsOf(t)}))
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
	s := openStore(t, newFakeCLI(t))
	once := passedImage(t, s, "linux/amd64", "app")
	again := judged(t, s, once, localtest.Passed)
	assert.DeepEqual(t, again, once)
}

func TestRecordVerdictInconclusiveDropsOlder(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	for _, verdict := range []localtest.Verdict{localtest.Inconclusive, localtest.NotRun} {
		image := judged(t, s, passedImage(t, s, "linux/amd64", "app"), verdict)
		_, ok, err := record.Of(t.Context(), s, image)
		assert.NilError(t, err)
		assert.Check(t, !ok, "a record is left after %s", verdict)
		kinds, err := attestedKinds(t.Context(), s, image)
		assert.NilError(t, err)
		assert.DeepEqual(t, kinds, []string{provenanceType})
	}
	bare := judged(t, s, judged(t, s, plainImage(t, s, "linux/amd64", "app"), localtest.Passed), localtest.Inconclusive)
	assert.Check(t, bare.Attestation == nil, "an attestation manifest is left with nothing in it")
}
