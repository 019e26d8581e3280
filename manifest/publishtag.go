package manifest

import (
	"context"
	"errors"
	"fmt"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/buildx/util/progress"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// writeArchTags names single manifests; a tag that has the right one is left
// alone.
func (p *publishing) writeArchTags(ctx context.Context) error {
	p.result.ArchTags = make([]TagChange, len(p.ArchTags))
	return inParallel(ctx, len(p.ArchTags), func(ctx context.Context, i int) error {
		arch := p.ArchTags[i]
		now, err := p.holds(ctx, arch.Tag)
		if err != nil {
			return err
		}
		change := TagChange{Tag: arch.Tag, Old: now, New: arch.Manifest.Digest}
		if now != change.New {
			c := p.childOf(arch)
			if err := p.writeTag(ctx, change, c.desc.MediaType, c.body); err != nil {
				return err
			}
			change.Written = true
		}
		p.result.ArchTags[i] = change
		return nil
	})
}

// writeTags is the last step of a publish: it looks once more at every tag, then
// writes each by one PUT.
func (p *publishing) writeTags(ctx context.Context) error {
	now := make([]digest.Digest, len(p.Tags))
	err := inParallel(ctx, len(p.Tags), func(ctx context.Context, i int) error {
		var err error
		now[i], err = p.holds(ctx, p.Tags[i])
		return err
	})
	if err != nil {
		return err
	}
	for i, change := range p.result.Tags {
		if now[i] != change.Old && now[i] != change.New && !p.AllowMoved {
			const format = "publishing tag %q: %w: from %s to %s"
			return fmt.Errorf(format, p.name(change.Tag), ErrMoved, orNothing(change.Old), orNothing(now[i]))
		}
	}
	for i := range p.result.Tags {
		change := &p.result.Tags[i]
		change.Old = now[i]
		if change.Old == change.New {
			continue
		}
		if err := p.writeTag(ctx, *change, p.Index.MediaType, p.index); err != nil {
			return err
		}
		change.Written = true
	}
	return nil
}

// writeTag puts body under a tag. When the registry did not answer, what the tag
// holds then decides.
func (p *publishing) writeTag(ctx context.Context, change TagChange, mediaType string, body []byte) error {
	return progress.Wrap("tagging "+p.name(change.Tag), p.log, func(progress.SubLogger) error {
		err := p.repo.PutManifest(ctx, change.Tag, mediaType, body)
		if err != nil && (ctx.Err() != nil || errors.Is(err, registry.ErrUnavailable)) {
			err = p.settle(ctx, change, err)
		}
		if err != nil {
			return err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.written = append(p.written, change.Tag)
		return nil
	})
}

// settleLimit is how long an interrupted publish may take to find out what became
// of its tag.
const settleLimit = 3 * time.Second

// settle finds out whether a write that failed with err was carried out; nil if
// it was. An interrupted publish asks all the same, for a short time.
func (p *publishing) settle(ctx context.Context, change TagChange, err error) error {
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
		defer cancel()
	}
	desc, _, readErr := p.repo.Resolve(ctx, change.Tag)
	if readErr == nil && desc.Digest == change.New {
		return nil
	}
	if readErr != nil && !cerrdefs.IsNotFound(readErr) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.unsure = append(p.unsure, change.Tag)
	}
	return err
}

// holds is the digest a tag has now, empty for none.
func (p *publishing) holds(ctx context.Context, tag string) (digest.Digest, error) {
	desc, err := p.repo.Head(ctx, tag)
	if err != nil && !cerrdefs.IsNotFound(err) {
		return "", fmt.Errorf("reading tag %q: %w", p.name(tag), err)
	}
	return desc.Digest, nil
}

// readBack reads the index by digest, hashed. A registry that does not show it
// yet, or does not answer now, has accepted it all the same.
func (p *publishing) readBack(ctx context.Context) error {
	_, _, err := p.repo.Resolve(ctx, p.Index.Digest.String())
	p.result.Confirmed = err == nil
	if err != nil && (ctx.Err() != nil || errors.Is(err, registry.ErrIntegrity)) {
		return fmt.Errorf("reading back: %w", err)
	}
	return nil
}

func orNothing(dgst digest.Digest) string {
	if dgst == "" {
		return "nothing"
	}
	return dgst.String()
}
