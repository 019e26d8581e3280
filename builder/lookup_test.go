package builder

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// images is a gateway with images: the platforms of each, by name.
type images struct {
	gateway.Client
	serves map[string][]string
	// breaks is how many of the next questions are not answered.
	breaks int

	mu    sync.Mutex
	asked []string
}

// ResolveImageConfig implements [gateway.Client].
func (i *images) ResolveImageConfig(
	_ context.Context, ref string, opt sourceresolver.Opt,
) (string, digest.Digest, []byte, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	p := platforms.FormatAll(*opt.ImageOpt.Platform)
	name, _, _ := strings.Cut(ref, "@")
	i.asked = append(i.asked, strings.TrimPrefix(ref, "docker.io/library/")+" "+p)
	if i.breaks > 0 {
		i.breaks--
		return "", "", nil, errors.New("connection reset")
	}
	for _, has := range i.serves[name] {
		if has == p || has == "any" {
			config := ocispec.Image{Platform: *opt.ImageOpt.Platform}
			if has == "any" {
				config.Platform = platforms.MustParse("linux/amd64")
			}
			body, err := json.Marshal(config)
			return ref, digest.FromString(name), body, err
		}
	}
	return "", "", nil, errors.New("not found")
}

// asks looks up an image of the library for platforms.
func (i *images) asks(t *testing.T, list ...string) []*LookedUp {
	t.Helper()
	const name = "x:1"
	var out []*LookedUp
	for _, p := range list {
		out = append(out, &LookedUp{Image: "docker.io/library/" + name, Platform: platforms.MustParse(p)})
	}
	a := asking{i, "default", platforms.MustParse("linux/amd64")}
	assert.NilError(t, a.all(t.Context(), map[string][]*LookedUp{name: out}))
	return out
}

// named counts the questions by name, which a registry is asked for.
func (i *images) named() int {
	n := 0
	for _, asked := range i.asked {
		if !strings.Contains(asked, "@") {
			n++
		}
	}
	return n
}

// A name is asked for once, and then its digest; what the image lacks is missing, also where nothing else was asked for.
func TestLookUpAsksForANameOnce(t *testing.T) {
	i := &images{serves: map[string][]string{"docker.io/library/x:1": {"linux/amd64", "linux/arm64"}}}
	found := i.asks(t, "linux/amd64", "linux/arm64", "linux/s390x")
	assert.Equal(t, i.named(), 1, "%q", i.asked)
	assert.Equal(t, platforms.FormatAll(found[1].Got), "linux/arm64")
	assert.Assert(t, !found[0].Missing && !found[1].Missing && found[2].Missing)

	i.asked = nil
	found = i.asks(t, "linux/s390x", "linux/riscv64")
	assert.Equal(t, i.named(), 2, "%q", i.asked) // for the first, and for the node's own
	assert.Assert(t, found[0].Missing && found[1].Missing)
}

// What is not there at all, or does not answer, is not missing for a platform: that is not known.
func TestLookUpOfNothing(t *testing.T) {
	i := &images{}
	found := i.asks(t, "linux/amd64", "linux/arm64")
	assert.Assert(t, !found[0].Missing && !found[1].Missing)
	assert.ErrorContains(t, found[1].Err, "not found")

	i = &images{serves: map[string][]string{"docker.io/library/x:1": {"linux/amd64", "linux/arm64"}}, breaks: 1}
	found = i.asks(t, "linux/arm64", "linux/amd64")
	assert.NilError(t, found[0].Err)
	assert.NilError(t, found[1].Err)
}

// A single image is taken for any platform, and its config tells what it is.
func TestLookUpOfASingleImage(t *testing.T) {
	i := &images{serves: map[string][]string{"docker.io/library/x:1": {"any"}}}
	found := i.asks(t, "linux/arm64")
	assert.Equal(t, platforms.FormatAll(found[0].Got), "linux/amd64")
	assert.Assert(t, !found[0].Missing && found[0].Digest != "")
}
