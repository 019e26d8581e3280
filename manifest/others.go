package manifest

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/moby/buildkit/util/attestation"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// ErrNoImage marks a manifest that is no image: a chart, a signature, an SBOM.
var ErrNoImage = errors.New("it is no image")

// IsOther tells whether an index entry is neither an image nor an attestation manifest of BuildKit: it says what
// kind of artifact it is, as indexes of SOCI and sigstore bundles do, is of the platform unknown/unknown, as SBOMs
// of others are, or is no manifest at all. What it says of its kind is a claim, see [Doubtful] and [IsFollowed]. Of an
// entry without a platform only its manifest can tell, see [IsImage].
func IsOther(entry ocispec.Descriptor) bool {
	if isMarked(entry) || entry.MediaType == "" {
		return false
	}
	return entry.ArtifactType != "" || isUnknown(entry.Platform) ||
		!images.IsManifestType(entry.MediaType) && !images.IsIndexType(entry.MediaType)
}

// IsFollowed tells whether an index entry is an index that engines look for images in, whatever it claims to be.
func IsFollowed(entry ocispec.Descriptor) bool {
	return images.IsIndexType(entry.MediaType) && !isUnknown(entry.Platform)
}

// Doubtful tells whether an index entry claims to be no image, by an artifact type or as an attestation manifest, while
// engines would pull it as one: they look at its media type and its platform alone. Its manifest has to be read,
// see [Unmask].
func Doubtful(entry ocispec.Descriptor) bool {
	return (entry.ArtifactType != "" || isMarked(entry)) &&
		images.IsManifestType(entry.MediaType) && !isUnknown(entry.Platform)
}

// Unmask returns an index entry without the claims that it is no image, where its manifest is that of one.
func Unmask(entry ocispec.Descriptor, body []byte) ocispec.Descriptor {
	var m ocispec.Manifest
	if json.Unmarshal(body, &m) != nil || !IsImage(m) {
		return entry
	}
	entry.ArtifactType = ""
	if isMarked(entry) {
		entry.Annotations = maps.Clone(entry.Annotations)
		delete(entry.Annotations, attestation.DockerAnnotationReferenceType)
		delete(entry.Annotations, attestation.DockerAnnotationReferenceDigest)
	}
	return entry
}

// IsImage tells whether a manifest is that of an image, as engines tell it: it has the config of one, whatever artifact
// type it claims, and its layers are not all statements, as those of attestation manifests are.
func IsImage(m ocispec.Manifest) bool {
	isLayer := func(layer ocispec.Descriptor) bool {
		return layer.MediaType != StatementMediaType && !isSignature(layer.MediaType)
	}
	return images.IsConfigType(m.Config.MediaType) && (len(m.Layers) == 0 || slices.ContainsFunc(m.Layers, isLayer))
}

// isUnknown tells whether a platform is the one that BuildKit gives what no engine is to pull.
func isUnknown(p *ocispec.Platform) bool {
	return p != nil && p.OS == unknown && p.Architecture == unknown
}

// isSignature tells whether a layer is one in which cosign keeps a signature or an attestation: such a manifest has a
// config of an image, with nothing in it.
func isSignature(mediaType string) bool {
	return strings.HasPrefix(mediaType, "application/vnd.dev.cosign.") ||
		strings.HasPrefix(mediaType, "application/vnd.dsse.")
}

// signedLayer is the type of the first layer that is a signature; empty: there is none.
func signedLayer(m ocispec.Manifest) string {
	for _, layer := range m.Layers {
		if isSignature(layer.MediaType) {
			return layer.MediaType
		}
	}
	return ""
}

// DescribeOther says in words what an entry is that is no image.
func DescribeOther(entry ocispec.Descriptor) string {
	kind := entry.ArtifactType
	if kind == "" {
		kind = entry.MediaType
	}
	text := kind + " " + entry.Digest.String()
	if p := entry.Platform; isImagePlatform(p) {
		text += " for " + platform.Format(*p)
	}
	return text
}

// KindOf is the artifact type of a manifest, else that of the signature in it, else the media type of its config.
func KindOf(m ocispec.Manifest) string {
	return cmp.Or(m.ArtifactType, signedLayer(m), m.Config.MediaType)
}
