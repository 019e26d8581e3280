package trial

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// readIndex takes an index apart into its images and what it has beside them: the index with the records has all of it.
func (t *PublishedTest) readIndex(ctx context.Context, body []byte) error {
	imgs, others, err := manifest.ParseWhole(body)
	if err != nil {
		return err
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
		if isImage {
			t.images = append(t.images, image)
			continue
		}
		i := slices.IndexFunc(index.Manifests, func(d ocispec.Descriptor) bool { return d.Digest == image.Manifest.Digest })
		t.others = append(t.others, index.Manifests[i])
	}
	if len(t.images) == 0 {
		return fmt.Errorf("reading an index: %w: it has no image, but %s",
			manifest.ErrIndex, manifest.DescribeOther(t.others[0]))
	}
	return t.checkTwins()
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
