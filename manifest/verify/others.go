package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// reading is the reading of one index and of those in it.
type reading struct {
	Checker
	report *Report
	// listed counts the entries of all its indexes.
	listed int
	// looked are the manifests of what claims to be no image that were read.
	mu     sync.Mutex
	looked map[digest.Digest]bool
}

// index lists the images of an index and of those in it, and apart what is no image. An entry that says no platform, or
// that it is no image, is looked at. The indexes in it are added to those within, each once.
func (r *reading) index(
	ctx context.Context, body []byte, depth int,
) (imgs []manifest.Image, others []ocispec.Descriptor, err error) {
	entries, err := manifest.ParseEntries(body)
	if err == nil {
		if r.listed += len(entries); r.listed > manifest.MaxEntries {
			err = fmt.Errorf("with those in it, it has more than %d entries", manifest.MaxEntries)
		}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading an index: %w: %w", manifest.ErrIndex, err)
	}
	var flat []ocispec.Descriptor
	for _, entry := range entries {
		switch {
		case !manifest.IsFollowed(entry):
			flat = append(flat, entry)
			continue
		case slices.Contains(r.report.Within, entry.Digest):
			continue
		case depth == 0:
			return nil, nil, fmt.Errorf("reading an index: %w: indexes in it are nested too deep", manifest.ErrIndex)
		}
		more, rest, err := r.within(ctx, entry, depth-1)
		if err != nil {
			return nil, nil, err
		}
		imgs, others = append(imgs, more...), append(others, rest...)
	}
	found, rest, err := r.flat(ctx, flat)
	return append(imgs, found...), append(others, rest...), err
}

// within lists what is in an index that is in another. One that says that it is no image, and has none, is none.
func (r *reading) within(
	ctx context.Context, entry ocispec.Descriptor, depth int,
) (imgs []manifest.Image, others []ocispec.Descriptor, err error) {
	_, body, err := r.Repository.Resolve(ctx, entry.Digest.String())
	if err != nil {
		return nil, nil, err
	}
	r.report.Within = append(r.report.Within, entry.Digest)
	imgs, others, err = r.index(ctx, body, depth)
	if err == nil && len(imgs) == 0 && entry.ArtifactType != "" {
		r.looked[entry.Digest] = true
		others = []ocispec.Descriptor{entry}
	}
	return imgs, others, err
}

// flat lists the entries of an index that are no indexes.
func (r *reading) flat(
	ctx context.Context, entries []ocispec.Descriptor,
) (imgs []manifest.Image, others []ocispec.Descriptor, err error) {
	if entries, err = source.Unmask(ctx, entries, r.claimed, r.Repository.Fetch); err != nil {
		return nil, nil, err
	}
	found, others, err := manifest.GroupEntries(entries)
	if err != nil {
		return nil, nil, fmt.Errorf("reading an index: %w: %w", manifest.ErrIndex, err)
	}
	for _, image := range found {
		if image.Platform.OS == "" {
			desc, body, err := r.Repository.Resolve(ctx, image.Manifest.Digest.String())
			if err == nil && errors.Is(checkKind(desc, body), manifest.ErrNoImage) {
				r.looked[image.Manifest.Digest] = true
				others = append(others, image.Manifest)
				continue
			}
		}
		imgs = append(imgs, image)
	}
	return imgs, others, nil
}

// claimed reads the manifest of what claims to be no image. What is wrong with it is found where it is looked for.
func (r *reading) claimed(ctx context.Context, entry ocispec.Descriptor) ([]byte, error) {
	_, body, err := r.Repository.Resolve(ctx, entry.Digest.String())
	if isFault(err) {
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.looked[entry.Digest] = err == nil
	return body, err
}

// checkKind refuses a manifest that is no image's.
func checkKind(desc ocispec.Descriptor, body []byte) error {
	var m ocispec.Manifest
	_ = json.Unmarshal(body, &m) // what is wrong with it is found where it is checked
	if m.Config.MediaType == "" || manifest.IsImage(m) {
		return nil
	}
	return fmt.Errorf("manifest %s: %w, but %q", desc.Digest, manifest.ErrNoImage, manifest.KindOf(m))
}

// blame makes faults of an index faults of the report.
func (r *Report) blame(err error) error {
	if !errors.Is(err, manifest.ErrIndex) && !isFault(err) {
		return err
	}
	r.Faults = append(r.Faults, err.Error())
	return nil
}

// isFault tells that what was asked for is gone or damaged.
func isFault(err error) bool {
	return cerrdefs.IsNotFound(err) || errors.Is(err, registry.ErrIntegrity)
}

// seeOthers asks for what is no image and was not read. That it is gone is a fault.
func (c Checker) seeOthers(ctx context.Context, r *Report, read map[digest.Digest]bool) error {
	for _, entry := range r.Others {
		if read[entry.Digest] {
			continue
		}
		if !images.IsManifestType(entry.MediaType) && !images.IsIndexType(entry.MediaType) {
			continue
		}
		_, _, err := c.Repository.Resolve(ctx, entry.Digest.String())
		switch {
		case cerrdefs.IsNotFound(err):
			r.Faults = append(r.Faults, manifest.DescribeOther(entry)+" is missing")
		case err != nil:
			if err := r.blame(err); err != nil {
				return err
			}
		}
	}
	return nil
}
