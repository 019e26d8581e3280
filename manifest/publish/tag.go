package publish

import (
	"context"
	"errors"
	"fmt"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// writeArch names single manifests; a tag that has the right one is left
// alone.
func (t *tags) writeArch(ctx context.Context) error {
	t.archChanges = make([]TagChange, len(t.arch))
	return inParallel(ctx, len(t.arch), func(ctx context.Context, i int) error {
		arch := t.arch[i]
		now, err := t.holds(ctx, arch.Tag)
		if err != nil {
			return err
		}
		change := TagChange{Tag: arch.Tag, Old: now, New: arch.Manifest.Digest}
		if now != change.New {
			if err := t.writeOne(ctx, arch, change); err != nil {
				return err
			}
			change.Written = true
		}
		t.archChanges[i] = change
		return nil
	})
}

// writeOne names a single manifest. One that was not read, since it stands in the repository, is read now.
func (t *tags) writeOne(ctx context.Context, arch NamedManifest, change TagChange) error {
	put := func(mediaType string, body []byte) func(context.Context, string) error {
		return func(ctx context.Context, tag string) error { return t.repo.PutManifest(ctx, tag, mediaType, body) }
	}
	if m := t.contents.childOf(arch); m != nil && m.body != nil {
		return t.writeTag(ctx, change, put(m.desc.MediaType, m.body))
	}
	body, err := t.contents.readLocal(ctx, arch.Manifest)
	if err != nil {
		return fmt.Errorf("reading what gets the tag %q: %w", t.name(arch.Tag), err)
	}
	return t.writeTag(ctx, change, put(arch.Manifest.MediaType, body))
}

// write is the last step of a publish: each tag is written by one PUT.
func (t *tags) write(ctx context.Context, put func(ctx context.Context, tag string) error) error {
	for i := range t.changes {
		change := &t.changes[i]
		if change.Old == change.New {
			continue
		}
		if err := t.writeTag(ctx, *change, put); err != nil {
			return err
		}
		change.Written = true
	}
	return nil
}

// writeTag has a tag put. When that fails, what the tag holds then decides.
func (t *tags) writeTag(
	ctx context.Context, change TagChange, put func(ctx context.Context, tag string) error,
) error {
	return progress.Wrap("tagging "+t.name(change.Tag), t.log, func(progress.SubLogger) error {
		err := put(ctx, change.Tag)
		if err != nil {
			err = t.settle(ctx, change, err)
		}
		if err != nil {
			return err
		}
		t.done.wrote(change.Tag)
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
func (t *tags) settle(ctx context.Context, change TagChange, err error) error {
	interrupted := ctx.Err() != nil
	if interrupted {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
		defer cancel()
	}
	for {
		desc, _, readErr := t.repo.Resolve(ctx, change.Tag)
		if readErr == nil && desc.Digest == change.New {
			return nil
		}
		if interrupted && pause(ctx, settlePause) {
			continue
		}
		silent := readErr != nil && !cerrdefs.IsNotFound(readErr) && errors.Is(err, registry.ErrUnavailable)
		if interrupted || silent || errors.Is(err, registry.ErrNotShown) {
			t.done.doubts(change.Tag)
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
