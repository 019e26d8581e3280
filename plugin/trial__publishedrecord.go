package plugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// repositoryWriter pushes what was made to a repository.
type repositoryWriter struct{ repository *registry.Repository }

// Write implements [record.Writer].
func (w repositoryWriter) Write(ctx context.Context, blob manifest.Blob) error {
	desc := blob.Descriptor
	if images.IsManifestType(desc.MediaType) {
		return w.repository.PutManifest(ctx, desc.Digest.String(), desc.MediaType, blob.Body)
	}
	_, err := w.repository.PushBlob(ctx, desc, func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(blob.Body)), nil
	}, nil)
	return err
}

// push pushes the record of every image that passed, and an index of all with them, by digest.
func (p *published) push(ctx context.Context) error {
	recorded, writer := false, repositoryWriter{p.repository}
	for _, row := range p.results {
		i := slices.IndexFunc(p.images, func(image manifest.Image) bool { return manifest.SamePlatform(image.Platform, row.platform) })
		if i < 0 {
			continue
		}
		result, ok, err := p.judged(ctx, p.images[i], row)
		if err == nil && ok {
			recorded = true
			p.images[i], err = record.Add(ctx, manifest.At(p.repository), writer, p.images[i], p.name.Name(), result)
		}
		if err != nil {
			return p.unpushed(ctx, err)
		}
	}
	if !recorded {
		say(p.dockerCLI, "there is nothing to record, and nothing was pushed")
		return nil
	}
	body, index, err := manifest.BuildIndex(p.images, p.annotations)
	if err != nil {
		return err
	}
	if err := p.repository.PutManifest(ctx, index.Digest.String(), index.MediaType, body); err != nil {
		return p.unpushed(ctx, err)
	}
	result, err := reference.WithDigest(reference.TrimNamed(p.name), index.Digest)
	if err != nil {
		return fmt.Errorf("naming the new index: %w", err)
	}
	_, err = fmt.Fprintln(p.dockerCLI.Out(), reference.FamiliarString(result))
	say(p.dockerCLI, "it holds the same images, with the record; no tag was touched. Give it a tag with:\n"+
		"  docker multiplat merge -t NAME:TAG %s", reference.FamiliarString(result))
	return err
}

// judged is what is to be recorded of one platform.
func (p *published) judged(
	ctx context.Context, image manifest.Image, row platformResult,
) (result record.Result, ok bool, err error) {
	if p.plan.manual {
		if row.look == nil {
			return result, false, nil
		}
		before, _, err := record.Of(ctx, manifest.At(p.repository), image)
		return row.look.AddTo(before, p.lookSettings(&row)), err == nil, err
	}
	settings := append(p.settings(row.platform), row.look.Settings()...)
	result, ok = judgement{report: row.report, settings: settings}.result()
	return result, ok, nil
}

func (p *published) unpushed(ctx context.Context, err error) error {
	err = fmt.Errorf("pushing the record of %q: %w", reference.FamiliarString(p.name), err)
	return errors.Join(fail(nil, interrupted(ctx, err), "docker login "+reference.Domain(p.name),
		"The tests have passed. No tag was touched."))
}
