package plugin

import (
	"strings"
	"testing"

	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// hidden are entries of the image for linux/arm64 that an engine pulls, as it looks at media types and platforms alone,
// and that say of themselves that they are no image.
func (r *fakeRegistry) hidden(t *testing.T, beside ocispec.Descriptor) map[string]ocispec.Descriptor {
	t.Helper()
	arm64 := plugintest.Linux("arm64", "")
	plain := r.Mislabelled(t, "hidden", arm64, plugintest.Linux("amd64", ""))
	body, _, _ := r.Read(t, "team/app", "hidden")
	claims := map[string]string{
		"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": beside.Digest.String(),
	}
	const kind = "application/vnd.amazon.soci.index.v2+json"
	typed := strings.Replace(string(body), `{"schemaVersion":2,`, `{"schemaVersion":2,"artifactType":"`+kind+`",`, 1)
	r.Write(t, "team/app", "typed", ocispec.MediaTypeImageManifest, []byte(typed))
	self := ocispec.Descriptor{
		MediaType: plain.MediaType,
		Digest:    r.DigestAt(t, "team/app", "typed"),
		Size:      int64(len(typed)),
	}
	inner := r.IndexOf(t, "team/app", "inner", plain, arm64)
	all := map[string]ocispec.Descriptor{
		"artifact type": entry(plain, arm64), "artifact type, no platform": plain, "attestation": entry(plain, arm64),
		"attestation, no platform": plain, "its own artifact type": entry(self, arm64),
		"its own artifact type, no platform": self, "index": inner,
	}
	for name, e := range all {
		if strings.HasPrefix(name, "attestation") {
			e.Annotations = claims
		} else {
			e.ArtifactType = kind
		}
		all[name] = e
	}
	return all
}

// An image that engines pull is one, whatever its entry in the index says: it is verified, and no gate lets it by.
func TestImagesThatSayTheyAreNone(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	amd64, name := plugintest.Linux("amd64", ""), registry.Host+"/team/app"
	image := entry(registry.Image(t, "team/app", "plain", "app", amd64), amd64)
	for kind, hidden := range registry.hidden(t, image) {
		t.Run(kind, func(t *testing.T) {
			registry.Write(t, "team/app", "all", ocispec.MediaTypeImageIndex, plugintest.Marshalled(t, ocispec.Index{
				Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex,
				Manifests: []ocispec.Descriptor{image, hidden},
			}))
			for _, args := range [][]string{{"inspect", "--remote"}, {"verify"}} {
				out, err := fake.command(t, append(args, name+":all")...)
				assert.NilError(t, err, out)
				assert.Check(t, strings.Contains(out, "linux/arm64 "), "%v: %s", args, out)
				assert.Check(t, !strings.Contains(out, "no image: "), "%v: %s", args, out)
			}
			_, err := fake.command(t, "verify", "--deep", name+":all")
			assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
			assert.ErrorContains(t, err, "linux/arm64")
			for _, args := range [][]string{
				{"merge", "--allow-untested=linux/amd64", "-t", name + ":1", name + ":all"},
				{"promote", "--allow-untested=linux/amd64", name + ":all", "2"},
			} {
				_, err := fake.command(t, args...)
				assert.Equal(t, ExitCode(err), failure.ExitTests, "%v: %v", args, err)
				assert.ErrorContains(t, err, "linux/arm64")
			}
			assert.Equal(t, registry.DigestAt(t, "team/app", "1").String()+registry.DigestAt(t, "team/app", "2").String(), "")
		})
	}
}

// What says that it is no image, and is none, costs one look.
func TestClaimsCostOneLook(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	entries := registry.foreignIndexes(t)["soci"]
	registry.indexWith(t, "all", entries...)
	for _, args := range [][]string{
		{"verify", name + ":all"},
		{"inspect", "--remote", name + ":all"},
		{"merge", "--allow-untested", "-t", name + ":1", name + ":all"},
	} {
		log := registry.Count()
		_, err := fake.command(t, args...)
		assert.NilError(t, err)
		looks := append(log.Matching("GET /v2/team/app/manifests/"+entries[1].Digest.String()),
			log.Matching("HEAD /v2/team/app/manifests/"+entries[1].Digest.String())...)
		assert.Equal(t, len(looks), 1, "%v: %v", args, looks)
	}
}
