package plugin

import (
	"encoding/json"
	"strings"
	"testing"

	godigest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// published puts an untested image into the registry, which the engine can pull, and returns its name by digest.
func (r *redness) published(t *testing.T) string {
	t.Helper()
	image := r.registry.Image(t, "team/app", "a", "published", plugintest.Linux("amd64", ""))
	r.pullable(t, image.Digest.String())
	return r.registry.Host + "/team/app@" + image.Digest.String()
}

// pullable lets the engine pull an image of the registry.
func (r *redness) pullable(t *testing.T, digest string) {
	t.Helper()
	body, _, ok := r.registry.Read(t, "team/app", digest)
	assert.Assert(t, ok)
	var m ocispec.Manifest
	assert.NilError(t, json.Unmarshal(body, &m))
	r.engine.Pulled[digest] = m.Config.Digest.String()
}

// What a published image has failed on this machine is lifted by the same tests or more, and opens no gate here: not
// that of promote, not that of merge, and not under another index.
func TestRedOfAPublishedImage(t *testing.T) {
	r := newRedness(t)
	image, to := r.published(t), r.registry.Host+"/team/app:2"
	r.ends(t, failure.ExitTests, "test", "--test", "false", image)
	for _, weaker := range [][]string{{}, {"--test", "true"}, {"--test-skip", "linux/amd64=hangs"}} {
		text := r.ends(t, failure.ExitTests, append(append([]string{"test"}, weaker...), image)...)
		assert.Check(t, strings.Contains(text, "it failed tests that were left out now: --test=false"), text)
	}
	for _, way := range [][]string{
		{"promote", image, to},
		{"promote", "--allow-untested", image, to},
		{"merge", "--allow-untested", "-t", to, image},
		{"merge", "--allow-untested", "--reason", "late", "-t", to, image},
		{"merge", "--allow-untested", "--drop-attestations", "-t", to, image},
	} {
		text := r.ends(t, failure.ExitTests, way...)
		assert.Check(t, strings.Contains(text, " failed: "), text)
		assert.Check(t, strings.Contains(text, "docker multiplat test "), text)
		assert.Check(t, strings.Contains(text, "--test false"), text)
	}
	assert.Equal(t, r.registry.DigestAt(t, "team/app", "2").String(), "")
	r.engine.Ends = func([]string) int { return 0 }
	r.ends(t, failure.ExitDone, "test", "--test", "false", "--test", "true", image)
	tested := strings.TrimSpace(r.Stdout.String())
	r.ends(t, failure.ExitDone, "promote", tested, to)
}

// An image under the label of another platform is none of that platform, which says nothing against it under its own.
func TestWrongLabelIsNoDebt(t *testing.T) {
	r := newRedness(t)
	image := r.published(t)
	_, digest, _ := strings.Cut(image, "@")
	body, mediaType, _ := r.registry.Read(t, "team/app", digest)
	labelled := r.registry.IndexOf(t, "team/app", "wrong", ocispec.Descriptor{
		MediaType: mediaType, Digest: godigest.Digest(digest), Size: int64(len(body)),
	}, plugintest.Linux("arm64", ""))
	wrong := r.registry.Host + "/team/app@" + labelled.Digest.String()
	for range 2 {
		text := r.ends(t, failure.ExitTests, "test", "--platform", "linux/arm64", "--allow-foreign", "/**", wrong)
		assert.Check(t, strings.Contains(text, "config says that it is for linux/amd64"), text)
	}
	r.ends(t, failure.ExitDone, "merge", "--allow-untested", "-t", r.registry.Host+"/team/app:2", image)
}

// A waiver of a published image is kept: as its record, where that may change, and on this machine. Weaker tests do not
// take it away; the same do, and say that there was one.
func TestWaiverOfAPublishedImageStays(t *testing.T) {
	r := newRedness(t)
	image, to := r.published(t), r.registry.Host+"/team/app:2"
	r.ends(t, failure.ExitTests, "test", "--test", "false", image)
	r.ends(t, failure.ExitDone, "merge", "--allow-untested=linux/amd64", "--reason", "known", "-t", to, image)
	waived := r.registry.Host + "/team/app@" + r.registry.DigestAt(t, "team/app", "2").String()
	assert.Check(t, strings.Contains(r.statements(t, r.registry.Index(t, "2")), "known"))

	r.Stdout.Reset()
	r.ends(t, failure.ExitDone, "test", "--test", "true", waived)
	assert.Equal(t, r.Stdout.String(), "", "nothing is recorded in the place of the waiver")
	r.ends(t, failure.ExitDone, "promote", waived, r.registry.Host+"/team/app:3")

	r.ends(t, failure.ExitTests, "test", "--test", "false", waived)
	r.ends(t, failure.ExitTests, "promote", waived, r.registry.Host+"/team/app:4")
	r.engine.Ends = func([]string) int { return 0 }
	r.Stdout.Reset()
	r.ends(t, failure.ExitDone, "test", "--test", "false", waived)
	passed := strings.TrimSpace(r.Stdout.String())
	_, digest, _ := strings.Cut(passed, "@")
	body, _, ok := r.registry.Read(t, "team/app", digest)
	assert.Assert(t, ok)
	var index ocispec.Index
	assert.NilError(t, json.Unmarshal(body, &index))
	assert.Check(t, strings.Contains(r.statements(t, index), "waived before: known"))
	r.ends(t, failure.ExitDone, "promote", passed, r.registry.Host+"/team/app:4")
}

// statements are the test records of an index.
func (r *redness) statements(t *testing.T, index ocispec.Index) (text string) {
	t.Helper()
	for _, entry := range index.Manifests {
		if entry.Platform.OS != "unknown" {
			continue
		}
		body, _, ok := r.registry.Read(t, "team/app", entry.Digest.String())
		assert.Assert(t, ok)
		var m ocispec.Manifest
		assert.NilError(t, json.Unmarshal(body, &m))
		for _, layer := range m.Layers {
			text += r.registry.BlobAt(t, "team/app", layer.Digest.String())
		}
	}
	return text
}

// What was never tested is not carried over from elsewhere without a word; what the tag holds already stays there.
func TestAmendFromElsewhereIsGated(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app:1"
	s := plugintest.OpenStore(t, fake)
	plugintest.SaveDraft(t, s, name, "linux/amd64", plugintest.PassedImage(t, s, "linux/amd64", "app"))
	arm := registry.Image(t, "team/app", "other--arm64", "by hand", plugintest.Linux("arm64", ""))
	registry.IndexOf(t, "team/app", "other", arm, plugintest.Linux("arm64", ""))
	_, err := fake.command(t, "publish", "--amend=other", name)
	assert.Equal(t, ExitCode(err), failure.ExitTests, "%v", err)
	assert.ErrorContains(t, err, "linux/arm64 of ")
	assert.ErrorContains(t, err, "is untested")
	_, err = fake.command(t, "merge", "-t", name, "--amend=other", registry.Host+"/team/app:other--arm64")
	assert.Equal(t, ExitCode(err), failure.ExitTests, "%v", err)
	_, err = fake.command(t, "publish", "--amend=other", "--allow-untested=linux/arm64", "--reason", "by hand", name)
	assert.NilError(t, err)
	registry.AssertServes(t, "team/app", "1", "linux/arm64", "linux/amd64")

	registry.IndexOf(t, "team/app", "1", arm, plugintest.Linux("arm64", ""))
	_, err = fake.command(t, "publish", "--amend", "--allow-moved", name)
	assert.NilError(t, err)
	registry.AssertServes(t, "team/app", "1", "linux/arm64", "linux/amd64")
}
