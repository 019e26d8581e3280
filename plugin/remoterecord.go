package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// record puts a test record into the attestation manifest of an image in the registry: a new one, by digest.
func (p *published) record(ctx context.Context, image *manifest.Image, result manifest.TestResult) error {
	statement, err := manifest.Statement(p.name.Name(), image.Manifest.Digest, result)
	if err != nil {
		return err
	}
	existing, err := p.attestation(ctx, image.Attestation)
	if err != nil {
		return err
	}
	attestation, err := manifest.AddStatement(existing, image.Manifest, manifest.TestResultType, statement)
	if err != nil {
		return err
	}
	for _, blob := range attestation.New {
		desc, body := blob.Descriptor, blob.Body
		if images.IsManifestType(desc.MediaType) {
			err = p.repository.PutManifest(ctx, desc.Digest.String(), desc.MediaType, body)
		} else {
			_, err = p.repository.PushBlob(ctx, desc, func() (io.ReadCloser, error) {
				return io.NopCloser(bytes.NewReader(body)), nil
			}, nil)
		}
		if err != nil {
			return err
		}
	}
	image.Attestation = &attestation.Descriptor
	return nil
}

// attestation reads an attestation manifest, nil when there is none.
func (p *published) attestation(ctx context.Context, desc *ocispec.Descriptor) (*manifest.Attestation, error) {
	if desc == nil {
		return nil, nil
	}
	_, body, err := p.repository.Resolve(ctx, desc.Digest.String())
	if err != nil {
		return nil, err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("reading attestation manifest %s: %w", desc.Digest, err)
	}
	config, err := p.repository.Fetch(ctx, m.Config)
	return &manifest.Attestation{Descriptor: *desc, Manifest: body, Config: config}, err
}

// push pushes the record of every image that passed, and an index of all with them, by digest.
func (p *published) push(ctx context.Context) error {
	recorded := false
	for _, row := range p.results {
		i := slices.IndexFunc(p.images, func(image manifest.Image) bool { return samePlatform(image.Platform, row.platform) })
		if i < 0 {
			continue
		}
		result, ok, err := p.judged(ctx, p.images[i], row)
		if err == nil && ok {
			recorded = true
			err = p.record(ctx, &p.images[i], result)
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
) (result manifest.TestResult, ok bool, err error) {
	if p.plan.manual {
		if row.look == nil {
			return result, false, nil
		}
		before, _, err := recordIn(ctx, readAt(p.repository), image)
		return row.look.record(before, p.lookSettings(&row)), err == nil, err
	}
	settings := append(p.settings(row.platform), row.look.settings()...)
	result, ok = judgement{report: row.report, settings: settings}.result()
	return result, ok, nil
}

func (p *published) unpushed(ctx context.Context, err error) error {
	err = fmt.Errorf("pushing the record of %q: %w", reference.FamiliarString(p.name), err)
	return errors.Join(fail(nil, interrupted(ctx, err), "docker login "+reference.Domain(p.name),
		"The tests have passed. No tag was touched."))
}
