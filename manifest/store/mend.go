package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
)

// Mend drops the blobs that [Store.CheckWhole] has found damaged: they are good for nothing, and the next build brings
// them anew, which it does not while they are there. Then it reads the others for a moment, the small ones first. It
// tells how many it has dropped.
func (s *Store) Mend(ctx context.Context) (dropped int, err error) {
	brief, cancel := context.WithTimeout(ctx, s.brief)
	defer cancel()
	return s.mend(ctx, brief)
}

// MendAll is Mend which reads every blob, however long that takes.
func (s *Store) MendAll(ctx context.Context) (dropped int, err error) { return s.mend(ctx, ctx) }

// mend is Mend that reads what is not known to be damaged until the end of brief.
func (s *Store) mend(ctx, brief context.Context) (dropped int, err error) {
	if s.looking {
		return 0, nil
	}
	all, err := s.blobs(ctx)
	if err != nil {
		return 0, err
	}
	stated := s.statedSizes(brief)
	s.content.healing.Lock()
	defer s.content.healing.Unlock()
	for _, info := range all {
		until := brief
		if s.content.isSuspect(info.Digest) {
			until = ctx
		}
		if err := s.content.dropUnlessWhole(until, info, stated[info.Digest]...); err != nil {
			if brief.Err() != nil && ctx.Err() == nil {
				continue
			}
			return dropped, err
		}
		if _, err := s.content.Info(ctx, info.Digest); err != nil {
			dropped++
		}
	}
	return dropped, nil
}

// blobs are all of the store, the small ones first.
func (s *Store) blobs(ctx context.Context) (all []content.Info, err error) {
	if err := s.inPlace(); err != nil {
		return nil, err
	}
	err = s.content.Walk(ctx, func(info content.Info) error {
		all = append(all, info)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing the blobs of %q: %w", s.root, err)
	}
	order.Stable(all, func(a, b content.Info) int { return cmp.Compare(a.Size, b.Size) })
	return all, nil
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
