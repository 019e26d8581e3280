package manifest

import (
	// Digests of both algorithms the OCI specification registers are only known once these are linked in.
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/json"
	"fmt"

	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/internal/jsonkeys"
)

// MaxDocument is the most bytes a manifest, index or config may have: the least registries must take (distribution
// specification, "Pushing Manifests"), and they refuse more. Packages that import none of ours state it themselves.
const MaxDocument = 4 << 20

// unmarshal decodes a JSON document that may come from anywhere.
func unmarshal(body []byte, into any) error {
	if len(body) > MaxDocument {
		return fmt.Errorf("%d bytes, more than %d", len(body), MaxDocument)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return err
	}
	return jsonkeys.Check(body)
}

// marshal encodes a manifest or an index the way BuildKit does, with its descriptor.
func marshal(mediaType string, document any) ([]byte, ocispec.Descriptor, error) {
	body, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return nil, ocispec.Descriptor{}, fmt.Errorf("encoding %s: %w", mediaType, err)
	}
	return body, describe(mediaType, body), nil
}

// describe returns the descriptor of bytes.
func describe(mediaType string, body []byte) ocispec.Descriptor {
	return ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
}

// checkDescriptor refuses a descriptor that cannot name a document.
func checkDescriptor(desc ocispec.Descriptor) error {
	if err := desc.Digest.Validate(); err != nil {
		return fmt.Errorf("digest %q: %w", desc.Digest, err)
	}
	if desc.Size <= 0 || desc.Size > MaxDocument {
		return fmt.Errorf("%s has size %d, not 1 to %d", desc.Digest, desc.Size, MaxDocument)
	}
	return nil
}
