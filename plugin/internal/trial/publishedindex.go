package trial

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// readIndex takes an index apart into its images and what it has beside them: the index with the records has all of it.
func (t *PublishedTest) readIndex(ctx context.Context, body []byte) error {
	entries, err := t.flat(ctx, body, manifest.MaxNesting)
	if err != nil {
		return fmt.Errorf("reading an index: %w: %w", manifest.ErrIndex, err)
	}
	seen, err := source.Unmask(ctx, entries, t.claimed, t.repository.Fetch)
	if err != nil {
		return err
	}
	imgs, others, err := manifest.GroupEntries(seen)
	if err != nil {
		return fmt.Errorf("reading an index: %w: %w", manifest.ErrIndex, err)
	}
	var index ocispec.Index
	if err := json.Unmarshal(body, &index); err != nil {
		return fmt.Errorf("%w: %w", manifest.ErrIndex, err)
	}
	t.annotations, t.others = index.Annotations, others
	for _, image := range imgs {
		isImage := true
		if image.Platform.OS == "" {
			if isImage, err = t.complete(ctx, &image); err != nil {
				return err
			}
		}
		if err := t.forgetLost(ctx, &image); err != nil {
			return err
		}
		if isImage && !t.compressedAgain(image) {
			t.images = append(t.images, image)
			continue
		}
		i := slices.IndexFunc(entries, func(d ocispec.Descriptor) bool { return d.Digest == image.Manifest.Digest })
		t.others = append(t.others, entries[i])
	}
	if len(t.images) == 0 {
		return fmt.Errorf("reading an index: %w: it has no image, but %s",
			manifest.ErrIndex, manifest.DescribeOther(t.others[0]))
	}
	return t.checkTwins()
}

// flat lists the entries of an index, and in the place of each index within it the entries of that.
func (t *PublishedTest) flat(ctx context.Context, body []byte, depth int) (flat []ocispec.Descriptor, err error) {
	entries, err := manifest.ParseEntries(body)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if !manifest.IsFollowed(entry) {
			flat = append(flat, entry)
			continue
		}
		if depth == 0 {
			return nil, errors.New("indexes in it are nested too deep")
		}
		_, nested, err := t.repository.Resolve(ctx, entry.Digest.String())
		if err != nil {
			return nil, err
		}
		within, err := t.flat(ctx, nested, depth-1)
		if err != nil {
			return nil, err
		}
		if entry.ArtifactType != "" && !slices.ContainsFunc(within, mayServe) {
			within = []ocispec.Descriptor{entry}
		}
		if flat = append(flat, within...); len(flat) > manifest.MaxEntries {
			return nil, fmt.Errorf("with those in it, it has more than %d entries", manifest.MaxEntries)
		}
	}
	return flat, nil
}

// mayServe tells that an index entry may be an image that engines pull.
func mayServe(entry ocispec.Descriptor) bool {
	return manifest.Doubtful(entry) || !manifest.IsOther(entry) && !manifest.IsAttestation(entry)
}

// claimed reads the manifest of what claims to be no image; one that is gone serves nobody.
func (t *PublishedTest) claimed(ctx context.Context, entry ocispec.Descriptor) ([]byte, error) {
	_, body, err := t.repository.Resolve(ctx, entry.Digest.String())
	if cerrdefs.IsNotFound(err) {
		return nil, nil
	}
	return body, err
}

// forgetLost takes an image without attestations that cannot be fetched: the record is then all there is.
func (t *PublishedTest) forgetLost(ctx context.Context, image *manifest.Image) error {
	if image.Attestation == nil {
		return nil
	}
	_, err := t.repository.Head(ctx, image.Attestation.Digest.String())
	if cerrdefs.IsNotFound(err) {
		image.Attestation, err = nil, nil
	}
	return err
}

// compressedAgain tells that an image is one that was met, with its layers compressed otherwise. It is kept, and not
// tested: the records are of the one that every engine takes.
func (t *PublishedTest) compressedAgain(image manifest.Image) bool {
	return source.Compression(image) != "" && image.Attestation == nil && t.indexOf(image.Platform) >= 0
}

// complete takes the platform that an entry does not say from its config, and tells whether it is an image at all.
func (t *PublishedTest) complete(ctx context.Context, image *manifest.Image) (isImage bool, err error) {
	m, config, err := readConfig(ctx, t.repository, image.Manifest)
	if err != nil || !manifest.IsImage(m) {
		return false, err
	}
	image.Platform, err = manifest.PlatformOf(config)
	return true, err
}

// checkTwins refuses two images of one platform: which of them a record is of could not be told.
func (t *PublishedTest) checkTwins() error {
	for i, image := range t.images {
		if first := t.indexOf(image.Platform); first != i {
			return fmt.Errorf("reading an index: %w: %s is in it twice, as %s and %s", manifest.ErrIndex,
				platform.Format(image.Platform), t.images[first].Manifest.Digest, image.Manifest.Digest)
		}
	}
	return nil
}
