package localtest

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/image"
	dockerclient "github.com/moby/moby/client"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"
)

// losing is an engine on the containerd image store that has what was sent to it last, and may have no layers of it.
type losing struct {
	fakeLoader

	lost  bool
	sends []string
}

func (l *losing) ImageLoad(
	ctx context.Context, r io.Reader, o ...dockerclient.ImageLoadOption,
) (dockerclient.ImageLoadResult, error) {
	result, err := l.fakeLoader.ImageLoad(ctx, r, o...)
	l.sends, l.lost = append(l.sends, l.sent), l.sent == "part"
	return result, err
}

func (l *losing) ImageInspect(
	ctx context.Context, name string, o ...dockerclient.ImageInspectOption,
) (dockerclient.ImageInspectResult, error) {
	result, err := l.fakeLoader.ImageInspect(ctx, name, o...)
	summary := image.ManifestSummary{Available: !l.lost}
	summary.Descriptor.Digest = digest.Digest(result.ID)
	result.Manifests = []image.ManifestSummary{summary}
	return result, err
}

// What an engine was given in part, and has not whole, is no image that can be tested; given whole it is.
func TestLoadTellsLostLayers(t *testing.T) {
	engine := &losing{fakeLoader: fakeLoader{
		images: map[string]string{}, loads: map[string]string{"a:1--arm64": "new", "new": "new"},
	}}
	part := archive(nil)
	part.Partial = true
	part.Write = func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "part")
		return err
	}
	_, err := Load(t.Context(), engine, part, mute{})
	assert.ErrorIs(t, err, errIncomplete)
	for range 2 { // and is not sent once more
		_, err = Load(t.Context(), engine, archive(nil), mute{})
		assert.NilError(t, err)
	}
	assert.Equal(t, strings.Join(engine.sends, ","), "part,archive")
}

// What the engine has pulled itself may lack layers that it has unpacked from another image: it is there all the same.
func TestLoadOfWhatWasPulled(t *testing.T) {
	engine := &losing{lost: true, fakeLoader: fakeLoader{images: map[string]string{"new": "new"}}}
	pulled := archive(nil)
	pulled.Pulled = true
	loaded, err := Load(t.Context(), engine, pulled, mute{})
	assert.NilError(t, err)
	assert.Assert(t, !loaded)
	assert.Equal(t, len(engine.sends), 0)
}
