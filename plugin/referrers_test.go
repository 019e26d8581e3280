package plugin

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// assertTold checks that a text is in what was told.
func (f *fakeCLI) assertTold(t *testing.T, text string) {
	t.Helper()
	assert.Check(t, strings.Contains(f.Stderr.String(), text), "no %q in:\n%s", text, &f.Stderr)
}

// signed puts a signature of cosign for a manifest of team/app under the tag it has, and returns that tag.
func (r *fakeRegistry) signed(t *testing.T, subject digest.Digest) string {
	t.Helper()
	tag := "sha256-" + subject.Encoded() + ".sig"
	r.artifact(t, tag, "", ocispec.MediaTypeImageConfig)
	return tag
}

// referring puts a manifest that refers to another one there, and lists it as a registry without the API for that does,
// or with it.
func (r *fakeRegistry) referring(t *testing.T, subject ocispec.Descriptor, api bool) ocispec.Descriptor {
	t.Helper()
	desc := r.Manifest(t, "team/app", "referrer", ocispec.Manifest{
		ArtifactType: "application/spdx+json", Subject: &subject,
		Config: r.Blob(t, "team/app", ocispec.MediaTypeEmptyJSON, []byte("{}")),
		Layers: []ocispec.Descriptor{r.Blob(t, "team/app", "application/spdx+json", []byte("sbom"))},
	})
	desc.ArtifactType = "application/spdx+json"
	list := plugintest.Marshalled(t, ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex,
		Manifests: []ocispec.Descriptor{desc},
	})
	if !api {
		r.Write(t, "team/app", "sha256-"+subject.Digest.Encoded(), ocispec.MediaTypeImageIndex, list)
		return desc
	}
	r.Intercept(func(w http.ResponseWriter, request *http.Request) bool {
		if request.URL.Path != "/v2/team/app/referrers/"+subject.Digest.String() {
			return false
		}
		w.Header().Set("Content-Type", ocispec.MediaTypeImageIndex)
		_, _ = fmt.Fprint(w, string(list))
		return true
	})
	return desc
}

// Signatures and what else refers to an image stay behind in another repository, and that is said; or they come along.
func TestPromoteTakesReferrers(t *testing.T) {
	for _, api := range []bool{false, true} {
		t.Run(fmt.Sprintf("by API: %t", api), func(t *testing.T) {
			fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
			s, name := plugintest.OpenStore(t, fake), near.Host+"/team/app"
			plugintest.SavePassed(t, s, name+":1", "app")
			_, err := fake.publish(t, name+":1")
			assert.NilError(t, err)
			body, mediaType, _ := near.Read(t, "team/app", "1")
			root := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
			whole := near.signed(t, root.Digest)
			part := near.signed(t, near.Index(t, "1").Manifests[0].Digest)
			sbom := near.referring(t, root, api)
			log := far.Count()

			_, err = fake.command(t, "promote", name+":1", far.Host+"/team/app:1")
			assert.NilError(t, err)
			fake.assertTold(t, "3 signatures and others that refer to "+name+":1 are left behind; --referrers takes them along")
			assert.Equal(t, far.DigestAt(t, "team/app", whole), digest.Digest(""))

			_, err = fake.command(t, "promote", "--referrers", name+":1", far.Host+"/team/app:2")
			assert.NilError(t, err, fake.Stderr.String())
			fake.assertTold(t, "took along 3 signatures and others that refer to "+name+":1")
			for _, tag := range []string{whole, part} {
				assert.Equal(t, far.DigestAt(t, "team/app", tag), near.DigestAt(t, "team/app", tag))
			}
			_, _, ok := far.Read(t, "team/app", sbom.Digest.String())
			assert.Check(t, ok)
			listed, _, ok := far.Read(t, "team/app", "sha256-"+root.Digest.Encoded())
			assert.Check(t, ok && strings.Contains(string(listed), sbom.Digest.String()), string(listed))
			assert.Equal(t, log.Lines[len(log.Lines)-2], "PUT /v2/team/app/manifests/2") // then it is read back

			before := far.tags(t)
			_, err = fake.command(t, "promote", "--referrers", name+":1", far.Host+"/team/app:2")
			assert.NilError(t, err)
			assert.DeepEqual(t, far.tags(t), before)

			_, err = fake.command(t, "promote", name+":1", "3") // here they are already
			assert.NilError(t, err)
			assert.Check(t, !strings.Contains(fake.Stderr.String(), "left behind"), fake.Stderr.String())
		})
	}
}

// What another repository has of its own for an image is not written over.
func TestReferrersOverwriteNothing(t *testing.T) {
	fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
	name := near.Host + "/team/app"
	image := near.Image(t, "team/app", "1", "app", plugintest.Linux("amd64", ""))
	tag := near.signed(t, image.Digest)
	own := far.artifact(t, tag, "application/x.own", ocispec.MediaTypeEmptyJSON)
	_, err := fake.command(t, "promote", "--allow-untested", "--referrers", name+":1", far.Host+"/team/app:1")
	assert.NilError(t, err)
	assert.Equal(t, far.DigestAt(t, "team/app", tag), own.Digest)
	fake.assertTold(t, "warning: "+far.Host+"/team/app:"+tag+" is there and is another one; it was left as it is")

	near.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		broken := strings.HasSuffix(r.URL.Path, ".sig")
		if broken {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return broken
	})
	args := []string{"promote", "--allow-untested", "--retry-timeout", "0s", name + ":1", far.Host + "/team/app:2"}
	_, err = fake.command(t, args...)
	assert.NilError(t, err)
	fake.assertTold(t, "warning: whether signatures are left behind is not known: ")
	_, err = fake.command(t, append(args, "--referrers")...)
	assert.Equal(t, ExitCode(err), failure.ExitUnavailable)
}
