package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

const (
	// recoveredName is the name of drafts whose own is lost; the start of their digest is the tag.
	recoveredName = "docker.io/library/recovered"
	// recoveredReason keeps what is recovered from being published before it is tested again: whether a later build or
	// test of it failed stood in the list.
	recoveredReason = "it was recovered, and what was known of it is lost"
)

// recoverDrafts adds the drafts that are in the blobs to a list that does not lead to them, and returns their names.
func recoverDrafts(ctx context.Context, root string, list *ocispec.Index) (names []string, err error) {
	inner, err := local.NewStore(root)
	if err != nil {
		return nil, fmt.Errorf("opening the blobs: %w", err)
	}
	s := &Store{root: root, content: &sharedContent{Store: inner, root: root}, now: time.Now}
	needed := map[digest.Digest]bool{}
	for _, entry := range list.Manifests {
		if err := s.mark(ctx, entry, needed); err != nil {
			return nil, err
		}
	}
	found, err := s.indexes(ctx, needed)
	if err != nil {
		return nil, err
	}
	for _, d := range found {
		if needed[d.Index.Digest] {
			continue // another one that was found leads to it
		}
		entry, err := encodeEntry(d)
		if err != nil {
			return nil, fmt.Errorf("recovering draft %q: %w", fullName(d.Name), err)
		}
		list.Manifests = append(list.Manifests, entry)
		names = append(names, reference.FamiliarString(d.Name))
	}
	return names, nil
}

// indexes returns the blobs that are an index of images, as drafts, and marks what each leads to; then the images that
// none of these leads to. Those in needed are left out.
func (s *Store) indexes(ctx context.Context, needed map[digest.Digest]bool) (found []draft.Draft, err error) {
	var candidates []ocispec.Descriptor
	err = s.content.Walk(ctx, func(info content.Info) error {
		if !needed[info.Digest] && info.Size <= manifest.MaxDocument {
			candidates = append(candidates, ocispec.Descriptor{Digest: info.Digest, Size: info.Size})
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("listing the blobs of %q: %w", s.root, err)
	}
	for _, read := range []func(context.Context, ocispec.Descriptor) (draft.Draft, bool){s.asDraft, s.asImage} {
		for _, desc := range candidates {
			if needed[desc.Digest] {
				continue
			}
			d, ok := read(ctx, desc)
			if !ok {
				continue
			}
			children := map[digest.Digest]bool{}
			if err := s.mark(ctx, d.Index, children); err != nil {
				return nil, err
			}
			delete(children, d.Index.Digest)
			for id := range children {
				needed[id] = true
			}
			found = append(found, d)
		}
	}
	return found, ctx.Err()
}

// asImage makes a draft of a blob that is the manifest of an image, whose index is lost. What was attested of it is not
// known any more.
func (s *Store) asImage(ctx context.Context, desc ocispec.Descriptor) (d draft.Draft, ok bool) {
	body, err := s.ReadBlob(ctx, desc)
	var m ocispec.Manifest
	if err != nil || json.Unmarshal(body, &m) != nil || !images.IsConfigType(m.Config.MediaType) {
		return d, false
	}
	desc.MediaType = m.MediaType
	_, config, err := s.Image(ctx, desc)
	if err != nil || config.OS == "" || config.OS == "unknown" || config.Architecture == "" {
		return d, false // damaged, or an attestation
	}
	body, index, err := manifest.BuildIndex([]manifest.Image{{Platform: config.Platform, Manifest: desc}}, nil)
	if err != nil {
		return d, false
	}
	if index, err = s.WriteBlob(ctx, index.MediaType, body); err != nil {
		return d, false
	}
	return s.asDraft(ctx, index)
}

// asDraft reads a blob that may be the index of a draft.
func (s *Store) asDraft(ctx context.Context, desc ocispec.Descriptor) (d draft.Draft, ok bool) {
	body, err := s.ReadBlob(ctx, desc)
	if err != nil {
		return d, false // damaged: it is good for nothing
	}
	var index ocispec.Index
	if json.Unmarshal(body, &index) != nil || !images.IsIndexType(index.MediaType) {
		return d, false
	}
	if d.Images, err = manifest.ParseIndex(body); err != nil {
		return d, false
	}
	name, err := reference.ParseNormalizedNamed(recoveredName + ":" + desc.Digest.Encoded()[:12])
	if err != nil {
		return d, false
	}
	tagged, ok := name.(reference.NamedTagged)
	desc.MediaType = index.MediaType
	d.Name, d.Index, d.Updated, d.Notes = tagged, desc, s.now().UTC(), map[string]draft.Note{}
	for _, image := range d.Images {
		if slices.ContainsFunc(d.Platforms, func(p ocispec.Platform) bool { return platform.Equal(p, image.Platform) }) {
			return d, false // nobody asks for a platform twice
		}
		d.Platforms = append(d.Platforms, image.Platform)
		d.Notes[platform.Format(image.Platform)] = draft.Note{State: draft.Untested, Reason: recoveredReason}
	}
	return d, ok
}
