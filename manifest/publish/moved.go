package publish

import (
	"context"
	"errors"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// maxLooks is how often a tag that seems to have moved is read again.
const maxLooks = 3

// lookAgain reads every tag once more before the first one is written.
func (t *tags) lookAgain(ctx context.Context) error {
	return inParallel(ctx, len(t.names), func(ctx context.Context, i int) error {
		change := &t.changes[i]
		now, err := t.holds(ctx, change.Tag)
		if err != nil {
			return err
		}
		if now == change.Old || now == change.New || t.guards.AllowMoved {
			change.Old = now
			return nil
		}
		return t.sawOther(ctx, change, now)
	})
}

// sawOther judges a tag that shows something else than it did at first. It was not moved by somebody else when that
// was published from here and was only not shown before, or when the tag shows the first again: then the reads of the
// registry lag. Also then no platform of what it showed may be lost.
func (t *tags) sawOther(ctx context.Context, change *TagChange, now digest.Digest) error {
	first, held := change.Old, now
	if now == "" || now != t.last {
		desc, _, err := t.look(ctx, change.Tag, first, change.New)
		if err != nil {
			return err
		}
		if held = desc.Digest; held != first && held != change.New {
			return movedError(t.name(change.Tag), first, held)
		}
	}
	if now != "" {
		desc, body, err := t.resolve(ctx, now.String())
		if err != nil && !cerrdefs.IsNotFound(err) { // what is gone serves nothing
			return fmt.Errorf("reading what tag %q held: %w", t.name(change.Tag), err)
		}
		seen := *change
		if err := t.judge(ctx, &seen, desc, body); err != nil {
			return err
		}
		if held == now {
			*change = seen
		}
	}
	change.Old = held
	return nil
}

// look reads a tag a few times, until it shows one of the digests expected, of which the empty one is nothing. It
// returns what it showed last.
func (t *tags) look(
	ctx context.Context, tag string, expected ...digest.Digest,
) (desc ocispec.Descriptor, body []byte, err error) {
	looks := 0
	_, err = t.repo.Until(ctx, func(ctx context.Context) (bool, error) {
		var err error
		desc, body, err = t.resolve(ctx, tag)
		if err != nil && !cerrdefs.IsNotFound(err) {
			return false, fmt.Errorf("reading tag %q: %w", t.name(tag), err)
		}
		looks++
		for _, dgst := range expected {
			if desc.Digest == dgst {
				return true, nil
			}
		}
		return looks == maxLooks, nil
	})
	return desc, body, err
}

// resolve reads a tag or digest. What is to be replaced whatever it is need not be readable: then there is no body.
func (t *tags) resolve(ctx context.Context, ref string) (ocispec.Descriptor, []byte, error) {
	desc, body, err := t.repo.Resolve(ctx, ref)
	if errors.Is(err, registry.ErrIntegrity) && t.guards.AllowShrink {
		desc, err = t.repo.Head(ctx, ref) // something old or foreign
	}
	return desc, body, err
}

// movedError is the error of a tag that held one digest and now holds another.
func movedError(name string, from, to digest.Digest) error {
	return fmt.Errorf("publishing tag %q: %w: from %s to %s", name, ErrMoved, orNothing(from), orNothing(to))
}

// orNothing is a digest in words.
func orNothing(dgst digest.Digest) string {
	if dgst == "" {
		return "nothing"
	}
	return dgst.String()
}
