package plugin

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// artifact puts a manifest that is no image under a tag of team/app.
func (r *fakeRegistry) artifact(t *testing.T, tag, artifactType, config string) ocispec.Descriptor {
	t.Helper()
	return r.Manifest(t, "team/app", tag, ocispec.Manifest{
		ArtifactType: artifactType,
		Config:       r.Blob(t, "team/app", config, []byte("{}")),
		Layers:       []ocispec.Descriptor{r.Blob(t, "team/app", "application/octet-stream", []byte("data of "+tag))},
	})
}

// foreignIndexes are indexes as other tools make them, of linux/amd64 and what each adds to it.
func (r *fakeRegistry) foreignIndexes(t *testing.T) map[string][]ocispec.Descriptor {
	t.Helper()
	amd64, none := plugintest.Linux("amd64", ""), ocispec.Platform{OS: "unknown", Architecture: "unknown"}
	image := entry(r.Image(t, "team/app", "plain", "app", amd64), amd64)
	zstd := entry(r.Image(t, "team/app", "zstd", "zstd", amd64), amd64)
	zstd.Annotations = map[string]string{"io.github.containers.compression.zstd": "true"}
	soci := entry(r.artifact(t, "soci", "application/vnd.amazon.soci.index.v2+json", ocispec.MediaTypeEmptyJSON), amd64)
	soci.ArtifactType = "application/vnd.amazon.soci.index.v2+json"
	bundle := r.artifact(t, "bundle", "application/vnd.dev.sigstore.bundle.v0.3+json", ocispec.MediaTypeEmptyJSON)
	chart := r.artifact(t, "chart", "", "application/vnd.cncf.helm.config.v1+json")
	sbom := entry(r.artifact(t, "sbom", "", "application/spdx+json"), none)
	return map[string][]ocispec.Descriptor{
		"bundle": {image, bundle, chart},
		"sbom":   {image, sbom},
		"soci":   {image, soci},
		"zstd":   {image, zstd},
		"artifact": {
			image,
			r.platformless(t, "empty", "{}"),
			r.platformless(t, "none", `{"os":"unknown","architecture":"unknown"}`),
		},
	}
}

// platformless is an artifact with the config of an image, as ORAS and Docker's own attestations once made them: neither
// it nor its entry says for which platform it is.
func (r *fakeRegistry) platformless(t *testing.T, tag, config string) ocispec.Descriptor {
	t.Helper()
	is := r.Manifest(t, "team/app", tag, ocispec.Manifest{
		ArtifactType: "application/vnd.example.report",
		Config:       r.Blob(t, "team/app", ocispec.MediaTypeImageConfig, []byte(config)),
		Layers:       []ocispec.Descriptor{r.Blob(t, "team/app", ocispec.MediaTypeImageLayer, []byte("data of "+tag))},
	})
	is.ArtifactType = "application/vnd.example.report"
	return is
}

// Entries that are no plain images are told apart: nothing is broken by them, promote copies them, and what leaves them
// out says so.
func TestIndexesOfOthers(t *testing.T) {
	for _, kind := range []string{"bundle", "sbom", "soci", "zstd", "artifact"} {
		t.Run(kind, func(t *testing.T) {
			fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
			s, name := plugintest.OpenStore(t, fake), near.Host+"/team/app"
			entries := near.foreignIndexes(t)[kind]
			near.Write(t, "team/app", "all", ocispec.MediaTypeImageIndex, plugintest.Marshalled(t, ocispec.Index{
				Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex, Manifests: entries,
			}))
			whole := near.DigestAt(t, "team/app", "all")

			for _, args := range [][]string{{"inspect", "--remote"}, {"verify"}} {
				out, err := fake.command(t, append(args, name+":all")...)
				assert.NilError(t, err, out)
				if kind == "zstd" {
					continue
				}
				assert.Equal(t, strings.Count(out, "linux/amd64 "), 1, out)
				assert.Equal(t, strings.Count(out, "no image: "), len(entries)-1, out)
			}

			_, err := fake.command(t, "promote", "--allow-untested", name+":all", "copy", far.Host+"/team/app:copy")
			assert.NilError(t, err)
			assert.Equal(t, far.DigestAt(t, "team/app", "copy"), whole)
			for _, e := range entries {
				_, _, ok := far.Read(t, "team/app", e.Digest.String())
				assert.Check(t, ok, "%s was not copied", e.Digest)
			}

			_, err = fake.command(t, "merge", "--allow-untested", "-t", name+":merged", name+":all")
			assert.NilError(t, err)
			fake.assertLeft(t, "left out of what "+name+":all has: ", entries[1:])
			assert.Equal(t, len(near.Index(t, "merged").Manifests), 1)

			plugintest.SaveDraft(t, s, name+":all", "arm64", plugintest.PassedImage(t, s, "arm64", "new"))
			_, err = fake.publish(t, "--amend", name+":all")
			assert.NilError(t, err)
			near.AssertServes(t, "team/app", "all", "linux/amd64", "linux/arm64")
			fake.assertLeft(t, "left out of what "+name+":all has: ", entries[1:])

			body, _, _ := near.Read(t, "team/app", "copy")
			near.Write(t, "team/app", "all", ocispec.MediaTypeImageIndex, body)
			plugintest.SaveDraft(t, s, name+":all", "amd64", plugintest.PassedImage(t, s, "amd64", "new"))
			_, err = fake.publish(t, name+":all")
			assert.NilError(t, err)
			fake.assertLeft(t, name+":all no longer has ", entries[1:])
			undo := fake.Stderr.String()
			undo = undo[strings.Index(undo, "undo: docker multiplat ")+len("undo: docker multiplat "):]
			undo, _, _ = strings.Cut(undo, "\n")
			undo, _, _ = strings.Cut(undo, "   (")
			_, err = fake.command(t, strings.Fields(undo)...)
			assert.NilError(t, err)
			assert.Equal(t, near.DigestAt(t, "team/app", "all"), whole)
		})
	}
}

