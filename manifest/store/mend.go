package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Mend reads every blob of the store, and drops those whose bytes do not have their digest: they are good for nothing,
// and the next build brings them anew, which it does not while they are there. It tells how many these were.
func (s *Store) Mend(ctx context.Context) (dropped int, err error) {
	if s.looking {
		return 0, nil
	}
	var all []content.Info
	err = s.content.Walk(ctx, func(info content.Info) error {
		all = append(all, info)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("listing the blobs of %q: %w", s.root, err)
	}
	stated := s.statedSizes(ctx)
	s.content.healing.Lock()
	defer s.content.healing.Unlock()
	for _, info := range all {
		if err := s.content.dropUnlessWhole(ctx, info, stated[info.Digest]...); err != nil {
			return dropped, err
		}
		if _, err := s.content.Info(ctx, info.Digest); err != nil {
			dropped++
		}
	}
	return dropped, nil
}

// statedSizes are the sizes that blobs have by what leads to them, as far as that can be read.
func (s *Store) statedSizes(ctx context.Context) map[digest.Digest][]int64 {
	sizes := map[digest.Digest][]int64{}
	index, err := s.readIndex()
	if err != nil {
		return sizes
	}
	queue, read := index.Manifests, map[digest.Digest]bool{}
	for len(queue) > 0 && ctx.Err() == nil {
		desc := queue[0]
		queue = queue[1:]
		if !slices.Contains(sizes[desc.Digest], desc.Size) {
			sizes[desc.Digest] = append(sizes[desc.Digest], desc.Size)
		}
		if read[desc.Digest] || !images.IsManifestType(desc.MediaType) && !images.IsIndexType(desc.MediaType) {
			continue
		}
		var parent struct {
			Manifests []ocispec.Descriptor `json:"manifests"`
			Config    ocispec.Descriptor   `json:"config"`
			Layers    []ocispec.Descriptor `json:"layers"`
		}
		body, err := s.ReadBlob(ctx, desc)
		if err != nil || json.Unmarshal(body, &parent) != nil {
			continue
		}
		read[desc.Digest] = true
		queue = append(queue, append(append(parent.Manifests, parent.Layers...), parent.Config)...)
	}
	return sizes
}
