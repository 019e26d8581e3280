package publish

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Prepared is a publication that was checked, with nothing sent: its manifests
// were read, the tags were looked at, and no guard is in the way.
type Prepared struct {
	contents *contents
	tags     *tags
	upload   *upload
	// confirmed is true once the index was read back, or was there before.
	confirmed bool
	// atOnce says that nothing comes between Prepare and Publish.
	atOnce bool
}

// lookLasts is how long a look at a tag is good for when nothing is sent after it. Requests that are tried again can
// take longer.
const lookLasts = 10 * time.Second

// Prepare does what of Publish comes before the first byte is sent, so that all
// publications of a command can be checked before the first one changes anything.
// Of a publication that a guard refuses the tags are known all the same, as far as
// they were read: then both results are there. Errors are those of Publish.
func Prepare(
	ctx context.Context, repo Repository, blobs content.Provider, p Request, pw progress.Writer,
) (*Prepared, error) {
	log := progress.Logger(func(*client.SolveStatus) {})
	if pw != nil {
		log = pw.Write
	}
	c := &contents{root: p.Index, follow: p.Nested, present: p.Present, blobs: blobs}
	prepared := &Prepared{
		contents: c,
		tags: &tags{
			repo: repo, contents: c, log: log, names: p.Tags, arch: p.ArchTags, based: p.Based, seen: p.Seen,
			last: p.Last, guards: p.Guards,
		},
		upload: &upload{repo: repo, contents: c, log: log, from: p.MountFrom, unseen: p.Unseen},
		atOnce: p.AtOnce,
	}
	if err := prepared.load(ctx, p); err != nil {
		return nil, &Error{Err: err}
	}
	if err := inOrder(ctx, prepared.look, prepared.lookBelow); err != nil {
		return prepared, &Error{Err: err}
	}
	return prepared, nil
}

// look reads the tags, and asks for what is only taken to be there, at once. What is in the way of the tags is told
// first.
func (p *Prepared) look(ctx context.Context) error {
	var gone error
	var asking sync.WaitGroup
	asking.Go(func() { gone = p.upload.seeUnseen(ctx) })
	err := p.tags.read(ctx)
	asking.Wait()
	if err != nil {
		return err
	}
	return gone
}

// load reads all that is local, and refuses what of the names cannot be.
func (p *Prepared) load(ctx context.Context, asked Request) error {
	if err := asked.checkNames(); err != nil {
		return err
	}
	if err := p.contents.load(ctx); err != nil {
		return err
	}
	return p.contents.checkArchTags(asked.ArchTags)
}

// lookBelow asks, where the tags hold the index already, whether all below it is there.
func (p *Prepared) lookBelow(ctx context.Context) error {
	if !p.tags.upToDate() {
		return nil
	}
	return p.upload.lookBelow(ctx)
}

// Publish does the rest: Upload, Ready and Tag.
func (p *Prepared) Publish(ctx context.Context) (Result, error) {
	for _, step := range []func(context.Context) error{p.Upload, p.Ready} {
		if err := step(ctx); err != nil {
			return p.result(), err
		}
	}
	return p.Tag(ctx)
}

// Upload sends all that the tags need: blobs, manifests, and the index by digest. It writes no tag.
func (p *Prepared) Upload(ctx context.Context) error {
	if p.complete() {
		return nil
	}
	if p.tagAlone() {
		return nil
	}
	return p.tags.failed(inOrder(ctx, p.upload.pushBlobs, p.upload.pushManifests))
}

// tagAlone is true where the write of one tag is all there is to be sent: it brings the index, and all that the index
// needs is in the repository.
func (p *Prepared) tagAlone() bool {
	there := p.contents.isPresent(p.contents.root) || !p.contents.isPlain() && len(p.contents.absent()) == 0
	return p.atOnce && there && len(p.contents.nested) == 0 && len(p.tags.arch) == 0 && len(p.tags.names) == 1
}

