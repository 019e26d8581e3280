package plugin

import (
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// An index that says another platform than the config is not copied as it is; what only says more is no contradiction,
// and a correction by hand is taken.
func TestMergeOfAContradiction(t *testing.T) {
	for name, tc := range map[string]struct {
		entry, config ocispec.Platform
		flags         []string
		want          string
	}{
		"another architecture": {plugintest.Linux("arm64", ""), plugintest.Linux("amd64", ""), nil, "its config says linux/amd64"},
		"another variant":      {plugintest.Linux("arm", "v7"), plugintest.Linux("arm", "v6"), nil, "its config says linux/arm/v6"},
		"another release": {
			plugintest.Windows("10.0.17763.1"), plugintest.Windows("10.0.20348.1"), nil, "its config says windows(10.0.20348.1+win32k)/amd64",
		},
		"no variant in the config": {plugintest.Linux("arm", "v6"), plugintest.Linux("arm", ""), nil, ""},
		"variant of arm64":         {plugintest.Linux("arm64", ""), plugintest.Linux("arm64", "v8"), nil, ""},
		"set by hand": {
			plugintest.Linux("arm64", ""), plugintest.Linux("amd64", ""), []string{"--set-platform", "linux/arm64=arch=amd64"}, "",
		},
		"set by hand, otherwise": {
			plugintest.Linux("arm", "v7"), plugintest.Linux("arm", "v6"), []string{"--set-platform", "linux/arm/v7=variant=v5"}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
			image := far.Image(t, "team/app", "a", "app", tc.config)
			far.indexWith(t, "all", entry(image, tc.entry))
			args := append([]string{"merge", "--allow-untested", "-t", near.Host + "/team/app:1"}, tc.flags...)
			_, err := fake.command(t, append(args, far.Host+"/team/app:all")...)
			if tc.want == "" {
				assert.NilError(t, err)
				return
			}
			assert.Equal(t, ExitCode(err), failure.ExitInput)
			assert.ErrorContains(t, err, tc.want)
			assert.Equal(t, near.DigestAt(t, "team/app", "1").String(), "")
		})
	}
}

// To look into what is copied costs no request: manifest and config are read for the copy.
func TestMergeCheckCostsNothing(t *testing.T) {
	fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
	image := far.Image(t, "team/app", "a", "app", plugintest.Linux("amd64", ""))
	far.indexWith(t, "all", entry(image, plugintest.Linux("amd64", "")))
	log := far.Count()
	_, err := fake.command(t, "merge", "--allow-untested", "-t", near.Host+"/team/app:1", far.Host+"/team/app:all")
	assert.NilError(t, err)
	assert.Equal(t, len(log.Matching("GET /v2/team/app/manifests/")), 2, log.Lines)
	assert.Equal(t, len(log.Matching("GET /v2/team/app/blobs/")), 2, log.Lines)
}

// What an index says of itself stays when it is amended, but for what is said anew.
func TestAmendKeepsAnnotations(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	registry.Image(t, "team/app", "a", "app", plugintest.Linux("amd64", ""))
	registry.Image(t, "team/app", "b", "app", plugintest.Linux("s390x", ""))
	_, err := fake.command(t, "merge", "--allow-untested", "--annotation", "index:kept=1", "--annotation", "index:new=1",
		"-t", name+":1", name+":a")
	assert.NilError(t, err)
	_, err = fake.command(t, "merge", "--allow-untested", "--amend", "--annotation", "index:new=2",
		"-t", name+":1", name+":b")
	assert.NilError(t, err)
	assert.DeepEqual(t, registry.Index(t, "1").Annotations, map[string]string{"kept": "1", "new": "2"})

	plugintest.SaveDraft(t, s, name+":1", "arm64", plugintest.PassedImage(t, s, "arm64", "app"))
	_, err = fake.publish(t, "--amend", name+":1")
	assert.NilError(t, err)
	assert.DeepEqual(t, registry.Index(t, "1").Annotations, map[string]string{"kept": "1", "new": "2"})
	_, err = fake.command(t, "merge", "--allow-untested", "--drop-attestations", "--amend", "--media-type", "docker",
		"-t", name+":1", name+":b")
	assert.NilError(t, err)
	assert.Equal(t, len(registry.Index(t, "1").Annotations), 0)
}

// os-features= leaves none.
func TestSetPlatformWithoutFeatures(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	registry.Image(t, "team/app", "a", "app", plugintest.Windows("10.0.20348.1"))
	for value, want := range map[string][]string{"": nil, "a+b": {"a", "b"}, "a,os-features=b": {"a", "b"}} {
		_, err := fake.command(t, "merge", "--allow-untested", "--allow-shrink", "-t", name+":1",
			"--set-platform", name+":a=os-features="+value, name+":a")
		assert.NilError(t, err)
		assert.DeepEqual(t, registry.Index(t, "1").Manifests[0].Platform.OSFeatures, want)
	}
}
