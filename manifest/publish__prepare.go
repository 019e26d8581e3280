package manifest

import (
	"context"
	"slices"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Prepared is a publication that was checked, with nothing sent: its manifests
// were read, the tags were looked at, and no guard is in the way.
type Prepared struct{ run *publishing }

// Prepare does what of Publish comes before the first byte is sent, so that all
// publications of a command can be checked before the first one changes anything.
// Of a publication that a guard refuses the tags are known all the same, as far as
// they were read: then both results are there. Errors are those of Publish.
func Prepare(
	ctx context.Context, repo Repository, blobs content.Provider, p Publication, pw progress.Writer,
) (*Prepared, error) {
	run := &publishing{Publication: p, repo: repo, blobs: blobs, log: func(*client.SolveStatus) {}}
	if pw != nil {
		run.log = pw.Write
	}
	run.result.Index = p.Index.Digest
	if err := run.load(ctx); err != nil {
		return nil, &PublishError{Err: err}
	}
	if err := run.inOrder(ctx, run.readLive, run.seeUnseen, run.lookBelow); err != nil {
		return &Prepared{run}, &PublishError{Err: err}
	}
	return &Prepared{run}, nil
}

// Publish does the rest: Upload, Ready and Tag.
func (p *Prepared) Publish(ctx context.Context) (Published, error) {
	for _, step := range []func(context.Context) error{p.Upload, p.Ready} {
		if err := step(ctx); err != nil {
			return p.run.result, err
		}
	}
	return p.Tag(ctx)
}

// Upload sends all that the tags need: blobs, manifests, and the index by digest. It writes no tag.
func (p *Prepared) Upload(ctx context.Context) error {
	if p.run.published() && !p.run.broken {
		return nil
	}
	return p.run.failed(p.run.inOrder(ctx, p.run.pushBlobs, p.run.pushManifests))
}

// Ready comes after Upload: it writes the arch tags, and looks once more at the tags. One that moved is ErrMoved.
func (p *Prepared) Ready(ctx context.Context) error {
	if p.run.published() {
		return p.run.failed(p.run.writeArchTags(ctx))
	}
	return p.run.failed(p.run.inOrder(ctx, p.run.writeArchTags, p.run.lookAgain))
}

// Tag comes last: it writes each tag by one PUT, and reads the index back.
func (p *Prepared) Tag(ctx context.Context) (Published, error) {
	if p.run.published() {
		p.run.result.Confirmed = true
		return p.run.result, nil
	}
	err := p.run.failed(p.run.inOrder(ctx, p.run.writeTags, p.run.readBack))
	return p.run.result, err
}

// Changed lists the tags, arch tags among them, that were written so far, and those that perhaps were.
func (p *Prepared) Changed() (written, unsure []string) {
	p.run.mu.Lock()
	defer p.run.mu.Unlock()
	return slices.Clone(p.run.written), slices.Clone(p.run.unsure)
}

// Tags are the tags that are to be written, with what they hold.
func (p *Prepared) Tags() []TagChange { return slices.Clone(p.run.result.Tags) }

// Body is the bytes of the index.
func (p *Prepared) Body() []byte { return slices.Clone(p.run.index) }

// Missing are the blobs the repository lacks. It asks for each.
func (p *Prepared) Missing(ctx context.Context) ([]ocispec.Descriptor, error) {
	if p.run.published() && !p.run.broken {
		return nil, nil
	}
	all := p.run.content()
	there := make([]bool, len(all))
	err := inParallel(ctx, len(all), func(ctx context.Context, i int) error {
		var err error
		there[i], err = p.run.repo.HasBlob(ctx, all[i])
		return err
	})
	var missing []ocispec.Descriptor
	for i := range all {
		if !there[i] {
			missing = append(missing, all[i])
		}
	}
	return missing, err
}
