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
)

// Part is one platform of an image that stands somewhere.
type Part struct {
	Image
	// Place is where it stands, Source the image there as the user wrote it.
	Place  Place
	Source string
	// Set is true for a platform that was set by hand.
	Set bool
	// Carried is true for a platform that is taken over from what a tag held.
	Carried bool
}

// Source is an image that was read where it stands.
type Source struct {
	// Root is the index or the plain manifest itself, Body its bytes.
	Root ocispec.Descriptor
	Body []byte
	// Annotations are the index's own.
	Annotations map[string]string
	// Parts are its platforms, flattened, in their order.
	Parts []Part
}

// ReadSource reads the image that ref, a tag or a digest, names at a place. Of an
// index each image comes with its attestation manifest, and indexes in it are
// flattened; of a plain manifest the platform is read from its config. What was
// read is learned by origins. Platforms that the index does not say, and the
// os.version of Windows that some tools drop, come from the config. Errors wrap
// [ErrIndex] and [ErrPlatform] where those apply.
func ReadSource(ctx context.Context, place Place, name, ref string, origins *Origins) (Source, error) {
	desc, body, err := place.Resolve(ctx, ref)
	if err != nil {
		return Source{}, fmt.Errorf("reading %q: %w", name, err)
	}
	r := sourceReader{place: place, name: name, origins: origins}
	origins.Learn(place, desc, body)
	s := Source{Root: desc, Body: body}
	if images.IsIndexType(desc.MediaType) {
		var index ocispec.Index
		if err := json.Unmarshal(body, &index); err != nil {
			return Source{}, fmt.Errorf("reading %q: %w: %w", name, ErrIndex, err)
		}
		s.Annotations = index.Annotations
		s.Parts, err = r.index(ctx, body, maxNesting)
	} else {
		s.Parts, err = r.plain(ctx, desc, body)
	}
	if err != nil {
		return Source{}, fmt.Errorf("reading %q: %w", name, err)
	}
	return s, nil
}

type sourceReader struct {
	place   Place
	name    string
	origins *Origins
}

// plain is the only part of a plain manifest.
func (r sourceReader) plain(ctx context.Context, desc ocispec.Descriptor, body []byte) ([]Part, error) {
	platform, err := r.configured(ctx, desc, body)
	if err != nil {
		return nil, err
	}
	return []Part{r.part(Image{Platform: platform, Manifest: desc})}, nil
}

func (r sourceReader) part(image Image) Part {
	r.origins.At(r.place, image.Manifest)
	if image.Attestation != nil {
		r.origins.At(r.place, *image.Attestation)
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
	r.origins.Keep(m.Config, config)
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
	err = inParallel(ctx, len(imgs), func(ctx context.Context, i int) error {
		img := imgs[i]
		p := img.Platform
		if p.OS == "" || p.OS == "windows" && p.OSVersion == "" {
			if err := r.complete(ctx, &img); err != nil {
				return err
			}
		}
		parts[i] = r.part(img)
		return nil
	})
	return parts, err
}

// complete takes the platform of an index entry from the config. Of an entry that
// says one already, only the os.version and os.features are taken.
func (r sourceReader) complete(ctx context.Context, img *Image) error {
	_, body, err := r.place.Resolve(ctx, img.Manifest.Digest.String())
	if err != nil {
		return err
	}
	r.origins.Learn(r.place, img.Manifest, body)
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
