package manifest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"
)

// readJobs is how many requests of one image run at once.
const readJobs = 4

// sourceReader reads one image where it stands.
type sourceReader struct {
	place Place
	name  string
	blobs *Origins
}

// plain is the only part of a plain manifest.
func (r sourceReader) plain(ctx context.Context, desc ocispec.Descriptor, body []byte) ([]Part, error) {
	platform, err := r.configured(ctx, desc, body)
	if err != nil {
		return nil, err
	}
	return []Part{r.part(Image{Platform: platform, Manifest: desc})}, nil
}

// part is an image as a part, whose place is known from now on.
func (r sourceReader) part(image Image) Part {
	r.blobs.At(r.place, image.Manifest)
	if image.Attestation != nil {
		r.blobs.At(r.place, *image.Attestation)
	}
	return Part{Image: image, Place: r.place, Source: r.name}
}

// configured reads the platform from the config of a manifest.
func (r sourceReader) configured(
	ctx context.Context, desc ocispec.Descriptor, body []byte,
) (ocispec.Platform, error) {
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return ocispec.Platform{}, fmt.Errorf("reading manifest %s: %w: %w", desc.Digest, ErrIndex, err)
	}
	config, err := r.place.Fetch(ctx, m.Config)
	if err != nil {
		return ocispec.Platform{}, err
	}
	r.blobs.Keep(m.Config, config)
	return PlatformOf(config)
}

// index lists the parts of an index and of those in it.
func (r sourceReader) index(ctx context.Context, body []byte, depth int) ([]Part, error) {
	entries, err := parseEntries(body)
	if err != nil {
		return nil, fmt.Errorf("reading an index: %w: %w", ErrIndex, err)
	}
	var parts []Part
	flat := slices.DeleteFunc(slices.Clone(entries), func(d ocispec.Descriptor) bool {
		return images.IsIndexType(d.MediaType)
	})
	if len(flat) > 0 {
		if parts, err = r.images(ctx, flat); err != nil {
			return nil, err
		}
	}
	for _, entry := range entries {
		if !images.IsIndexType(entry.MediaType) {
			continue
		}
		if depth == 0 {
			return nil, fmt.Errorf("reading an index: %w: indexes in it are nested too deep", ErrIndex)
		}
		_, body, err := r.place.Resolve(ctx, entry.Digest.String())
		if err != nil {
			return nil, err
		}
		found, err := r.index(ctx, body, depth-1)
		if err != nil {
			return nil, err
		}
		parts = append(parts, found...)
	}
	return parts, nil
}

// images lists the parts among the entries of an index that are no indexes.
func (r sourceReader) images(ctx context.Context, entries []ocispec.Descriptor) ([]Part, error) {
	imgs, err := groupEntries(entries)
	if err != nil {
		return nil, fmt.Errorf("reading an index: %w: %w", ErrIndex, err)
	}
	parts := make([]Part, len(imgs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readJobs)
	for i, img := range imgs {
		group.Go(func() error {
			p := img.Platform
			if p.OS == "" || p.OS == "windows" && p.OSVersion == "" {
				if err := r.complete(ctx, &img); err != nil {
					return err
				}
			}
			parts[i] = r.part(img)
			return nil
		})
	}
	return parts, group.Wait()
}

// complete takes the platform of an index entry from the config. Of an entry that
// says one already, only the os.version and os.features are taken.
func (r sourceReader) complete(ctx context.Context, img *Image) error {
	_, body, err := r.place.Resolve(ctx, img.Manifest.Digest.String())
	if err != nil {
		return err
	}
	r.blobs.Learn(r.place, img.Manifest, body)
	platform, err := r.configured(ctx, img.Manifest, body)
	if img.Platform.OS == "" {
		img.Platform = platform
		return err
	}
	if errors.Is(err, ErrPlatform) || cerrdefs.IsNotFound(err) {
		return nil
	}
	if platform.OS == img.Platform.OS && platform.Architecture == img.Platform.Architecture {
		img.Platform.OSVersion, img.Platform.OSFeatures = platform.OSVersion, platform.OSFeatures
	}
	return err
}
