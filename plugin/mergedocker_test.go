package plugin

import (
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

const (
	dockerListType     = "application/vnd.docker.distribution.manifest.list.v2+json"
	dockerManifestType = "application/vnd.docker.distribution.manifest.v2+json"
)

// dockerImage puts an image of Docker's media types under a tag.
func (r *fakeRegistry) dockerImage(t *testing.T, repository, tag string, p ocispec.Platform) {
	t.Helper()
	config := r.Blob(t, repository, "application/vnd.docker.container.image.v1+json",
		plugintest.Marshalled(t, ocispec.Image{Platform: p}))
	layer := r.Blob(t, repository, "application/vnd.docker.image.rootfs.diff.tar", plugintest.LayerOf(t, p, tag))
	r.Write(t, repository, tag, dockerManifestType, plugintest.Marshalled(t, map[string]any{
		"schemaVersion": 2, "mediaType": dockerManifestType, "config": config, "layers": []ocispec.Descriptor{layer},
	}))
}

// Tested images become a Docker list once their attestations may be left out; the gate reads them before.
func TestMergeDropsAttestations(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	plugintest.SavePassed(t, s, name+":tested", "app")
	_, err := fake.publish(t, name+":tested")
	assert.NilError(t, err)
	registry.Image(t, "team/app", "untested", "app", plugintest.Linux("s390x", ""))
	merge := []string{"merge", "--media-type", "docker", "-t", name + ":1", name + ":tested"}

	_, err = fake.command(t, merge...)
	assert.Equal(t, ExitCode(err), failure.ExitInput)
	assert.ErrorContains(t, err, "cannot carry the attestations of linux/amd64, linux/arm64")
	assert.Equal(t, registry.DigestAt(t, "team/app", "1").String(), "")
	_, err = fake.command(t, printed(t, explained(err), "next")...)
	assert.NilError(t, err)
	assert.Check(t, strings.Contains(fake.Stderr.String(),
		"warning: the attestations of linux/amd64, linux/arm64 are left out; no record will show that they were tested"))
	index := registry.Index(t, "1")
	assert.Equal(t, index.MediaType, dockerListType)
	assert.Equal(t, len(index.Manifests), 2)
	registry.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")

	merge = append(merge, "--drop-attestations", name+":untested")
	_, err = fake.command(t, merge...)
	assert.Equal(t, ExitCode(err), failure.ExitTests)
	assert.ErrorContains(t, err, "linux/s390x of "+name+":untested is untested")
	_, err = fake.command(t, append(merge, "--allow-untested=s390x", "--reason", "no board", "--metadata-file",
		fake.Folder+"/m.json")...)
	assert.NilError(t, err)
	assert.Equal(t, len(registry.Index(t, "1").Manifests), 3)
}

// OCI images in a Docker list are told; Docker's own are what belongs there.
func TestMergeDockerListOfImages(t *testing.T) {
	for kind, warned := range map[string]bool{"docker": false, "oci": true} {
		t.Run(kind, func(t *testing.T) {
			fake, registry := newFakeCLI(t), newFakeRegistry(t)
			name := registry.Host + "/team/app"
			registry.dockerImage(t, "team/app", "docker", plugintest.Linux("amd64", ""))
			registry.Image(t, "team/app", "oci", "app", plugintest.Linux("amd64", ""))
			_, err := fake.command(t, "merge", "--allow-untested", "--media-type", "docker", "-t", name+":1", name+":"+kind)
			assert.NilError(t, err)
			told := strings.Contains(fake.Stderr.String(), "linux/amd64 in the Docker manifest list will be OCI images")
			assert.Equal(t, told, warned, fake.Stderr.String())
			assert.Equal(t, registry.Index(t, "1").MediaType, dockerListType)
			_, err = fake.command(t, "verify", "--deep", name+":1")
			assert.NilError(t, err)
		})
	}
}
