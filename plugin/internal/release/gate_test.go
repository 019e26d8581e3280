package release

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// The images of a draft come as it holds them; what is shut out is there all the same, and what is missing is not.
func TestPassDraft(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	d := plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64", plugintest.PassedImage(t, s, "linux/amd64", "app"),
		plugintest.Judged(t, s, plugintest.UntestedImage(t, s, "linux/arm64", "app"), localtest.NothingToRun))
	images, err := PassDraft(t.Context(), gate.Policy{}, s, d, nil)
	assert.NilError(t, err)
	assert.DeepEqual(t, images, d.Images)

	plugintest.SaveNote(t, s, "app:1", "linux/arm64", draft.UnfinishedNote())
	d, err = s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	images, err = PassDraft(t.Context(), gate.Policy{}, s, d, plugintest.ParsePlatforms(t, "amd64", "arm64", "riscv64"))
	assert.DeepEqual(t, images, d.Images)
	assert.Check(t, errors.Is(err, gate.ErrShut))
	assert.Equal(t, failure.ExitCode(err), failure.ExitTests)
	assert.Error(t, err, "linux/arm64 is untested: its build did not end\n"+
		"linux/riscv64 is missing from app:1: it was never built")
}

// A waiver is recorded in the image, with its reason.
func TestPassDraftRecordsWaivers(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	for _, policy := range []gate.Policy{{WaiveAll: true}, {Waived: plugintest.ParsePlatforms(t, "arm64")}} {
		policy.Reason = "no hardware"
		d := plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
			plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.UntestedImage(t, s, "linux/arm64", "app"))
		images, err := PassDraft(t.Context(), policy, s, d, nil)
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
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	d := plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
		plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.UntestedImage(t, s, "linux/arm64", "app"))
	images, err := PassDraft(t.Context(), gate.Policy{}, s, d, plugintest.ParsePlatforms(t, "amd64"))
	assert.NilError(t, err)
	assert.DeepEqual(t, images, d.Images[:1])

	_, err = PassDraft(t.Context(), gate.Policy{}, s, d, plugintest.ParsePlatforms(t, "amd64", "riscv64"))
	assert.Error(t, err, "linux/riscv64 is missing from app:1: it was never built")
	assert.Equal(t, failure.ExitCode(err), failure.ExitTests)
}

// An image with os.version answers for its platform without one, and ships as it is.
func TestGateTakesOSVersionOfTheImage(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	windows := plugintest.UntestedImage(t, s, "windows(10.0.20348.1)/amd64", "app")
	d := plugintest.SaveDraft(t, s, "app:1", "windows/amd64", windows)
	policy := gate.Policy{Waived: plugintest.ParsePlatforms(t, "windows/amd64"), Reason: "no Windows here"}
	images, err := PassDraft(t.Context(), policy, s, d, nil)
	assert.NilError(t, err)
	assert.Equal(t, len(images), 1)
	assert.Equal(t, images[0].Platform.OSVersion, "10.0.20348.1")
}

// A record that is of another image is no record.
func TestGateRefusesForeignRecord(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	image, other := plugintest.PlainImage(t, s, "linux/amd64", "app"), plugintest.PlainImage(t, s, "linux/amd64", "other")
	statement, err := record.Encode("app:1", other.Manifest.Digest, record.Result{Result: record.Passed})
	assert.NilError(t, err)
	d := plugintest.SaveDraft(
		t,
		s,
		"app:1",
		"linux/amd64",
		plugintest.Attest(t, s, image, record.PredicateType, string(statement)),
	)
	_, err = PassDraft(t.Context(), gate.Policy{}, s, d, nil)
	assert.Equal(t, failure.ExitCode(err), failure.ExitIntegrity, "%v", err)
}
