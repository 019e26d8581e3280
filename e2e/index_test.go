//go:build e2e

package e2e

import (
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

const (
	referenceType   = "vnd.docker.reference.type"
	referenceDigest = "vnd.docker.reference.digest"
	predicateType   = "in-toto.io/predicate-type"
)

// imagesOf lists the entries of an index that are images of a platform.
func imagesOf(index ocispec.Index) []ocispec.Descriptor {
	var out []ocispec.Descriptor
	for _, entry := range index.Manifests {
		if entry.Annotations[referenceType] == "" {
			out = append(out, entry)
		}
	}
	return out
}

// attestationsOf lists the attestation manifests of an index by the digest of the image they speak of.
func attestationsOf(index ocispec.Index) map[string][]ocispec.Descriptor {
	out := map[string][]ocispec.Descriptor{}
	for _, entry := range index.Manifests {
		if entry.Annotations[referenceType] == "attestation-manifest" {
			subject := entry.Annotations[referenceDigest]
			out[subject] = append(out[subject], entry)
		}
	}
	return out
}

func platformsOf(index ocispec.Index) []string {
	var out []string
	for _, entry := range imagesOf(index) {
		out = append(out, formatPlatform(*entry.Platform))
	}
	return out
}

func formatPlatform(p ocispec.Platform) string {
	return strings.TrimSuffix(p.OS+"/"+p.Architecture+"/"+p.Variant, "/")
}
