package manifest

import (
	"context"
	"fmt"

	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// content lists the configs and layers of all manifests, each digest once, in
// the order of the index.
func (p *publishing) content() []ocispec.Descriptor {
	seen := map[digest.Digest]bool{}
	var all []ocispec.Descriptor
	for _, c := range p.children {
		if c.present {
			continue
		}
		for _, desc := range c.blobs() {
			if !seen[desc.Digest] {
				seen[desc.Digest] = true
				all = append(all, desc)
			}
		}
	}
	return all
}

// pushBlobs sends what the repository lacks.
func (p *publishing) pushBlobs(ctx context.Context) error {
	all := p.content()
	return progress.Wrap("pushing layers to "+p.repo.Name().Name(), p.log, func(sub progress.SubLogger) error {
		return inParallel(ctx, len(all), func(ctx context.Context, i int) error {
			meter := newMeter(sub, all[i])
			sent, err := p.repo.PushBlobFrom(ctx, all[i], p.mountFrom(ctx, all[i]), p.opener(ctx, all[i]), meter.at)
			if err != nil {
				return err
			}
			meter.done()
			if sent {
				p.count(all[i].Size)
			}
			return nil
		})
	})
}

func (p *publishing) count(size int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.result.Blobs++
	p.result.Bytes += size
}

// mountFrom is another repository that may have a layer, nil for none.
func (p *publishing) mountFrom(ctx context.Context, desc ocispec.Descriptor) reference.Named {
	if p.MountFrom == nil || !images.IsLayerType(desc.MediaType) {
		return nil
	}
	return p.MountFrom(ctx, desc)
}

// pushManifests writes the manifests by digest, sees that all are there, and
// writes the index by digest.
func (p *publishing) pushManifests(ctx context.Context) error {
	var absent []publishChild
	for _, c := range p.children {
		if !c.present && c.desc.Digest != p.Index.Digest {
			absent = append(absent, c)
		}
	}
	if p.isPresent(p.Index) {
		return nil
	}
	return progress.Wrap("pushing manifests to "+p.repo.Name().Name(), p.log, func(progress.SubLogger) error {
		err := inParallel(ctx, len(absent), func(ctx context.Context, i int) error {
			return p.putChild(ctx, absent[i])
		})
		if err != nil {
			return err
		}
		for _, c := range p.nested {
			if err := p.repo.PutManifest(ctx, c.desc.Digest.String(), c.desc.MediaType, c.body); err != nil {
				return err
			}
		}
		absent = append(absent, p.nested...)
		err = inParallel(ctx, len(absent), func(ctx context.Context, i int) error {
			return p.seeChild(ctx, absent[i].desc)
		})
		if err != nil {
			return err
		}
		return p.putIndex(ctx)
	})
}

// seeChild asks for a manifest that was just written, until the registry shows it.
func (p *publishing) seeChild(ctx context.Context, desc ocispec.Descriptor) error {
	shown, err := p.repo.Until(ctx, func(ctx context.Context) (bool, error) {
		got, err := p.repo.Head(ctx, desc.Digest.String())
		switch {
		case cerrdefs.IsNotFound(err):
			return false, nil
		case err == nil && got.Size > 0 && got.Size != desc.Size:
			const format = "checking manifest %s: %w: it has %d bytes at %s, not %d"
			err = fmt.Errorf(format, desc.Digest, registry.ErrIntegrity, got.Size, p.repo.Name(), desc.Size)
		}
		return err == nil, err
	})
	if err == nil && !shown {
		const format = "checking manifest %s: %w: %s took it but does not show it"
		err = fmt.Errorf(format, desc.Digest, registry.ErrUnavailable, p.repo.Name())
	}
	return err
}
