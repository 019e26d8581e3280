package localtest

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"github.com/moby/moby/api/types/image"
	dockerclient "github.com/moby/moby/client"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"
)

// fakeLoader is an engine that makes the image loads[name] of whatever is sent to it.
type fakeLoader struct {
	images  map[string]string
	loads   map[string]string
	answer  string
	sent    string
	removed []string
}

var _ Loader = (*fakeLoader)(nil)

func (f *fakeLoader) ImageLoad(
	_ context.Context, r io.Reader, _ ...dockerclient.ImageLoadOption,
) (dockerclient.ImageLoadResult, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	f.sent = string(text)
	for name, id := range f.loads {
		f.images[name] = id
	}
	return io.NopCloser(strings.NewReader(f.answer)), nil
}

func (f *fakeLoader) ImageInspect(
	_ context.Context, name string, _ ...dockerclient.ImageInspectOption,
) (dockerclient.ImageInspectResult, error) {
	id, ok := f.images[name]
	if !ok {
		return dockerclient.ImageInspectResult{}, cerrdefs.ErrNotFound
	}
	return dockerclient.ImageInspectResult{InspectResponse: image.InspectResponse{ID: id}}, nil
}

func (f *fakeLoader) ImageRemove(
	_ context.Context, id string, _ dockerclient.ImageRemoveOptions,
) (dockerclient.ImageRemoveResult, error) {
	f.removed = append(f.removed, id)
	return dockerclient.ImageRemoveResult{}, nil
}

func (f *fakeLoader) ImageTag(
	_ context.Context, options dockerclient.ImageTagOptions,
) (dockerclient.ImageTagResult, error) {
	f.images[options.Target] = options.Source
	return dockerclient.ImageTagResult{}, nil
}

// mute is a progress.Writer that shows nothing.
type mute struct{}

var _ progress.Writer = mute{}

func (mute) Write(*client.SolveStatus)                     {}
func (mute) WriteBuildRef(string, string)                  {}
func (mute) ValidateLogSource(_ digest.Digest, _ any) bool { return true }
func (mute) ClearLogSource(any)                            {}

func archive(err error) Archive {
	const id = "new"
	return Archive{
		Name: "a:1--arm64",
		Also: []string{"b:1--arm64"},
		ID:   id,

		Replaces: []string{"old"},
		Write: func(_ context.Context, w io.Writer) error {
			if err != nil {
				return err
			}
			_, err := io.WriteString(w, "archive")
			return err
		},
	}
}

func TestLoadSendsAndChecks(t *testing.T) {
	engine := &fakeLoader{
		images: map[string]string{"a:1--arm64": "old", "old": "old"},
		loads:  map[string]string{"a:1--arm64": "new"},
	}
	loaded, err := Load(t.Context(), engine, archive(nil), mute{})
	assert.NilError(t, err)
	assert.Assert(t, loaded)
	assert.Equal(t, engine.sent, "archive")
	assert.Equal(t, engine.images["b:1--arm64"], "new")
	assert.DeepEqual(t, engine.removed, []string{"old"})
}

func TestLoadSkipsWhatIsThere(t *testing.T) {
	engine := &fakeLoader{images: map[string]string{"a:1--arm64": "new"}}
	loaded, err := Load(t.Context(), engine, archive(nil), mute{})
	assert.NilError(t, err)
	assert.Assert(t, !loaded)
	assert.Equal(t, engine.sent, "")
	assert.Equal(t, engine.images["b:1--arm64"], "new")
}

// An image that is there under another name is named and not sent; the one that had the name goes.
func TestLoadNamesWhatIsThereOtherwise(t *testing.T) {
	engine := &fakeLoader{images: map[string]string{"new": "new", "c:1": "new", "a:1--arm64": "old", "old": "old"}}
	loaded, err := Load(t.Context(), engine, archive(nil), mute{})
	assert.NilError(t, err)
	assert.Assert(t, !loaded)
	assert.Equal(t, engine.sent, "")
	assert.Equal(t, engine.images["a:1--arm64"]+engine.images["b:1--arm64"], "newnew")
	assert.DeepEqual(t, engine.removed, []string{"old"})
}

func TestLoadRefusesAnotherImage(t *testing.T) {
	engine := &fakeLoader{images: map[string]string{}, loads: map[string]string{"a:1--arm64": "other"}}
	_, err := Load(t.Context(), engine, archive(nil), mute{})
	assert.ErrorIs(t, err, ErrIdentity)
}

