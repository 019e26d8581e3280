package plugin

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// The images of a draft come as it holds them; what is shut out is there all the same, and what is missing is not.
func TestPassDraft(t *testing.T) {
	s := openStore(t, newTestCLI(t))
	d := saveDraft(t, s, "app:1", "linux/amd64,linux/arm64", passedImage(t, s, "linux/amd64", "app"),
		judged(t, s, untestedImage(t, s, "linux/arm64", "app"), localtest.NothingToRun))
	images, err := passDraft(t.Context(), gate.Policy{}, s, d, nil)
	assert.NilError(t, err)
	assert.DeepEqual(t, images, d.Images)

	saveNote(t, s, "app:1", "linux/arm64", draft.UnfinishedNote())
	d, err = s.Draft(t.Context(), named(t, "app:1"))
	assert.NilError(t, err)
	images, err = passDraft(t.Context(), gate.Policy{}, s, d, parsePlatforms(t, "amd64", "arm64", "riscv64"))
	assert.DeepEqual(t, images, d.Images)
	assert.Check(t, errors.Is(err, gate.ErrShut))
	assert.Equal(t, codeOf(err), exitTests)
	assert.Error(t, err, "linux/arm64 is untested: its build did not end\n"+
		"linux/riscv64 is missing from app:1: it was never built")
}

// A waiver is recorded in the image, with its reason.
func TestPassDraftRecordsWaivers(t *testing.T) {
	s := openStore(t, newTestCLI(t))
	for _, policy := range []gate.Policy{{WaiveAll: true}, {Waived: parsePlatforms(t, "arm64")}} {
		policy.Reason = "no hardware"
		d := saveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
			passedImage(t, s, "linux/amd64", "app"), untestedImage(t, s, "linux/arm64", "app"))
		images, err := passDraft(t.Context(), policy, s, d, nil)
		assert.NilError(t, err)
		assert.DeepEqual(t, images[0], d.Images[0])
		rec, ok, err := record.Of(t.Context(), s, images[1])
		assert.NilError(t, err)
		assert.Assert(t, ok)
		assert.DeepEqual(t, rec, record.Result{Result: record.Warned, Reason: "no hardware"})
	}
}

// What is not asked for is not looked at.
func TestPassDraftSelects(t *testing.T) {
	s := openStore(t, newTestCLI(t))
	d := saveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
		passedImage(t, s, "linux/amd64", "app"), untestedImage(t, s, "linux/arm64", "app"))
	images, err := passDraft(t.Context(), gate.Policy{}, s, d, parsePlatforms(t, "amd64"))
	assert.NilError(t, err)
	assert.DeepEqual(t, images, d.Images[:1])

	_, err = passDraft(t.Context(), gate.Policy{}, s, d, parsePlatforms(t, "amd64", "riscv64"))
	assert.Error(t, err, "linux/riscv64 is missing from app:1: it was never built")
	assert.Equal(t, codeOf(err), exitTests)
}

// An image with os.version answers for its platform without one, and ships as it is.
func TestGateTakesOSVersionOfTheImage(t *testing.T) {
	s := openStore(t, newTestCLI(t))
	windows := untestedImage(t, s, "windows(10.0.20348.1)/amd64", "app")
	d := saveDraft(t, s, "app:1", "windows/amd64", windows)
	policy := gate.Policy{Waived: parsePlatforms(t, "windows/amd64"), Reason: "no Windows here"}
	images, err := passDraft(t.Context(), policy, s, d, nil)
	assert.NilError(t, err)
	assert.Equal(t, len(images), 1)
	assert.Equal(t, images[0].Platform.OSVersion, "10.0.20348.1")
}

// A record that is of another image is no record.
func TestGateRefusesForeignRecord(t *testing.T) {
	s := openStore(t, newTestCLI(t))
	image, other := plainImage(t, s, "linux/amd64", "app"), plainImage(t, s, "linux/amd64", "other")
	statement, err := record.Encode("app:1", other.Manifest.Digest, record.Result{Result: record.Passed})
	assert.NilError(t, err)
	d := saveDraft(t, s, "app:1", "linux/amd64", attest(t, s, image, record.PredicateType, string(statement)))
	_, err = passDraft(t.Context(), gate.Policy{}, s, d, nil)
	assert.Equal(t, codeOf(err), exitIntegrity, "%v", err)
}
