package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// seeUnseen asks for the manifests that are only taken to be in the repository.
func (u *upload) seeUnseen(ctx context.Context) error {
	return inParallel(ctx, len(u.unseen), func(ctx context.Context, i int) error {
		return u.seePresent(ctx, u.unseen[i])
	})
}

// seePresent asks for a manifest that was not written by us. One that was pushed a moment ago may be shown late; one
// that is gone cannot be sent again from here.
func (u *upload) seePresent(ctx context.Context, desc ocispec.Descriptor) error {
	looks, gone := 0, false
	_, err := u.repo.Until(ctx, func(ctx context.Context) (bool, error) {
		_, err := u.repo.Head(ctx, desc.Digest.String())
		gone = cerrdefs.IsNotFound(err)
		if !gone {
			return err == nil, err
		}
		looks++
		return looks == maxLooks, nil
	})
	if err == nil && gone {
		const format = "checking manifest %s: %w: %s has it no longer; push that image again"
		err = fmt.Errorf(format, nameOf(desc), registry.ErrIntegrity, u.repo.Name())
	}
	return err
}

// nameOf is the digest of an index entry, with its platform where it says one.
func nameOf(desc ocispec.Descriptor) string {
	if desc.Platform == nil || manifest.IsAttestation(desc) {
		return desc.Digest.String()
	}
	return desc.Digest.String() + " (" + platform.Format(*desc.Platform) + ")"
}

// lookBelow asks for the manifests below an index that the tags hold already. What is gone there is sent again.
func (u *upload) lookBelow(ctx context.Context) error {
	children := u.contents.children
	gone := make([]bool, len(children))
	err := inParallel(ctx, len(children), func(ctx context.Context, i int) error {
		c := children[i]
		if c.present || c.desc.Digest == u.contents.root.Digest {
			return nil
		}
		_, err := u.repo.Head(ctx, c.desc.Digest.String())
		gone[i] = cerrdefs.IsNotFound(err)
		if gone[i] {
			return nil
		}
		return err
	})
	u.broken = slices.Contains(gone, true)
	return err
}

// seeChild asks for a manifest that was just written, until the registry shows it.
func (u *upload) seeChild(ctx context.Context, desc ocispec.Descriptor) error {
	shown, err := u.repo.Until(ctx, func(ctx context.Context) (bool, error) {
		got, err := u.repo.Head(ctx, desc.Digest.String())
		switch {
		case cerrdefs.IsNotFound(err):
			return false, nil
		case err == nil && got.Size > 0 && got.Size != desc.Size:
			const format = "checking manifest %s: %w: it has %d bytes at %s, not %d"
			err = fmt.Errorf(format, desc.Digest, registry.ErrIntegrity, got.Size, u.repo.Name(), desc.Size)
		}
		return err == nil, err
	})
	if err == nil && !shown {
		const format = "checking manifest %s: %w: %s took it but does not show it"
		err = fmt.Errorf(format, desc.Digest, registry.ErrUnavailable, u.repo.Name())
	}
	return err
}

// readBack reads the index by digest, hashed. A registry that does not show it
// yet, or does not answer now, has accepted it all the same.
func (u *upload) readBack(ctx context.Context) (confirmed bool, err error) {
	_, _, err = u.repo.Resolve(ctx, u.contents.root.Digest.String())
	if err != nil && (ctx.Err() != nil || errors.Is(err, registry.ErrIntegrity)) {
		return false, fmt.Errorf("reading back: %w", err)
	}
	return err == nil, nil
}
