package plugin

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// gateCase is the state of linux/arm64 beside a linux/amd64 that passed.
type gateCase struct {
	name string
	// record is the verdict on the image in the draft; empty: untested; absent: there is no image.
	record localtest.Verdict
	note   store.Note
	// refused is what the gate says; empty: it is open.
	refused string
	// waived tells whether --allow-untested, and --allow-untested=linux/arm64, open it.
	waivedBare, waivedByName bool
}

const absent localtest.Verdict = "absent"

func gateCases() []gateCase {
	return []gateCase{
		{name: "passed", record: localtest.Passed},
		{name: "nothing to run", record: localtest.NothingToRun},
		{name: "untested", refused: "linux/arm64 is untested", waivedBare: true, waivedByName: true},
		{
			name: "failed", record: localtest.Failed, note: store.Note{Verdict: "failed", Failure: "smoke test: exit code 3"},
			refused: "linux/arm64 failed: smoke test: exit code 3", waivedByName: true,
		},
		{name: "failed before", record: localtest.Failed, refused: "linux/arm64 failed", waivedByName: true},
		{
			name: "inconclusive", record: localtest.Inconclusive,
			note:    store.Note{Verdict: "inconclusive", Failure: "smoke test: out of memory"},
			refused: "linux/arm64 is inconclusive: smoke test: out of memory", waivedBare: true, waivedByName: true,
		},
		{
			name: "not run", note: store.Note{Verdict: "not run", Failure: "no emulator"},
			refused: "linux/arm64 was not run: no emulator", waivedBare: true, waivedByName: true,
		},
		{name: "never built", record: absent, refused: "linux/arm64 is missing from app:1: it was never built"},
		{
			name: "not built", record: absent, note: store.Note{Verdict: string(notBuilt), Failure: "RUN false: exit code 1"},
			refused: "linux/arm64 is missing from app:1: RUN false: exit code 1",
		},
		{
			name: "interrupted", record: localtest.Passed, note: store.Note{Failure: interruptedNote},
			refused: "linux/arm64 is untested: its build did not end",
		},
		{
			name: "stale: the new build failed", record: localtest.Passed,
			note:    store.Note{Verdict: string(notBuilt), Failure: "RUN false"},
			refused: "linux/arm64 was not built: RUN false",
		},
		{
			name: "stale: the new image is unusable", record: localtest.Passed,
			note:    store.Note{Verdict: string(broken), Failure: "says that it is for linux/amd64"},
			refused: "linux/arm64 is error: says that it is for linux/amd64",
		},
	}
}

// gateDraft makes the draft of a case.
func gateDraft(t *testing.T, s *store.Store, tc gateCase) store.Draft {
	t.Helper()
	images := []manifest.Image{passedImage(t, s, "linux/amd64", "app")}
	switch tc.record {
	case absent:
	case "":
		images = append(images, untestedImage(t, s, "linux/arm64", "app"))
	default:
		images = append(images, judged(t, s, untestedImage(t, s, "linux/arm64", "app"), tc.record))
	}
	saveDraft(t, s, "app:1", "linux/amd64,linux/arm64", images...)
	saveNote(t, s, "app:1", "linux/arm64", tc.note)
	draft, err := s.Draft(t.Context(), named(t, "app:1"))
	assert.NilError(t, err)
	return draft
}

func TestGatePass(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	for _, tc := range gateCases() {
		t.Run(tc.name, func(t *testing.T) {
			draft := gateDraft(t, s, tc)
			images, err := new(gateOptions).pass(t.Context(), s, draft, nil)
			if tc.refused == "" {
				assert.NilError(t, err)
				assert.DeepEqual(t, images, draft.Images)
				return
			}
			assert.Check(t, errors.Is(err, errGate))
			assert.Equal(t, ExitCode(err), exitTests)
			assert.Equal(t, err.Error(), tc.refused)
		})
	}
}

func TestGateWaivers(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	for _, tc := range gateCases() {
		if tc.refused == "" {
			continue
		}
		for _, waiver := range []struct {
			value string
			opens bool
		}{{allPlatforms, tc.waivedBare}, {"arm64", tc.waivedByName}, {"linux/amd64", false}} {
			t.Run(tc.name+", waived "+waiver.value, func(t *testing.T) {
				gate := gateOptions{allowUntested: []string{waiver.value}, reason: "no hardware"}
				assert.NilError(t, gate.validate())
				images, err := gate.pass(t.Context(), s, gateDraft(t, s, tc), nil)
				if !waiver.opens {
					assert.Error(t, err, tc.refused)
					return
				}
				assert.NilError(t, err)
				record, ok, err := recordOf(t.Context(), s, images[1])
				assert.NilError(t, err)
				assert.Assert(t, ok)
				assert.Equal(t, record.Result, manifest.Warned)
				assert.Equal(t, record.Reason, "no hardware")
			})
		}
	}
}

// All that stands in the way is told at once, with what is unchanged and what can be done.
func TestGateRefusalTellsAll(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	draft := saveDraft(t, s, "app:1", "linux/amd64,linux/arm64,linux/s390x",
		untestedImage(t, s, "linux/amd64", "app"), passedImage(t, s, "linux/arm64", "app"))
	_, err := new(gateOptions).pass(t.Context(), s, draft, nil)
	assert.Equal(t, explained(err), `ERROR: linux/amd64 is untested
linux/s390x is missing from app:1: it was never built
  tag app:1 unchanged
  to publish without: --platform LIST ships fewer platforms, --allow-untested=PLATFORM --reason WHY ships untested ones
  next: docker multiplat build --test-local --platform linux/amd64,linux/s390x -t app:1 PATH
`)
}

func TestGateSelects(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	draft := saveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
		passedImage(t, s, "linux/amd64", "app"), untestedImage(t, s, "linux/arm64", "app"))
	images, err := new(gateOptions).pass(t.Context(), s, draft, parsePlatforms(t, "amd64"))
	assert.NilError(t, err, "what is not asked for is not looked at")
	assert.DeepEqual(t, images, draft.Images[:1])

	_, err = new(gateOptions).pass(t.Context(), s, draft, parsePlatforms(t, "amd64", "riscv64"))
	assert.Error(t, err, "linux/riscv64 is missing from app:1: it was never built")
	assert.Equal(t, ExitCode(err), exitTests)
}

// An image with os.version answers for its platform without one, and ships as it is.
func TestGateTakesOSVersionOfTheImage(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	windows := untestedImage(t, s, "windows(10.0.20348.1)/amd64", "app")
	draft := saveDraft(t, s, "app:1", "windows/amd64", windows)
	gate := gateOptions{allowUntested: []string{"windows/amd64"}, reason: "no Windows here"}
	assert.NilError(t, gate.validate())
	images, err := gate.pass(t.Context(), s, draft, nil)
	assert.NilError(t, err)
	assert.Equal(t, len(images), 1)
	assert.Equal(t, images[0].Platform.OSVersion, "10.0.20348.1")
}

// A record that is of another image is no record.
func TestGateRefusesForeignRecord(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	image, other := plainImage(t, s, "linux/amd64", "app"), plainImage(t, s, "linux/amd64", "other")
	statement, err := manifest.Statement("app:1", other.Manifest.Digest, manifest.TestResult{Result: manifest.Passed})
	assert.NilError(t, err)
	draft := saveDraft(t, s, "app:1", "linux/amd64", attest(t, s, image, manifest.TestResultType, string(statement)))
	_, err = new(gateOptions).pass(t.Context(), s, draft, nil)
	assert.Equal(t, ExitCode(err), exitIntegrity, "%v", err)
}
