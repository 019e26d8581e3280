package packed

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// short says that it has more bytes than come.
type short struct{ *bytes.Reader }

func (short) Size() int64  { return 100 }
func (short) Close() error { return nil }

// ReaderAt implements content.Provider.
func (s short) ReaderAt(context.Context, ocispec.Descriptor) (content.ReaderAt, error) { return s, nil }

// A document of which fewer bytes come than it is to have is not the one asked for.
func TestDocumentThatIsCut(t *testing.T) {
	wrong := errors.New("wrong bytes")
	for _, body := range []string{"", `{"a":1}`} {
		desc := ocispec.Descriptor{Digest: digest.FromString("whole"), Size: 100}
		_, err := Document(t.Context(), short{bytes.NewReader([]byte(body))}, desc, &struct{}{}, wrong)
		assert.ErrorIs(t, err, wrong, "%q", body)
	}
}
