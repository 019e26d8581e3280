package publish

import (
	"context"
	"fmt"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Seen is what a tag was found to hold, or why that is not known.
type Seen struct {
	at   time.Time
	desc ocispec.Descriptor
	body []byte
	err  error
}

// See reads what tags hold, for a [Request] with the same guards that is made meanwhile. What goes wrong is said by
// [Prepare].
func See(ctx context.Context, repo Repository, names []string, guards Guards) map[string]Seen {
	t := &tags{repo: repo, guards: guards}
	found := make([]Seen, len(names))
	_ = inParallel(ctx, len(names), func(ctx context.Context, i int) error {
		found[i].at = time.Now()
		found[i].desc, found[i].body, found[i].err = t.resolve(ctx, names[i])
		return nil
	})
	seen := map[string]Seen{}
	for i, name := range names {
		seen[name] = found[i]
	}
	return seen
}

// first is what a tag was seen to hold, or else what it holds now.
func (t *tags) first(ctx context.Context, tag string) (ocispec.Descriptor, []byte, error) {
	if seen, ok := t.seen[tag]; ok {
		return seen.desc, seen.body, seen.err
	}
	return t.resolve(ctx, tag)
}

// read reads what the tags hold now, and refuses one that moved, and a shrink.
func (t *tags) read(ctx context.Context) error {
	t.changes, t.looked = make([]TagChange, len(t.names)), time.Now()
	for _, seen := range t.seen {
		if seen.at.Before(t.looked) {
			t.looked = seen.at
		}
	}
	return inParallel(ctx, len(t.names), func(ctx context.Context, i int) error {
		t.changes[i] = TagChange{Tag: t.names[i], New: t.contents.root.Digest}
		return t.readTag(ctx, &t.changes[i])
	})
}

// readTag reads what one tag holds.
func (t *tags) readTag(ctx context.Context, change *TagChange) error {
	desc, body, err := t.first(ctx, change.Tag)
	if err != nil && !cerrdefs.IsNotFound(err) {
		return fmt.Errorf("reading tag %q: %w", t.name(change.Tag), err)
	}
	if based, ok := t.based[change.Tag]; ok && based != desc.Digest && desc.Digest != change.New && !t.guards.AllowMoved {
		if desc, body, err = t.look(ctx, change.Tag, based, change.New); err != nil {
			return err
		}
		if desc.Digest != based && desc.Digest != change.New {
			change.Old = desc.Digest
			return movedError(t.name(change.Tag), based, desc.Digest)
		}
	}
	return t.judge(ctx, change, desc, body)
}

// judge notes what a tag holds, or held; an empty digest is nothing. It refuses what a flag has to allow.
func (t *tags) judge(ctx context.Context, change *TagChange, desc ocispec.Descriptor, body []byte) error {
	change.Old = desc.Digest
	if change.Old == "" || change.Old == change.New {
		return nil
	}
	if body != nil {
		if err := t.compare(ctx, change, desc, body); err != nil {
			return err
		}
	}
	return t.guards.check(t.name(change.Tag), *change)
}

// compare notes how the platforms a tag serves differ from those of the new index. What is allowed to go away need
// not be readable.
func (t *tags) compare(ctx context.Context, change *TagChange, desc ocispec.Descriptor, body []byte) error {
	served, err := livePlatforms(ctx, t.repo, desc, body)
	if err != nil && t.guards.AllowShrink && ctx.Err() == nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the platforms of tag %q: %w", t.name(change.Tag), err)
	}
	offered, err := t.contents.offered(ctx)
	if err != nil {
		return err
	}
	change.Lost, change.Gained = without(served, offered), without(offered, served)
	change.Attested = attested(desc, body)
	change.Dropped, err = t.dropped(ctx, desc, body)
	return err
}
