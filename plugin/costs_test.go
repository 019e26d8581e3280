package plugin

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What docs/performance.md says of requests to a registry.
func TestCosts(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name, sources := registry.Host+"/team/app", []string{}
	for _, arch := range []string{"amd64", "arm64", "s390x", "ppc64le"} {
		registry.Image(t, "team/app", "of-"+arch, "app", plugintest.Linux(arch, ""))
		sources = append(sources, name+":of-"+arch)
	}
	cost := func(want int, args ...string) {
		log := registry.Count()
		_, err := fake.command(t, args...)
		assert.NilError(t, err, fake.Stderr.String())
		registry.Intercept(nil)
		assert.Equal(t, len(log.Lines), want, "%s:\n%s", args[0], strings.Join(log.Lines, "\n"))
	}
	merge := []string{"merge", "--allow-untested", "--arch-tags", "none", "-t", name}
	for n := 2; n <= len(sources); n++ {
		into := append([]string{}, merge...)
		into[len(into)-1] += fmt.Sprint(":", n)
		cost(2*n+4, append(into, sources[:n]...)...)
	}
	withArchTags := []string{"merge", "--allow-untested", "-t", name + ":arch"}
	cost(2*len(sources)+6+2*len(sources), append(withArchTags, sources...)...)
	cost(len(sources)+5, "promote", "--allow-untested", "--arch-tags", "none", name+":4", "more")
}

// What docs/performance.md says of publishing a draft, of requests and of bytes.
func TestPublishCosts(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	var images []manifest.Image
	var platforms []string
	for n, p := range []string{"linux/amd64", "linux/arm64", "linux/s390x"} {
		registry := newFakeRegistry(t) // whose repositories have all blobs in common
		platforms, images = append(platforms, p), append(images, plugintest.PassedImage(t, s, p, "app for "+p))
		name := fmt.Sprint(registry.Host, "/team/of", n, ":1")
		plugintest.SaveDraft(t, s, name, strings.Join(platforms, ","), images...)
		blobs, bytes, manifests := map[digest.Digest]bool{}, int64(0), 2*len(images)
		for _, image := range images {
			for _, m := range []ocispec.Descriptor{image.Manifest, *image.Attestation} {
				read, _, err := s.Image(t.Context(), m)
				assert.NilError(t, err)
				for _, blob := range append(read.Layers, read.Config) {
					if !blobs[blob.Digest] {
						bytes += blob.Size
					}
					blobs[blob.Digest] = true
				}
			}
		}
		for _, want := range []struct {
			requests int
			bytes    int64
		}{{4*len(blobs) + 4*manifests + 6, bytes}, {2*manifests + 2, 0}} { // new, and the same again
			log := registry.Count()
			_, err := fake.publish(t, name)
			assert.NilError(t, err, fake.Stderr.String())
			registry.Intercept(nil)
			assert.Equal(t, len(log.Lines), want.requests, strings.Join(log.Lines, "\n"))
			assert.Equal(t, log.Uploaded(), want.bytes)
		}
	}
}
