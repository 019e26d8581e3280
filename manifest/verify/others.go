package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// read lists the images of an index and of those in it, and apart what is no image. An entry that says no platform is
// looked at. The indexes in it are added to within.
func (c Checker) read(
	ctx context.Context, body []byte, depth int, within *[]digest.Digest,
) (imgs []manifest.Image, others []ocispec.Descriptor, err error) {
	entries, err := manifest.ParseEntries(body)
	if err != nil {
		return nil, nil, fmt.Errorf("reading an index: %w: %w", manifest.ErrIndex, err)
	}
	var flat []ocispec.Descriptor
	for _, entry := range entries {
		if !images.IsIndexType(entry.MediaType) || manifest.IsOther(entry) || depth == 0 {
			flat = append(flat, entry)
			continue
		}
		_, nested, err := c.Repository.Resolve(ctx, entry.Digest.String())
		if err != nil {
			return nil, nil, err
		}
		*within = append(*within, entry.Digest)
		more, rest, err := c.read(ctx, nested, depth-1, within)
		if err != nil {
			return nil, nil, err
		}
		imgs, others = append(imgs, more...), append(others, rest...)
	}
	found, rest, err := manifest.GroupEntries(flat)
	if err != nil {
		return nil, nil, fmt.Errorf("reading an index: %w: %w", manifest.ErrIndex, err)
	}
	others = append(others, rest...)
	for _, image := range found {
		if image.Platform.OS == "" {
			desc, body, err := c.Repository.Resolve(ctx, image.Manifest.Digest.String())
			if err == nil && errors.Is(checkKind(desc, body), manifest.ErrNoImage) {
				others = append(others, image.Manifest)
				continue
			}
		}
		imgs = append(imgs, image)
	}
	return imgs, others, nil
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
	if !errors.Is(err, manifest.ErrIndex) && !cerrdefs.IsNotFound(err) && !errors.Is(err, registry.ErrIntegrity) {
		return err
	}
	r.Faults = append(r.Faults, err.Error())
	return nil
}

// seeOthers asks for what is no image. That it is gone is a fault.
func (c Checker) seeOthers(ctx context.Context, r *Report) error {
	for _, entry := range r.Others {
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
