package manifest

import (
	"context"
	"fmt"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// seeUnseen asks for the manifests that are only taken to be in the repository.
func (p *publishing) seeUnseen(ctx context.Context) error {
	return inParallel(ctx, len(p.Unseen), func(ctx context.Context, i int) error {
		return p.seePresent(ctx, p.Unseen[i])
	})
}

// seePresent asks for a manifest that was not written by us. One that was pushed a moment ago may be shown late; one
// that is gone cannot be sent again from here.
func (p *publishing) seePresent(ctx context.Context, desc ocispec.Descriptor) error {
	looks, gone := 0, false
	_, err := p.repo.Until(ctx, func(ctx context.Context) (bool, error) {
		_, err := p.repo.Head(ctx, desc.Digest.String())
		gone = cerrdefs.IsNotFound(err)
		if !gone {
			return err == nil, err
		}
		looks++
		return looks == maxLooks, nil
	})
	if err == nil && gone {
		const format = "checking manifest %s: %w: %s has it no longer; push that image again"
		err = fmt.Errorf(format, nameOf(desc), registry.ErrIntegrity, p.repo.Name())
	}
	return err
}

// nameOf is the digest of an index entry, with its platform where it says one.
func nameOf(desc ocispec.Descriptor) string {
	if desc.Platform == nil || servesNothing(desc) {
		return desc.Digest.String()
	}
	return desc.Digest.String() + " (" + FormatPlatform(*desc.Platform) + ")"
}

// lookBelow asks tags that hold the index already for the manifests below it. What is gone there is sent again.
func (p *publishing) lookBelow(ctx context.Context) error {
	if !p.published() {
		return nil
	}
	gone := make([]bool, len(p.children))
	err := inParallel(ctx, len(p.children), func(ctx context.Context, i int) error {
		c := p.children[i]
		if c.present || c.desc.Digest == p.Index.Digest {
			return nil
		}
		_, err := p.repo.Head(ctx, c.desc.Digest.String())
		gone[i] = cerrdefs.IsNotFound(err)
		if gone[i] {
			return nil
		}
		return err
	})
	p.broken = slices.Contains(gone, true)
	return err
}
