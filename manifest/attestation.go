package manifest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/moby/buildkit/util/attestation"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

const (
	// StatementMediaType is the media type of the layers of an attestation manifest.
	StatementMediaType = "application/vnd.in-toto+json"
	// PredicateTypeAnnotation is the annotation of such a layer that says what its statement is about.
	PredicateTypeAnnotation = "in-toto.io/predicate-type"

	attestationArtifactType = "application/vnd.docker.attestation.manifest.v1+json"
)

// ErrAttestation marks an attestation manifest that cannot be read, or is of another image.
var ErrAttestation = errors.New("invalid attestation manifest")

// Blob is bytes that have to be written to a store or a registry.
type Blob struct {
	Descriptor ocispec.Descriptor
	Body       []byte
}

// Attestation is the attestation manifest of one image.
type Attestation struct {
	// Manifest is the bytes of the manifest; the only field that has to be set on what is given to this package.
	Manifest []byte
	// Descriptor is the entry of the manifest in an index: its platform is unknown/unknown, and its annotations
	// refer to the image. Where it is set on input, it has to refer to the same image.
	Descriptor ocispec.Descriptor
	// Config is the bytes of the config the manifest refers to.
	Config []byte
	// New is what a result has that its input did not, in the order to write it: statement, config, manifest.
	New []Blob
}

// AddStatement returns the attestation manifest of an image with one more statement, in place of an earlier one of the
// same predicate type. Without an attestation manifest (nil) one is made in the shape of BuildKit 0.31 and later: an
// artifact with a subject and an empty config. The shape of a given one is kept; in the older one an image config
// lists every layer. Errors wrap [ErrAttestation].
func AddStatement(
	existing *Attestation, image ocispec.Descriptor, predicateType string, statement []byte,
) (Attestation, error) {
	if predicateType == "" || len(statement) == 0 {
		return Attestation{}, fmt.Errorf("adding a statement of type %q: %w: it is empty", predicateType, ErrAttestation)
	}
	attested, err := openAttestation(existing, image)
	if err != nil {
		return Attestation{}, fmt.Errorf("adding a statement of type %q: %w", predicateType, err)
	}
	layer := describe(StatementMediaType, statement)
	layer.Annotations = map[string]string{PredicateTypeAnnotation: predicateType}
	attested.Layers = replacePredicate(attested.Layers, predicateType, layer)
	return closeAttestation(attested, image, Blob{Descriptor: layer, Body: statement})
}

// replacePredicate puts a statement in the place of those of its type, and behind all others where there is none: the
// same statements are the same manifest, whichever was added again.
func replacePredicate(
	layers []ocispec.Descriptor,
	predicateType string,
	layer ocispec.Descriptor,
) []ocispec.Descriptor {
	at := slices.IndexFunc(layers, func(l ocispec.Descriptor) bool {
		return l.Annotations[PredicateTypeAnnotation] == predicateType
	})
	if at < 0 {
		return append(layers, layer)
	}
	before := withoutPredicate(layers[:at], predicateType)
	return append(append(before, layer), withoutPredicate(layers[at+1:], predicateType)...)
}

// WithoutStatement returns the attestation manifest of an image without its statements of a predicate type, and nil
// when none is left. Errors wrap [ErrAttestation].
func WithoutStatement(existing Attestation, image ocispec.Descriptor, predicateType string) (*Attestation, error) {
	attested, err := openAttestation(&existing, image)
	if err != nil {
		return nil, fmt.Errorf("removing the statement of type %q: %w", predicateType, err)
	}
	attested.Layers = withoutPredicate(attested.Layers, predicateType)
	if len(attested.Layers) == 0 {
		return nil, nil
	}
	result, err := closeAttestation(attested, image)
	return &result, err
}

// Predicates returns the statements of an attestation manifest by predicate type. Of several of one type, as BuildKit
// makes them for the SBOMs of build stages, the first is that of the image. Errors wrap [ErrAttestation].
func Predicates(attestationManifest []byte) (map[string]ocispec.Descriptor, error) {
	attested, err := parseAttestation(attestationManifest)
	if err != nil {
		return nil, fmt.Errorf("listing predicates: %w", err)
	}
	statements := map[string]ocispec.Descriptor{}
	for _, layer := range attested.Layers {
		predicateType := layer.Annotations[PredicateTypeAnnotation]
		if _, ok := statements[predicateType]; !ok && predicateType != "" {
			statements[predicateType] = layer
		}
	}
	return statements, nil
}

// openAttestation decodes the manifest to change, or starts a new one.
func openAttestation(existing *Attestation, image ocispec.Descriptor) (ocispec.Manifest, error) {
	entry, err := plainEntry(image)
	if err != nil {
		return ocispec.Manifest{}, fmt.Errorf("%w: %w", ErrAttestation, err)
	}
	if existing == nil {
		return ocispec.Manifest{
			Versioned:    specs.Versioned{SchemaVersion: 2},
			MediaType:    ocispec.MediaTypeImageManifest,
			ArtifactType: attestationArtifactType,
			Config:       ocispec.DescriptorEmptyJSON,
			Subject:      &entry,
		}, nil
	}
	attested, err := parseAttestation(existing.Manifest)
	if err != nil {
		return ocispec.Manifest{}, err
	}
	subject := existing.Descriptor.Annotations[attestation.DockerAnnotationReferenceDigest]
	if attested.Subject != nil {
		subject = attested.Subject.Digest.String()
	}
	if subject != "" && subject != image.Digest.String() {
		return ocispec.Manifest{}, fmt.Errorf("%w: it is of %q, not of %q", ErrAttestation, subject, image.Digest)
	}
	return attested, nil
}

// parseAttestation decodes an attestation manifest.
func parseAttestation(body []byte) (ocispec.Manifest, error) {
	var attested ocispec.Manifest
	if err := unmarshal(body, &attested); err != nil {
		return ocispec.Manifest{}, fmt.Errorf("%w: %w", ErrAttestation, err)
	}
	if attested.MediaType != "" && !images.IsManifestType(attested.MediaType) {
		return ocispec.Manifest{}, fmt.Errorf("%w: its media type is %q", ErrAttestation, attested.MediaType)
	}
	for _, layer := range attested.Layers {
		if layer.MediaType != StatementMediaType {
			return ocispec.Manifest{}, fmt.Errorf("%w: it has a layer of type %q", ErrAttestation, layer.MediaType)
		}
	}
	return attested, nil
}
