package trial

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Push pushes the records of the images that passed, and an index of all with them, by digest. The result is nil when
// there was nothing to record.
func (t *PublishedTest) Push(ctx context.Context) (reference.Canonical, error) {
	recorded := false
	for _, o := range t.Outcomes {
		i := t.indexOf(o.Platform)
		if i < 0 || o.record == nil {
			continue
		}
		recorded = true
		o.drop = false // what was recorded is replaced
		var err error
		at := registryBlobs{source.At(t.repository), t.repository}
		if t.images[i], err = KeepRecord(ctx, at, t.images[i], t.Plan.RecordName(), o); err != nil {
			return nil, t.unpushed(ctx, err)
		}
	}
	if !recorded {
		return nil, nil
	}
	body, index, err := manifest.BuildWhole(t.images, t.others, t.annotations)
	if err != nil {
		return nil, err
	}
	if err := t.repository.PutManifest(ctx, index.Digest.String(), index.MediaType, body); err != nil {
		return nil, t.unpushed(ctx, err)
	}
	result, err := reference.WithDigest(reference.TrimNamed(t.name), index.Digest)
	if err != nil {
		return nil, fmt.Errorf("naming the new index: %w", err)
	}
	return result, nil
}

func (t *PublishedTest) unpushed(ctx context.Context, err error) error {
	err = fmt.Errorf("pushing the record of %q: %w", reference.FamiliarString(t.name), err)
	return failure.Wrap(nil, failure.Interrupted(ctx, err), "docker login "+visible.Quote(reference.Domain(t.name)),
		"The tests have passed. No tag was touched.")
}

// registryBlobs pushes what is recorded of an image into its repository.
type registryBlobs struct {
	source.Reader
	repository *registry.Repository
}

// Write implements [record.Writer]: manifests are written by digest, and no tag is.
func (r registryBlobs) Write(ctx context.Context, blob manifest.Blob) error {
	desc, body := blob.Descriptor, blob.Body
	if images.IsManifestType(desc.MediaType) {
		return r.repository.PutManifest(ctx, desc.Digest.String(), desc.MediaType, body)
	}
	_, err := r.repository.PushBlob(ctx, desc, func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(body)), nil
	}, nil)
	return err
}
