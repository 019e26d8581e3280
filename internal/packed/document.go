package packed

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/containerd/containerd/v2/core/content"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/jsonvalues"
)

// maxDocument is the largest manifest or config that is read; registries refuse larger manifests.
const maxDocument = 4 << 20

// Document reads a manifest or config of an image, and checks that it is the one asked for. Where its bytes are at
// fault, the error is of the class that is given, and does not say its words.
func Document(
	ctx context.Context, from content.Provider, desc ocispec.Descriptor, into any, class error,
) ([]byte, error) {
	fault := func(err error) ([]byte, error) {
		return nil, fmt.Errorf("reading %s: %w", desc.Digest, faultOf{class: class, error: err})
	}
	if err := desc.Digest.Validate(); err != nil {
		return fault(fmt.Errorf("%q is no digest: %w", desc.Digest, err))
	}
	if desc.Size < 0 || desc.Size > maxDocument {
		return fault(fmt.Errorf("it is to have %d bytes; %d are the most", desc.Size, maxDocument))
	}
	body, err := content.ReadBlob(ctx, from, desc)
	if err == io.ErrUnexpectedEOF { //nolint:errorlint // that of ReadBlob; one of the stream says who broke off
		return fault(fmt.Errorf("it ends before its %d bytes: %w", desc.Size, err))
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", desc.Digest, err)
	}
	if got := desc.Digest.Algorithm().FromBytes(body); got != desc.Digest {
		return fault(fmt.Errorf("its bytes have another digest, %s", got))
	}
	if err := jsonvalues.Check(body, jsonvalues.Document); err != nil {
		return fault(err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fault(fmt.Errorf("it is no document of an image: %w", err))
	}
	return body, nil
}

// faultOf is an error that is of a class, too.
type faultOf struct {
	error
	class error
}

// Unwrap gives both.
func (f faultOf) Unwrap() []error { return []error{f.error, f.class} }
