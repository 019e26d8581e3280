package manifest

import (
	"cmp"
	"errors"
	"strings"

	"github.com/containerd/containerd/v2/core/images"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// ErrNoImage marks a manifest that is no image: a chart, a signature, an SBOM.
var ErrNoImage = errors.New("it is no image")

// IsOther tells whether an index entry is neither an image nor an attestation manifest of BuildKit: it says what
// kind of artifact it is, as indexes of SOCI and sigstore bundles do, is of the platform unknown/unknown, as SBOMs
// of others are, or is no manifest at all. Of an entry without a platform only its manifest can tell, see [IsImage].
func IsOther(entry ocispec.Descriptor) bool {
	if isMarked(entry) || entry.MediaType == "" {
		return false
	}
	p := entry.Platform
	return entry.ArtifactType != "" || p != nil && p.OS == unknown && p.Architecture == unknown ||
		!images.IsManifestType(entry.MediaType) && !images.IsIndexType(entry.MediaType)
}

// IsImage tells whether a manifest is that of an image: it is of no artifact type, and has the config of an image.
func IsImage(m ocispec.Manifest) bool {
	return m.ArtifactType == "" && images.IsConfigType(m.Config.MediaType) && signedLayer(m) == ""
}

// signedLayer is the type of a layer in which cosign keeps a signature or an attestation: such a manifest has a config
// of an image, with nothing in it.
func signedLayer(m ocispec.Manifest) string {
	for _, layer := range m.Layers {
		for _, of := range []string{"application/vnd.dev.cosign.", "application/vnd.dsse."} {
			if strings.HasPrefix(layer.MediaType, of) {
				return layer.MediaType
			}
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
