package plugin

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A variant that the user says is written as said, stays when the tag is amended, and is the same platform all the same.
func TestStatedVariant(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	registry.Image(t, "team/app", "arm", "app", plugintest.Linux("arm64", ""))
	for _, target := range []string{"linux/arm64", "linux/arm64/v8", name + ":arm"} {
		_, err := fake.command(t, "merge", "--allow-untested", "--set-platform", target+"=variant=v8", "-t", name+":1",
			name+":arm")
		assert.NilError(t, err)
		assert.Equal(t, registry.Index(t, "1").Manifests[0].Platform.Variant, "v8", target)
	}
	merged := registry.DigestAt(t, "team/app", "1")
	_, err := fake.command(t, "verify", name+":1")
	assert.NilError(t, err)
	_, err = fake.command(t, "merge", "--allow-untested", "--platform", "linux/arm64", "-t", name+":2", name+":1")
	assert.NilError(t, err)
	assert.Equal(t, registry.Index(t, "2").Manifests[0].Platform.Variant, "v8")

	plugintest.SaveDraft(t, s, name+":1", "amd64", plugintest.PassedImage(t, s, "amd64", "app"))
	_, err = fake.publish(t, "--amend", name+":1")
	assert.NilError(t, err)
	assert.Equal(t, registry.Index(t, "1").Manifests[0].Platform.Variant, "v8")
	registry.AssertServes(t, "team/app", "1", "linux/arm64", "linux/amd64")

	_, err = fake.command(t, "promote", "--allow-untested", "--allow-shrink", name+"@"+merged.String(), "1")
	assert.NilError(t, err)
	plugintest.SaveDraft(t, s, name+":1", "arm64", plugintest.PassedImage(t, s, "arm64", "app"))
	_, err = fake.publish(t, name+":1") // replaces it: no shrink
	assert.NilError(t, err)
}

// --platform of promote says what has to be there.
func TestPromoteExpectsPlatforms(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	plugintest.SavePassed(t, s, name+":rc", "app")
	_, err := fake.publish(t, name+":rc")
	assert.NilError(t, err)
	_, err = fake.command(t, "promote", "--platform", "linux/amd64,s390x,riscv64", name+":rc", "1")
	assert.Equal(t, ExitCode(err), failure.ExitTests, "%v", err)
	assert.ErrorContains(t, err, name+":rc has no linux/s390x, linux/riscv64; it has linux/amd64, linux/arm64")
	assert.Equal(t, string(registry.DigestAt(t, "team/app", "1")), "")
	_, err = fake.command(t, "promote", "--platform", "linux/arm64/v8,linux/amd64", name+":rc", "1")
	assert.NilError(t, err)
	assert.Equal(t, len(registry.Index(t, "1").Manifests), 4)
	_, err = fake.command(t, "promote", "--platform", "vax", name+":rc", "2")
	assert.Equal(t, ExitCode(err), failure.ExitInput)
	assert.Check(t, strings.Contains(err.Error(), "vax"), "%v", err)
}

// A variant said by --platform is written as said by whatever makes an index, and chooses by meaning.
func TestPlatformFlagStatesVariant(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	plugintest.SavePassed(t, s, name+":1", "app")
	_, err := fake.publish(t, "--platform", "linux/arm64/v8", name+":1")
	assert.NilError(t, err)
	assert.Equal(t, registry.Index(t, "1").Manifests[0].Platform.Variant, "v8")
	_, err = fake.publish(t, name+":1") // nothing said of it now: the draft keeps what was
	assert.NilError(t, err)
	registry.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")

	_, err = fake.command(t, "merge", "--platform", "linux/amd64,linux/arm64/v8", "-t", name+":2", name+":1")
	assert.NilError(t, err)
	assert.Equal(t, registry.Index(t, "2").Manifests[0].Platform.Variant, "")
	assert.Equal(t, registry.Index(t, "2").Manifests[1].Platform.Variant, "v8")
}

// Two spellings of one platform are one, with a note; the same word twice stays a slip.
func TestSpellingsOfOnePlatform(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	plugintest.SavePassed(t, s, name+":1", "app")
	const note = "linux/arm64/v8 and arm64 are one platform; it is taken once"
	for _, args := range [][]string{
		{"publish", "--allow-shrink", "--platform", "linux/arm64/v8,arm64", name + ":1"},
		{"merge", "--platform", "linux/arm64/v8", "--platform", "arm64", "-t", name + ":2", name + ":1"},
		{"promote", "--platform", "linux/arm64/v8,arm64", name + ":1", "3"},
	} {
		_, err := fake.command(t, args...)
		assert.NilError(t, err)
		assert.Check(t, strings.Contains(fake.Stderr.String(), note), fake.Stderr.String())
	}
	assert.Equal(t, len(registry.Index(t, "2").Manifests), 2) // the image and its record
	assert.Equal(t, registry.Index(t, "2").Manifests[0].Platform.Variant, "v8")
	_, err := fake.command(t, "promote", "--platform", "arm64,arm64", name+":1", "4")
	assert.Equal(t, ExitCode(err), failure.ExitInput, "%v", err)
}