// Ready comes after Upload: it writes the arch tags, and looks once more at the tags. One that moved is ErrMoved.
func (p *Prepared) Ready(ctx context.Context) error {
	if p.tags.upToDate() {
		return p.tags.failed(p.tags.writeArch(ctx))
	}
	if p.tagAlone() && time.Since(p.tags.looked) < lookLasts {
		return nil // nothing was sent since it was looked at
	}
	return p.tags.failed(inOrder(ctx, p.tags.writeArch, p.tags.lookAgain))
}

// Tag comes last: it writes each tag by one PUT, and reads it back. One that somebody else has written over by then,
// without all that was published, is [ErrReplaced].
func (p *Prepared) Tag(ctx context.Context) (Result, error) {
	if p.tags.upToDate() {
		p.confirmed = true
		return p.result(), nil
	}
	err := p.tags.failed(inOrder(ctx, p.write, p.readBack))
	return p.result(), err
}

// write writes the tags, each by one PUT.
func (p *Prepared) write(ctx context.Context) error { return p.tags.write(ctx, p.upload.putRoot) }

// readBack reads the tags back, and the index where they do not show it, which tells whether the registry changes what
// it is given. It notes whether all of them show it.
func (p *Prepared) readBack(ctx context.Context) error {
	shown, other := p.tags.readBack(ctx)
	if p.confirmed = shown && other == nil; p.confirmed {
		return nil
	}
	there, err := p.upload.readBack(ctx)
	if err != nil {
		return err
	}
	p.confirmed = there && (other != nil || len(p.tags.names) == 0)
	return other
}

// complete is true when there is nothing to send: every tag held the index when it was first read, and all below it
// was there.
func (p *Prepared) complete() bool { return p.tags.upToDate() && !p.upload.broken }

// result is what was done so far.
func (p *Prepared) result() Result {
	blobs, bytes := p.upload.sent()
	return Result{
		Index: p.contents.root.Digest, Tags: p.tags.changes, ArchTags: p.tags.archChanges,
		Blobs: blobs, Bytes: bytes, Confirmed: p.confirmed,
	}
}

// Changed lists the tags, arch tags among them, that were written so far, and those that perhaps were.
func (p *Prepared) Changed() (written, unsure []string) { return p.tags.done.list() }

// Begun are the tags that were written so far, or perhaps were, without the arch tags.
func (p *Prepared) Begun() (begun []TagChange) {
	_, unsure := p.tags.done.list()
	for _, change := range p.tags.changes {
		if change.Written || slices.Contains(unsure, change.Tag) {
			begun = append(begun, change)
		}
	}
	return begun
}

// Replaced tells of a tag that it was written, and that somebody else has written over it.
func (p *Prepared) Replaced(tag string) bool { return p.tags.done.isReplaced(tag) }

// Tags are the tags that are to be written, with what they hold.
func (p *Prepared) Tags() []TagChange { return slices.Clone(p.tags.changes) }

// Body is the bytes of the index.
func (p *Prepared) Body() []byte { return slices.Clone(p.contents.body) }

// Missing are the blobs the repository lacks. It asks for each.
func (p *Prepared) Missing(ctx context.Context) ([]ocispec.Descriptor, error) {
	if p.complete() {
		return nil, nil
	}
	return p.upload.missing(ctx)
}

// inOrder takes steps one after the other, until one fails.
func inOrder(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Publish pushes an index with all that belongs to it from blobs to repo, and
// writes each tag by one PUT, last. Until then a tag is what it was; after it
// everything it needs is in the repository. A tag that holds the index already
// is left alone. It refuses a shrink (ErrShrink) before anything is sent, and a
// tag that moved (ErrMoved) before any tag of p.Tags is written. Every error is a
// *[Error], which says what was changed; pw may be nil.
func Publish(
	ctx context.Context, repo Repository, blobs content.Provider, p Request, pw progress.Writer,
) (Result, error) {
	prepared, err := Prepare(ctx, repo, blobs, p, pw)
	if err != nil {
		return Result{}, err
	}
	return prepared.Publish(ctx)
}