// forgetful is an engine whose images are removed by somebody else while they are named.
type forgetful struct{ *fakeLoader }

// ImageTag implements [Loader].
func (f forgetful) ImageTag(
	ctx context.Context, options dockerclient.ImageTagOptions,
) (dockerclient.ImageTagResult, error) {
	if f.sent == "" {
		return dockerclient.ImageTagResult{}, cerrdefs.ErrNotFound
	}
	return f.fakeLoader.ImageTag(ctx, options)
}

// An image that is there under the name of somebody else, who removes it before it is named, is sent.
func TestLoadOfWhatIsRemovedMeanwhile(t *testing.T) {
	engine := forgetful{
		&fakeLoader{images: map[string]string{"new": "new"}, loads: map[string]string{"a:1--arm64": "new"}},
	}
	loaded, err := Load(t.Context(), engine, archive(nil), mute{})
	assert.NilError(t, err)
	assert.Assert(t, loaded)
	assert.Equal(t, engine.sent, "archive")
	assert.Equal(t, engine.images["b:1--arm64"], "new")
}

// An engine that says yes and loads nothing is told so, and not that it has an image without an ID.
func TestLoadOfNothing(t *testing.T) {
	engine := &fakeLoader{images: map[string]string{}, loads: map[string]string{}}
	_, err := Load(t.Context(), engine, archive(nil), mute{})
	assert.ErrorContains(t, err, "said that it had, and has no such image")
	assert.Assert(t, !errors.Is(err, ErrIdentity), "it has no other image")
}

func TestLoadPassesOnWhatTheEngineSays(t *testing.T) {
	engine := &fakeLoader{images: map[string]string{}, answer: `{"errorDetail":{"message":"no space left on device"}}`}
	_, err := Load(t.Context(), engine, archive(nil), mute{})
	assert.ErrorContains(t, err, "no space left on device")
	there := archive(nil)
	there.Into = "pi"
	_, err = Load(t.Context(), engine, there, mute{})
	assert.ErrorContains(t, err, "into the engine at pi: ")
}

// fullLoader is an engine that has no room, and stops reading before it says so.
type fullLoader struct{ *fakeLoader }

// ImageLoad implements [Loader].
func (fullLoader) ImageLoad(
	_ context.Context, r io.Reader, _ ...dockerclient.ImageLoadOption,
) (dockerclient.ImageLoadResult, error) {
	err := r.(io.Closer).Close() //nolint:forcetypeassert // as net/http does
	return nil, errors.Join(err, errors.New("no space left on device"))
}

// What an engine says is passed on, also where it hung up on the archive.
func TestLoadPassesOnWhyTheEngineStoppedReading(t *testing.T) {
	engine := fullLoader{&fakeLoader{images: map[string]string{}}}
	broken := Archive{Name: "a:1--arm64", ID: "image", Write: func(_ context.Context, w io.Writer) error {
		for {
			if _, err := w.Write([]byte("layer")); err != nil {
				return err
			}
		}
	}}
	_, err := Load(t.Context(), engine, broken, mute{})
	assert.ErrorContains(t, err, "no space left on device")
}

func TestLoadPassesOnABrokenArchive(t *testing.T) {
	broken := errors.New("blob is missing")
	_, err := Load(t.Context(), &fakeLoader{images: map[string]string{}}, archive(broken), mute{})
	assert.ErrorIs(t, err, broken)
	assert.Error(t, err, `writing the archive of "a:1--arm64": blob is missing`) // it is not the engine that fails
}

// What lost its name to the image that was loaded goes only where it was an earlier one of the same draft.
func TestLoadLeavesWhatOthersMade(t *testing.T) {
	for _, images := range []map[string]string{
		{"a:1--arm64": "theirs", "theirs": "theirs"},                           // loaded
		{"a:1--arm64": "theirs", "theirs": "theirs", "new": "new", "c": "new"}, // named
	} {
		engine := &fakeLoader{images: images, loads: map[string]string{"a:1--arm64": "new"}}
		_, err := Load(t.Context(), engine, archive(nil), mute{})
		assert.NilError(t, err)
		assert.Equal(t, len(engine.removed), 0)
		assert.Equal(t, engine.images["a:1--arm64"], "new")
	}
}
