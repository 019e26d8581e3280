package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/platforms"
	"github.com/moby/buildkit/util/attestation"
	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// ParseIndex reads an OCI index or a Docker manifest list and returns its images in their order, each with its
// attestation manifest. It is the reverse of [BuildIndex]. It refuses a manifest, an empty index, more than 128
// entries, a nested index, an attestation whose image is not in the index, two attestation manifests for one image,
// and descriptors that are not well formed; every error wraps [ErrIndex].
func ParseIndex(body []byte) ([]Image, error) {
	entries, err := ParseEntries(body)
	if err != nil {
		return nil, fmt.Errorf("reading an index: %w: %w", ErrIndex, err)
	}
	imgs, err := GroupEntries(entries)
	if err != nil {
		return nil, fmt.Errorf("reading an index: %w: %w", ErrIndex, err)
	}
	return imgs, nil
}

// ParseEntries decodes an index as far as its entries. Errors do not wrap [ErrIndex].
func ParseEntries(body []byte) ([]ocispec.Descriptor, error) {
	var document struct {
		ocispec.Index
		Config json.RawMessage `json:"config"`
		Layers json.RawMessage `json:"layers"`
	}
	if err := unmarshal(body, &document); err != nil {
		return nil, err
	}
	if document.MediaType != "" && !images.IsIndexType(document.MediaType) {
		return nil, fmt.Errorf("the media type is %q", document.MediaType)
	}
	switch {
	case document.Config != nil || document.Layers != nil:
		return nil, errors.New("it has the config or the layers of a manifest")
	case document.SchemaVersion != 2:
		return nil, fmt.Errorf("the schema version is %d, not 2", document.SchemaVersion)
	case len(document.Manifests) == 0:
		return nil, errors.New("it has no entries")
	case len(document.Manifests) > MaxEntries:
		return nil, fmt.Errorf("it has %d entries, more than %d", len(document.Manifests), MaxEntries)
	}
	return document.Manifests, nil
}

// GroupEntries puts the attestation manifests to their images. Errors do not wrap [ErrIndex].
func GroupEntries(entries []ocispec.Descriptor) ([]Image, error) {
	var imgs []Image
	var attested []ocispec.Descriptor
	for _, entry := range entries {
		if isMarked(entry) {
			attested = append(attested, entry)
			continue
		}
		img, err := parseImage(entry)
		if err != nil {
			return nil, err
		}
		imgs = append(imgs, img)
	}
	if len(imgs) == 0 {
		return nil, errors.New("it has attestations only")
	}
	for _, entry := range attested {
		if err := attach(imgs, entry); err != nil {
			return nil, err
		}
	}
	return imgs, nil
}

// parseImage reads the entry of an image manifest. What serves nothing without saying that it is an attestation is
// refused.
func parseImage(entry ocispec.Descriptor) (Image, error) {
	desc, err := plainEntry(entry)
	if err != nil {
		return Image{}, err
	}
	p := entry.Platform
	if p == nil || p.OS == "" || p.Architecture == "" {
		return Image{Manifest: desc, Annotations: maps.Clone(entry.Annotations)}, nil
	}
	if !isImagePlatform(p) {
		return Image{}, fmt.Errorf("%s is for %s/%s and no attestation", desc.Digest, p.OS, p.Architecture)
	}
	return Image{
		Platform: platforms.Normalize(*p), Manifest: desc, Annotations: maps.Clone(entry.Annotations),
	}, nil
}

// attach puts an attestation manifest to every image of its subject's digest. The images are this package's own.
func attach(imgs []Image, entry ocispec.Descriptor) error {
	desc, err := plainEntry(entry)
	if err != nil {
		return err
	}
	subject := digest.Digest(entry.Annotations[attestation.DockerAnnotationReferenceDigest])
	found := false
	for i := range imgs {
		if imgs[i].Manifest.Digest != subject {
			continue
		}
		if imgs[i].Attestation != nil && imgs[i].Attestation.Digest != desc.Digest {
			return fmt.Errorf("%s and %s are both attestations of %s", imgs[i].Attestation.Digest, desc.Digest, subject)
		}
		found = true
		marked := asAttestation(desc, imgs[i].Manifest)
		imgs[i].Attestation = &marked
	}
	if !found {
		return fmt.Errorf("the attestation %s is of %q, which is not in it", desc.Digest, subject)
	}
	return nil
}
