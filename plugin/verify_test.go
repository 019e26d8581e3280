package plugin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// publishedImage is an image of one platform in team/app, to be damaged.
type publishedImage struct {
	*fakeRegistry
	t                  *testing.T
	image, attestation ocispec.Descriptor
	m, attested        ocispec.Manifest
}

// publishImage publishes an image under tag 1 and reads it back.
func (f *fakeCLI) publishImage(t *testing.T, s *store.Store, image manifest.Image, flags ...string) *publishedImage {
	t.Helper()
	r := newFakeRegistry(t)
	name := r.Host + "/team/app:1"
	plugintest.SaveDraft(t, s, name, "linux/amd64", image)
	_, err := f.publish(t, append(flags, name)...)
	assert.NilError(t, err)
	p := &publishedImage{fakeRegistry: r, t: t, image: image.Manifest}
	r.parse(t, image.Manifest.Digest, &p.m)
	for _, entry := range r.Index(t, "1").Manifests {
		if entry.Platform.OS == "unknown" {
			p.attestation = entry
			r.parse(t, entry.Digest, &p.attested)
		}
	}
	return p
}

func (r *fakeRegistry) parse(t *testing.T, dgst digest.Digest, document any) {
	t.Helper()
	body, _, ok := r.Read(t, "team/app", dgst.String())
	assert.Assert(t, ok)
	assert.NilError(t, json.Unmarshal(body, document))
}

// loses has the registry deny that it has something.
func (p *publishedImage) loses(kind string, dgst digest.Digest) {
	p.t.Helper()
	p.Forget(p.t, "/v2/team/app/"+kind+"/"+dgst.String())
}

// damages has the registry answer with other bytes of the same number.
func (p *publishedImage) damages(kind string, dgst digest.Digest) {
	p.Intercept(func(w http.ResponseWriter, request *http.Request) bool {
		if request.Method != http.MethodGet || request.URL.Path != "/v2/team/app/"+kind+"/"+dgst.String() {
			return false
		}
		answer := httptest.NewRecorder()
		p.Handler.ServeHTTP(answer, request)
		w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		_, _ = fmt.Fprint(w, strings.Replace(answer.Body.String(), "a", "b", 1))
		return true
	})
}

// reindex writes another index of the image under the tag.
func (p *publishedImage) reindex(change func(entries []ocispec.Descriptor)) {
	p.t.Helper()
	index := p.Index(p.t, "1")
	change(index.Manifests)
	p.Write(p.t, "team/app", "1", index.MediaType, plugintest.Marshalled(p.t, index))
}

// attest puts one statement in the place of the attestations.
func (p *publishedImage) attest(kind, statement string) {
	p.t.Helper()
	m := p.attested
	layer := p.Blob(p.t, "team/app", manifest.StatementMediaType, []byte(statement))
	layer.Annotations = map[string]string{manifest.PredicateTypeAnnotation: kind}
	m.Layers = []ocispec.Descriptor{layer}
	p.reattest(m)
}

func (p *publishedImage) reattest(m ocispec.Manifest) {
	p.t.Helper()
	body := plugintest.Marshalled(p.t, m)
	dgst := digest.FromBytes(body)
	p.Write(p.t, "team/app", dgst.String(), m.MediaType, body)
	p.reindex(func(entries []ocispec.Descriptor) {
		entries[1].Digest, entries[1].Size = dgst, int64(len(body))
	})
}

