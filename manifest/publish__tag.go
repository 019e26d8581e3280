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

// writeTags is the last step of a publish: each tag is written by one PUT.
func (p *publishing) writeTags(ctx context.Context) error {
	for i := range p.result.Tags {
		change := &p.result.Tags[i]
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

// writeTag puts body under a tag. When that fails, what the tag holds then decides.
func (p *publishing) writeTag(ctx context.Context, change TagChange, mediaType string, body []byte) error {
	return progress.Wrap("tagging "+p.name(change.Tag), p.log, func(progress.SubLogger) error {
		err := p.repo.PutManifest(ctx, change.Tag, mediaType, body)
		if err != nil {
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
// of its tag, and settlePause what it waits between two looks.
const (
	settleLimit = 2 * time.Second
	settlePause = 100 * time.Millisecond
)

// settle finds out whether a write that failed with err was carried out; nil if
// it was. An interrupted publish asks all the same, for a short time: its request
// may still be on the way.
func (p *publishing) settle(ctx context.Context, change TagChange, err error) error {
	interrupted := ctx.Err() != nil
	if interrupted {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
		defer cancel()
	}
	for {
		desc, _, readErr := p.repo.Resolve(ctx, change.Tag)
		if readErr == nil && desc.Digest == change.New {
			return nil
		}
		if interrupted && pause(ctx, settlePause) {
			continue
		}
		silent := readErr != nil && !cerrdefs.IsNotFound(readErr) && errors.Is(err, registry.ErrUnavailable)
		if interrupted || silent {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.unsure = append(p.unsure, change.Tag)
		}
		return err
	}
}

// pause waits, and tells whether there is time left.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
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
