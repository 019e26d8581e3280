package publish

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// putChild writes a manifest by digest. Storage that lags may not know a blob it
// took a moment ago: then the blob is looked for, and sent again if need be.
func (u *upload) putChild(ctx context.Context, c child) error {
	mend := func(ctx context.Context, unknown []digest.Digest) error {
		for _, desc := range c.blobs() {
			if len(unknown) > 0 && !slices.Contains(unknown, desc.Digest) {
				continue
			}
			sent, err := u.repo.PushBlobFrom(ctx, desc, nil, u.contents.opener(ctx, desc), func(int64) {})
			if err != nil {
				return err
			}
			if sent {
				u.count(desc.Size)
			}
		}
		return nil
	}
	err := u.repo.PutManifestMending(ctx, c.desc.Digest.String(), c.desc.MediaType, c.body, mend)
	return c.addressed(err)
}

// addressed says of a manifest that a registry does not take that its layers name addresses, where they do:
// Distribution refuses these unless they are allowed there, and says no more than that it is an unknown error.
func (c child) addressed(err error) error {
	at := slices.IndexFunc(c.manifest.Layers, func(layer ocispec.Descriptor) bool { return len(layer.URLs) > 0 })
	refused, is := errors.AsType[*registry.Error](err)
	if at < 0 || !is || refused.Status != http.StatusInternalServerError && refused.Status != http.StatusBadRequest {
		return err
	}
	return fmt.Errorf("%w (its layer %s names other addresses (urls), which a registry has to allow: Distribution by "+
		"validation.manifests.urls)", err, c.manifest.Layers[at].Digest)
}

// putIndex writes the index, or the plain manifest in its place, by digest. A
// manifest the registry does not know, though it was there, is written again; one
// that was not written by us is looked for.
func (u *upload) putIndex(ctx context.Context) error {
	root := u.contents.root
	if u.contents.isPlain() {
		return u.putChild(ctx, u.contents.children[0])
	}
	return u.putRoot(ctx, root.Digest.String())
}

// putRoot writes the index under its digest or a tag.
func (u *upload) putRoot(ctx context.Context, ref string) error {
	mend := u.mendIndex
	if u.contents.isPlain() {
		mend = nil // it was there by digest
	}
	err := u.repo.PutManifestMending(ctx, ref, u.contents.root.MediaType, u.contents.body, mend)
	if refused, ok := errors.AsType[*registry.Error](err); ok && refused.LacksPart() {
		// the last word of the registry; no more is sent, but what is gone has a name
		if gone := u.seeNamed(ctx, refused.Unknown); errors.Is(gone, registry.ErrIntegrity) {
			return gone
		}
	}
	return err
}

// mendIndex writes the manifests again that the registry does not know, of all or of those it names.
func (u *upload) mendIndex(ctx context.Context, unknown []digest.Digest) error {
	for _, c := range u.contents.children {
		if c.present || len(unknown) > 0 && !slices.Contains(unknown, c.desc.Digest) {
			continue
		}
		if err := u.putChild(ctx, c); err != nil {
			return err
		}
	}
	return u.seeNamed(ctx, unknown)
}

// seeNamed asks for the manifests that were not written by us, all or those named.
func (u *upload) seeNamed(ctx context.Context, names []digest.Digest) error {
	for _, c := range u.contents.children {
		if !c.present || len(names) > 0 && !slices.Contains(names, c.desc.Digest) {
			continue
		}
		if err := u.seePresent(ctx, c.desc); err != nil {
			return err
		}
	}
	return nil
}
