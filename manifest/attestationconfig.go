package manifest

import (
	"encoding/json"
	"fmt"
	"slices"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// withoutPredicate returns the layers that are not of a predicate type. The argument is left as it is.
func withoutPredicate(layers []ocispec.Descriptor, predicateType string) []ocispec.Descriptor {
	return slices.DeleteFunc(slices.Clone(layers), func(layer ocispec.Descriptor) bool {
		return layer.Annotations[PredicateTypeAnnotation] == predicateType
	})
}

// closeAttestation encodes a changed manifest with the config its shape asks for.
func closeAttestation(attested ocispec.Manifest, image ocispec.Descriptor, statements ...Blob) (Attestation, error) {
	config, err := attestationConfig(&attested)
	if err != nil {
		return Attestation{}, err
	}
	mediaType := attested.MediaType
	if mediaType == "" {
		mediaType = ocispec.MediaTypeImageManifest
	}
	body, desc, err := marshal(mediaType, attested)
	if err != nil {
		return Attestation{}, err
	}
	configDesc := attested.Config
	configDesc.Data = nil
	return Attestation{
		Manifest:   body,
		Descriptor: asAttestation(desc, image),
		Config:     config,
		New: append(statements,
			Blob{Descriptor: configDesc, Body: config},
			Blob{Descriptor: desc, Body: body}),
	}, nil
}

// attestationConfig returns the config of an attestation manifest and makes the manifest refer to it. The empty one
// stays empty. An image config is written anew, because its diff IDs list the layers: those are stored as they are,
// so their digests are their diff IDs. That is all BuildKit puts in.
func attestationConfig(attested *ocispec.Manifest) ([]byte, error) {
	if attested.Config.MediaType == ocispec.MediaTypeEmptyJSON {
		return slices.Clone(ocispec.DescriptorEmptyJSON.Data), nil
	}
	config := ocispec.Image{
		Platform: ocispec.Platform{OS: unknown, Architecture: unknown},
		RootFS:   ocispec.RootFS{Type: "layers"},
	}
	for _, layer := range attested.Layers {
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, layer.Digest)
	}
	body, err := json.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("encoding the config of an attestation manifest: %w", err)
	}
	attested.Config = describe(attested.Config.MediaType, body)
	return body, nil
}
