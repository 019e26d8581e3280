package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/moby/buildkit/util/attestation"
	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// ParseIndex reads an OCI index or a Docker manifest list and returns its images in their order, each with its
// attestation manifest. It is the reverse of [BuildIndex]. Entries that are no images are left out. It refuses a
// manifest, an index without images, more than 128 entries, a nested index, an attestation whose image is not in the
// index, two attestation manifests for one image, and descriptors that are not well formed; every error wraps
// [ErrIndex].
func ParseIndex(body []byte) ([]Image, error) {
	entries, err := ParseEntries(body)
	if err != nil {
		return nil, fmt.Errorf("reading an index: %w: %w", ErrIndex, err)
	}
	imgs, others, err := GroupEntries(entries)
	if err == nil && len(imgs) == 0 {
		err = noImages(others)
	}
	if err != nil {
		return nil, fmt.Errorf("reading an index: %w: %w", ErrIndex, err)
	}
	return imgs, nil
}

// ParseWhole is [ParseIndex] that also returns the entries that are no images, see [IsOther]. An index may have those
// alone.
func ParseWhole(body []byte) (imgs []Image, others []ocispec.Descriptor, err error) {
	entries, err := ParseEntries(body)
	if err == nil {
		imgs, others, err = GroupEntries(entries)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading an index: %w: %w", ErrIndex, err)
	}
	return imgs, others, nil
}

// noImages says what an index has instead of images.
func noImages(others []ocispec.Descriptor) error {
	if len(others) == 0 {
		return errors.New("it has attestations only")
	}
	return fmt.Errorf("it has no image, but %s", DescribeOther(others[0]))
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
	for _, entry := range document.Manifests {
		if err := checkWords(entry); err != nil {
			return nil, err
		}
	}
	return document.Manifests, nil
}

// GroupEntries puts the attestation manifests to their images, and the entries apart that are no images. Errors do not
// wrap [ErrIndex].
func GroupEntries(entries []ocispec.Descriptor) (imgs []Image, others []ocispec.Descriptor, err error) {
	var attested []ocispec.Descriptor
	for _, entry := range entries {
		if isMarked(entry) {
			attested = append(attested, entry)
			continue
		}
		if IsOther(entry) {
			if err := checkDescriptor(entry); err != nil {
				return nil, nil, err
			}
			others = append(others, entry)
			continue
		}
		img, err := parseImage(entry)
		if err != nil {
			return nil, nil, err
		}
		imgs = append(imgs, img)
	}
	if len(imgs) == 0 && len(others) == 0 && len(attested) > 0 {
		return nil, nil, noImages(nil)
	}
	for _, entry := range attested {
		if err := attach(imgs, entry); err != nil {
			return nil, nil, err
		}
	}
	return imgs, others, nil
}

// parseImage reads the entry of an image manifest.
func parseImage(entry ocispec.Descriptor) (Image, error) {
	desc, err := plainEntry(entry)
	if err != nil {
		return Image{}, err
	}
	p := entry.Platform
	if p == nil || p.OS == "" || p.Architecture == "" {
		return Image{Manifest: desc, Annotations: maps.Clone(entry.Annotations)}, nil
	}
	return Image{
		Platform: platform.Stated(*p), Manifest: desc, Annotations: maps.Clone(entry.Annotations),
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
