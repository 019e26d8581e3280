package manifest

import (
	"errors"
	"fmt"
	"maps"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/moby/buildkit/util/attestation"
	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// MaxEntries is the most entries an index may have, attestation manifests included.
const MaxEntries = 128

// MaxNesting is how deep indexes in an index are followed, where they are.
const MaxNesting = 3

// ErrIndex marks an index that cannot be built as asked, or that was read and is not a flat image index.
var ErrIndex = errors.New("invalid image index")

// Image is one platform of an index.
type Image struct {
	// Platform is normalised, but for a variant as it was [platform.Stated]; its os.version and os.features are part of
	// the identity. It is empty where an index that was read does not say it: the image config does then.
	Platform ocispec.Platform
	// Manifest is the plain image manifest: media type, digest and size.
	Manifest ocispec.Descriptor
	// Annotations are those of its entry in the index (--annotation manifest-descriptor:KEY=VALUE).
	Annotations map[string]string
	// Attestation is the manifest that holds the provenance, SBOM and test record of this image; nil: none.
	Attestation *ocispec.Descriptor
}

// BuildIndex returns the OCI index of images in the order given, followed by their attestation manifests in the same
// order, as BuildKit writes them, and the index's own annotations. Annotations on the descriptors that are given are
// not carried over: those of an entry are [Image.Annotations]. It refuses an empty list, more than 128 entries, nested
// indexes, a missing platform, and one platform given twice, which also wraps [platform.ErrInvalid]; every error wraps
// [ErrIndex].
func BuildIndex(imgs []Image, annotations map[string]string) ([]byte, ocispec.Descriptor, error) {
	return BuildIndexAs(ocispec.MediaTypeImageIndex, imgs, annotations)
}

// BuildWhole is [BuildIndex] with the entries that are no images, as [ParseWhole] returns them: they come last, as they
// are.
func BuildWhole(
	imgs []Image, others []ocispec.Descriptor, annotations map[string]string,
) ([]byte, ocispec.Descriptor, error) {
	return build(ocispec.MediaTypeImageIndex, imgs, others, annotations)
}

// BuildIndexAs is [BuildIndex] for a media type: the OCI index, or the manifest list of Docker. A list has no
// annotations, neither of its own nor of its entries, so attestations, which are found by them, cannot be in it; what
// it cannot carry is refused.
func BuildIndexAs(
	mediaType string, imgs []Image, annotations map[string]string,
) ([]byte, ocispec.Descriptor, error) {
	return build(mediaType, imgs, nil, annotations)
}

// build makes the index of all that is to be in it.
func build(
	mediaType string, imgs []Image, others []ocispec.Descriptor, annotations map[string]string,
) ([]byte, ocispec.Descriptor, error) {
	if len(imgs) == 0 {
		return nil, ocispec.Descriptor{}, fmt.Errorf("building an index: %w: no images", ErrIndex)
	}
	if err := carries(mediaType, imgs, annotations); err != nil {
		return nil, ocispec.Descriptor{}, err
	}
	entries, err := imageEntries(imgs)
	if err != nil {
		return nil, ocispec.Descriptor{}, fmt.Errorf("building an index: %w: %w", ErrIndex, err)
	}
	attested, err := attestationEntries(imgs)
	if err != nil {
		return nil, ocispec.Descriptor{}, fmt.Errorf("building an index: %w: %w", ErrIndex, err)
	}
	entries = append(append(entries, attested...), others...)
	if len(entries) > MaxEntries {
		return nil, ocispec.Descriptor{}, fmt.Errorf("building an index: %w: %d entries, more than %d",
			ErrIndex, len(entries), MaxEntries)
	}
	return marshal(mediaType, ocispec.Index{
		Versioned:   specs.Versioned{SchemaVersion: 2},
		MediaType:   mediaType,
		Manifests:   entries,
		Annotations: annotations,
	})
}

// ErrMediaType marks what an index of the media type asked for cannot hold.
var ErrMediaType = errors.New("the media type cannot carry it")

// carries refuses what a media type has no field for.
func carries(mediaType string, imgs []Image, annotations map[string]string) error {
	switch mediaType {
	case ocispec.MediaTypeImageIndex:
		return nil
	case images.MediaTypeDockerSchema2ManifestList:
	default:
		return fmt.Errorf("building an index: %w: %q is no media type of an index", ErrMediaType, mediaType)
	}
	if len(annotations) > 0 {
		return fmt.Errorf("building a Docker manifest list: %w: it has no annotations; use an OCI index", ErrMediaType)
	}
	for _, img := range imgs {
		switch {
		case len(img.Annotations) > 0:
			return fmt.Errorf("building a Docker manifest list: %w: the annotations of %s; use an OCI index",
				ErrMediaType, platform.Format(img.Platform))
		case img.Attestation != nil:
			return fmt.Errorf("building a Docker manifest list: %w: the attestations of %s; use an OCI index",
				ErrMediaType, platform.Format(img.Platform))
		}
	}
	return nil
}

// imageEntries returns the index entries of the image manifests.
func imageEntries(imgs []Image) ([]ocispec.Descriptor, error) {
	entries := make([]ocispec.Descriptor, 0, len(imgs))
	seen := map[string]bool{}
	for _, img := range imgs {
		if !isImagePlatform(&img.Platform) {
			return nil, fmt.Errorf("%w: %s names no os or architecture", platform.ErrInvalid, img.Manifest.Digest)
		}
		key := platform.Format(img.Platform)
		if seen[key] {
			return nil, fmt.Errorf("%w %q: given twice", platform.ErrInvalid, key)
		}
		seen[key] = true
		entry, err := plainEntry(img.Manifest)
		if err != nil {
			return nil, fmt.Errorf("image for %s: %w", key, err)
		}
		p := platform.Stated(img.Platform)
		entry.Platform, entry.Annotations = &p, maps.Clone(img.Annotations)
		entries = append(entries, entry)
	}
	return entries, nil
}

// attestationEntries returns the index entries of the attestation manifests. One manifest that serves two platforms
// has one attestation manifest, and that is listed once.
func attestationEntries(imgs []Image) ([]ocispec.Descriptor, error) {
	var entries []ocispec.Descriptor
	seen := map[[2]string]bool{}
	for _, img := range imgs {
		if img.Attestation == nil {
			continue
		}
		entry, err := plainEntry(*img.Attestation)
		if err != nil {
			return nil, fmt.Errorf("attestation for %s: %w", platform.Format(img.Platform), err)
		}
		pair := [2]string{entry.Digest.String(), img.Manifest.Digest.String()}
		if seen[pair] {
			continue
		}
		seen[pair] = true
		entries = append(entries, asAttestation(entry, img.Manifest))
	}
	return entries, nil
}

// asAttestation marks the descriptor of an attestation manifest as BuildKit does: it is of no platform and refers to
// its image by two annotations.
func asAttestation(desc, image ocispec.Descriptor) ocispec.Descriptor {
	desc.Platform = &ocispec.Platform{OS: unknown, Architecture: unknown}
	desc.Annotations = map[string]string{
		attestation.DockerAnnotationReferenceType:   attestation.DockerAnnotationReferenceTypeDefault,
		attestation.DockerAnnotationReferenceDigest: image.Digest.String(),
	}
	return desc
}

// plainEntry checks that a descriptor names a manifest and returns it without anything that is not its identity.
func plainEntry(desc ocispec.Descriptor) (ocispec.Descriptor, error) {
	if images.IsIndexType(desc.MediaType) {
		return ocispec.Descriptor{}, fmt.Errorf("%s is an index itself; an index here is flat", desc.Digest)
	}
	if !images.IsManifestType(desc.MediaType) {
		return ocispec.Descriptor{}, fmt.Errorf("%s has media type %q, not that of a manifest",
			desc.Digest, desc.MediaType)
	}
	if err := checkDescriptor(desc); err != nil {
		return ocispec.Descriptor{}, err
	}
	return ocispec.Descriptor{MediaType: desc.MediaType, Digest: desc.Digest, Size: desc.Size}, nil
}

// IsAttestation tells whether an index entry is no image but an attestation manifest: it is of the platform BuildKit
// gives those, unknown/unknown, or says so and is of none. One of unknown/unknown that does not say so serves nothing,
// and is refused by [ParseIndex]; one of another platform serves that, whatever it says.
func IsAttestation(entry ocispec.Descriptor) bool {
	return isMarked(entry) && entry.Platform == nil || isUnknown(entry.Platform)
}

// Attests is the image that an index entry says it attests; empty where it says nothing of the kind.
func Attests(entry ocispec.Descriptor) digest.Digest {
	if !isMarked(entry) {
		return ""
	}
	return digest.Digest(entry.Annotations[attestation.DockerAnnotationReferenceDigest])
}

// isMarked reports whether an index entry says that it is an attestation manifest.
func isMarked(entry ocispec.Descriptor) bool {
	return entry.Annotations[attestation.DockerAnnotationReferenceType] ==
		attestation.DockerAnnotationReferenceTypeDefault
}

// Platforms lists the platforms of images, in their order.
func Platforms(imgs []Image) []ocispec.Platform {
	out := make([]ocispec.Platform, 0, len(imgs))
	for _, img := range imgs {
		out = append(out, img.Platform)
	}
	return out
}