// Everything that can be wrong with what is published is a fault of its platform, and exit 9.
func TestVerifyFindsEveryFault(t *testing.T) {
	other := digest.FromString("another image")
	for name, tc := range map[string]struct {
		damage func(p *publishedImage)
		flags  []string
		want   string
	}{
		"manifest missing": {func(p *publishedImage) { p.loses("manifests", p.image.Digest) }, nil, "manifest IMAGE is missing"},
		"manifest damaged": {func(p *publishedImage) { p.damages("manifests", p.image.Digest) }, nil, "the content has digest"},
		"wrong size": {func(p *publishedImage) {
			p.reindex(func(entries []ocispec.Descriptor) { entries[0].Size++ })
		}, nil, "bytes, the index says"},
		"config missing": {func(p *publishedImage) { p.loses("blobs", p.m.Config.Digest) }, nil, "config CONFIG is missing"},
		"config damaged": {func(p *publishedImage) { p.damages("blobs", p.m.Config.Digest) }, nil, "config CONFIG: "},
		"layer missing":  {func(p *publishedImage) { p.loses("blobs", p.m.Layers[0].Digest) }, nil, "layer LAYER is missing"},
		"layer damaged":  {func(p *publishedImage) { p.damages("blobs", p.m.Layers[0].Digest) }, []string{"--deep"}, "layer LAYER: "},
		"attestation missing": {func(p *publishedImage) {
			p.loses("manifests", p.attestation.Digest)
		}, nil, "attestation ATTESTATION is missing"},
		"attestation's config missing": {func(p *publishedImage) {
			p.loses("blobs", p.attested.Config.Digest)
		}, nil, "the config EMPTY of attestation ATTESTATION is missing"},
		"statement missing": {func(p *publishedImage) {
			p.loses("blobs", p.attested.Layers[0].Digest)
		}, nil, "statement STATEMENT is missing"},
		"foreign subject": {func(p *publishedImage) {
			m := p.attested
			m.Subject = &ocispec.Descriptor{MediaType: p.image.MediaType, Digest: other, Size: 1}
			p.reattest(m)
		}, nil, "is of " + other.String()},
		"foreign statement": {func(p *publishedImage) {
			p.attest(plugintest.ProvenanceType, `{"subject":[{"digest":{"sha256":"`+other.Encoded()+`"}}]}`)
		}, nil, "is of another image"},
		"statement of nothing": {func(p *publishedImage) {
			p.attest(plugintest.ProvenanceType, `{"predicate":{}}`)
		}, nil, "does not say of what it is"},
		"record of another": {func(p *publishedImage) {
			body, err := record.Encode("app", other, record.Result{Result: record.Passed})
			assert.NilError(p.t, err)
			p.attest(record.PredicateType, string(body))
		}, nil, "its subject is another"},
		"failed record": {func(p *publishedImage) {
			body, err := record.Encode("app", p.image.Digest, record.Result{Result: record.Failed})
			assert.NilError(p.t, err)
			p.attest(record.PredicateType, string(body))
		}, nil, "its test record says that it failed"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFakeCLI(t)
			s := plugintest.OpenStore(t, fake)
			p := fake.publishImage(t, s, plugintest.PassedImage(t, s, "linux/amd64", "app"))
			verify := append([]string{"verify", "--require-tested", p.Host + "/team/app:1"}, tc.flags...)
			_, err := fake.command(t, verify...)
			assert.NilError(t, err)

			tc.damage(p)
			_, err = fake.command(t, verify...)
			assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
			want := strings.NewReplacer("IMAGE", p.image.Digest.String(), "CONFIG", p.m.Config.Digest.String(),
				"LAYER", p.m.Layers[0].Digest.String(), "ATTESTATION", p.attestation.Digest.String(),
				"STATEMENT", p.attested.Layers[0].Digest.String(), "EMPTY", p.attested.Config.Digest.String()).Replace(tc.want)
			assert.ErrorContains(t, err, "linux/amd64: ")
			assert.ErrorContains(t, err, want)
		})
	}
}

// What was never tested, or let through all the same, is a fault where tests are required, and only there.
func TestVerifyRequiresTests(t *testing.T) {
	for name, tc := range map[string]struct {
		flags []string
		want  string
	}{
		"no record": {[]string{"--allow-untested"}, "it was let through: --allow-untested"},
		"waived":    {[]string{"--allow-untested", "--reason", "no board"}, "it was let through: no board"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFakeCLI(t)
			s := plugintest.OpenStore(t, fake)
			p := fake.publishImage(t, s, plugintest.UntestedImage(t, s, "linux/amd64", "app"), tc.flags...)
			_, err := fake.command(t, "verify", p.Host+"/team/app:1")
			assert.NilError(t, err)
			_, err = fake.command(t, "verify", "--require-tested", p.Host+"/team/app:1")
			assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
			assert.ErrorContains(t, err, "linux/amd64: "+tc.want)
		})
	}
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	registry.Image(t, "team/app", "1", "pushed by hand", plugintest.Linux("amd64", ""))
	_, err := fake.command(t, "verify", "--require-tested", registry.Host+"/team/app:1")
	assert.ErrorContains(t, err, "linux/amd64: it has no test record")
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity)
}

// An image without a command has nothing to run: that its test says so is a passed one.
func TestVerifyOfNothingToRun(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	image := plugintest.Judged(t, s, plugintest.UntestedImage(t, s, "linux/amd64", "data"), localtest.NothingToRun)
	p := fake.publishImage(t, s, image)
	_, err := fake.command(t, "verify", "--require-tested", p.Host+"/team/app:1")
	assert.NilError(t, err)
}