// assertLeft checks that each of these entries was named.
func (f *fakeCLI) assertLeft(t *testing.T, prefix string, entries []ocispec.Descriptor) {
	t.Helper()
	for _, e := range entries {
		named := slices.ContainsFunc(strings.Split(f.Stderr.String(), "\n"), func(line string) bool {
			return strings.Contains(line, prefix) && strings.Contains(line, e.Digest.String())
		})
		assert.Check(t, named, "%s is not named after %q in\n%s", e.Digest, prefix, &f.Stderr)
	}
}

// What is no image at all is named so, and one index that has a platform twice is not two sources.
func TestNoImagesAndTwins(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	entries := registry.foreignIndexes(t)
	for _, args := range [][]string{
		{"verify", name + ":chart"},
		{"inspect", "--remote", name + ":chart"},
		{"promote", name + ":bundle", "2"},
		{"merge", "-t", name + ":1", name + ":sbom"},
	} {
		_, err := fake.command(t, args...)
		assert.Equal(t, ExitCode(err), failure.ExitInput, "%v: %v", args, err)
		assert.ErrorContains(t, err, "it is no image, but ")
	}
	twice := slices.Clone(entries["zstd"])
	twice[1].Annotations = nil
	registry.indexWith(t, "twice", twice...)
	_, err := fake.command(t, "merge", "--allow-untested", "-t", name+":1", name+":twice")
	assert.Equal(t, ExitCode(err), failure.ExitInput)
	assert.ErrorContains(t, err, name+":twice alone has it twice, as "+twice[0].Digest.String())

	var shown struct {
		Published struct{ Platforms []map[string]any }
	}
	registry.indexWith(t, "zstd-index", entries["zstd"]...)
	out, err := fake.command(t, "inspect", "--remote", "--format", "json", name+":zstd-index")
	assert.NilError(t, err)
	assert.NilError(t, json.Unmarshal([]byte(out), &shown))
	assert.Equal(t, shown.Published.Platforms[1]["compression"], "zstd", "%v", slices.Collect(maps.Keys(entries)))
}

// An index within an index is named by what shows an image, and its images are tested like any; of two compressions the
// one that engines take is tested, and the other stays.
func TestIndexesWithinAndCompressions(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name, arm64 := registry.Host+"/team/app", plugintest.Linux("arm64", "")
	entries := registry.foreignIndexes(t)
	registry.indexWith(t, "inner", entry(registry.Image(t, "team/app", "arm", "app", arm64), arm64))
	inner := registry.DigestAt(t, "team/app", "inner")
	body, mediaType, _ := registry.Read(t, "team/app", "inner")
	registry.indexWith(t, "outer", entries["zstd"][0],
		ocispec.Descriptor{MediaType: mediaType, Digest: inner, Size: int64(len(body))})
	for _, args := range [][]string{{"inspect", "--remote"}, {"verify"}} {
		out, err := fake.command(t, append(args, name+":outer")...)
		assert.NilError(t, err, out)
		assert.Check(t, strings.Contains(out, "index within: "+inner.String()+"\n"), out)
	}
	registry.indexWith(t, "zstd-index", entries["zstd"]...)
	out, err := fake.command(t, "verify", name+":zstd-index")
	assert.NilError(t, err)
	assert.Check(t, strings.Contains(out, "linux/amd64 (zstd) "), out)
	_, err = fake.command(t, "merge", "--allow-untested", "-t", name+":1", name+":plain", name+":zstd")
	assert.Equal(t, ExitCode(err), failure.ExitInput)
	assert.ErrorContains(t, err, name+":plain and "+name+":zstd both have it")
}

// A signature that stands under a tag of its own has the config of an image, and is none.
func TestSignatureIsNoImage(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	for tag, kind := range map[string]string{
		"sha256-1.sig": "application/vnd.dev.cosign.simplesigning.v1+json", "sha256-1.att": "application/vnd.dsse.envelope.v1+json",
	} {
		registry.Manifest(t, "team/app", tag, ocispec.Manifest{
			Config: registry.Blob(
				t,
				"team/app",
				ocispec.MediaTypeImageConfig,
				[]byte(`{"architecture":"","os":"","rootfs":{}}`),
			),
			Layers: []ocispec.Descriptor{registry.Blob(t, "team/app", kind, []byte("{}"))},
		})
		name := registry.Host + "/team/app:" + tag
		for _, args := range [][]string{
			{"inspect", "--remote", name}, {"verify", name}, {"promote", name, "2"}, {"merge", "-t", registry.Host + "/team/app:3", name},
		} {
			_, err := fake.command(t, args...)
			assert.Check(t, ExitCode(err) == failure.ExitInput, "%q: %v", args, err)
			assert.Check(t, err != nil && strings.Contains(err.Error(), `it is no image, but "`+kind+`"`), "%q: %v", args, err)
		}
	}
}
