package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// readJobs is how many requests of one image run at once.
const readJobs = 4

// imageReader reads one image where it stands.
type imageReader struct {
	place Place
	name  string
	blobs *Blobs
	// listed counts the entries of all its indexes.
	listed *int
	// within are the indexes that were met in it.
	within *[]digest.Digest
}

// plain is the only entry of a plain manifest.
func (r imageReader) plain(ctx context.Context, desc ocispec.Descriptor, body []byte) ([]Entry, error) {
	p, err := r.configured(ctx, desc, body)
	if err != nil {
		return nil, err
	}
	return []Entry{r.entry(manifest.Image{Platform: p, Manifest: desc})}, nil
}

// entry is an image whose place is known from now on.
func (r imageReader) entry(image manifest.Image) Entry {
	r.blobs.At(r.place, image.Manifest)
	if image.Attestation != nil {
		r.blobs.At(r.place, *image.Attestation)
	}
	return Entry{Image: image, Place: r.place, Source: r.name}
}

// configured reads the platform from the config of a manifest.
func (r imageReader) configured(
	ctx context.Context, desc ocispec.Descriptor, body []byte,
) (ocispec.Platform, error) {
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return ocispec.Platform{}, fmt.Errorf("reading manifest %s: %w: %w", desc.Digest, manifest.ErrIndex, err)
	}
	if !manifest.IsImage(m) {
		return ocispec.Platform{}, fmt.Errorf("reading manifest %s: %w, but %q",
			desc.Digest, manifest.ErrNoImage, manifest.KindOf(m))
	}
	config, err := r.place.Fetch(ctx, m.Config)
	if err != nil {
		return ocispec.Platform{}, err
	}
	r.blobs.Keep(m.Config, config)
	return manifest.PlatformOf(config)
}

// index lists the images of an index and of those in it, and what else is in them.
func (r imageReader) index(
	ctx context.Context, body []byte, depth int,
) (entries []Entry, others []ocispec.Descriptor, err error) {
	listed, err := manifest.ParseEntries(body)
	if err != nil {
		return nil, nil, fmt.Errorf("reading an index: %w: %w", manifest.ErrIndex, err)
	}
	if *r.listed += len(listed); *r.listed > manifest.MaxEntries {
		return nil, nil, fmt.Errorf("reading an index: %w: with those in it, it has more than %d entries",
			manifest.ErrIndex, manifest.MaxEntries)
	}
	flat := slices.DeleteFunc(slices.Clone(listed), manifest.IsFollowed)
	if entries, others, err = r.images(ctx, flat); err != nil {
		return nil, nil, err
	}
	for _, desc := range listed {
		if !manifest.IsFollowed(desc) {
			continue
		}
		if depth == 0 {
			return nil, nil, fmt.Errorf("reading an index: %w: indexes in it are nested too deep", manifest.ErrIndex)
		}
		_, body, err := r.place.Resolve(ctx, desc.Digest.String())
		if err != nil {
			return nil, nil, err
		}
		*r.within = append(*r.within, desc.Digest)
		found, more, err := r.index(ctx, body, depth-1)
		if err != nil {
			return nil, nil, err
		}
		if len(found) == 0 && desc.ArtifactType != "" { // as it claims, it is none
			more = []ocispec.Descriptor{desc}
		}
		entries, others = append(entries, found...), append(others, more...)
	}
	if len(entries) == 0 && depth == manifest.MaxNesting {
		return nil, nil, fmt.Errorf("reading an index: %w: none is in it", manifest.ErrNoImage)
	}
	return entries, others, nil
}

// images lists the entries of an index that are no indexes.
func (r imageReader) images(
	ctx context.Context, listed []ocispec.Descriptor,
) (entries []Entry, others []ocispec.Descriptor, err error) {
	if listed, err = Unmask(ctx, listed, r.claimed, r.place.Fetch); err != nil {
		return nil, nil, err
	}
	imgs, others, err := manifest.GroupEntries(listed)
	if err != nil {
		return nil, nil, fmt.Errorf("reading an index: %w: %w", manifest.ErrIndex, err)
	}
	read := make([]*Entry, len(imgs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readJobs)
	for i, img := range imgs {
		group.Go(func() error {
			p := img.Platform
			if p.OS == "" || p.OS == "windows" && p.OSVersion == "" {
				err := r.complete(ctx, &img)
				if errors.Is(err, manifest.ErrNoImage) {
					return nil
				}
				if err != nil {
					return err
				}
			}
			entry := r.entry(img)
			read[i] = &entry
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	for i, entry := range read {
		if entry == nil {
			others = append(others, imgs[i].Manifest)
			continue
		}
		entries = append(entries, *entry)
	}
	return entries, others, nil
}

// claimed reads the manifest of what claims to be no image; one that is gone serves nobody.
func (r imageReader) claimed(ctx context.Context, entry ocispec.Descriptor) ([]byte, error) {
	_, body, err := r.place.Resolve(ctx, entry.Digest.String())
	if cerrdefs.IsNotFound(err) {
		return nil, nil
	}
	if err == nil {
		r.blobs.Learn(r.place, entry, body)
	}
	return body, err
}

// complete takes the platform of an index entry from the config. Of an entry that
// says one already, only the os.version and os.features are taken.
func (r imageReader) complete(ctx context.Context, img *manifest.Image) error {
	_, body, err := r.place.Resolve(ctx, img.Manifest.Digest.String())
	if err != nil {
		return err
	}
	r.blobs.Learn(r.place, img.Manifest, body)
	p, err := r.configured(ctx, img.Manifest, body)
	if img.Platform.OS == "" {
		img.Platform = p
		return err
	}
	if errors.Is(err, platform.ErrInvalid) || cerrdefs.IsNotFound(err) {
		return nil
	}
	if p.OS == img.Platform.OS && p.Architecture == img.Platform.Architecture {
		img.Platform.OSVersion, img.Platform.OSFeatures = p.OSVersion, p.OSFeatures
	}
	return err
}
