package plugin

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// prepare checks a draft and decides what is pushed, from the store alone.
func (o *publishOptions) prepare(
	ctx context.Context, s *store.Store, name reference.NamedTagged, asked []ocispec.Platform,
) (target, error) {
	draft, err := s.Draft(ctx, name)
	if err != nil {
		return target{}, fail(nil, err, "docker multiplat build --test-local -t "+reference.FamiliarString(name)+" PATH")
	}
	t := target{name: reference.TrimNamed(name), blobs: s.Content(), annotations: draft.Annotations}
	var blobs record.ReadWriter = s
	if o.dryRun {
		origins := manifest.NewOrigins(s.Content())
		blobs, t.blobs = newDryBlobs(s, origins), origins
	}
	images, shut := passDraft(ctx, o.policy, blobs, draft, asked)
	shut = adviseShut(shut)
	planned := o.dryRun && errors.Is(shut, gate.ErrShut) && len(images) > 0 // what is there is shown all the same
	if shut != nil && !planned {
		return target{}, shut
	}
	t.refused = shut
	if err := o.refuseMixed(draft, images); err != nil {
		return target{}, fail(nil, fmt.Errorf("publishing %q: %w", reference.FamiliarString(name), err),
			o.line.with("--allow-mixed").String()+"   (or build all platforms again)",
			fmt.Sprintf("tag %s unchanged", reference.FamiliarString(name)))
	}
	index, err := o.shipped(ctx, s, blobs, draft, images)
	if err != nil {
		return target{}, err
	}
	complete := index
	if o.dryRun {
		complete = draft.Index // all but the records that would be made
	}
	if err := s.Complete(ctx, complete); err != nil {
		return target{}, fail(nil, fmt.Errorf("publishing %q: %w", reference.FamiliarString(name), err),
			"docker multiplat build --test-local -t "+reference.FamiliarString(name)+" PATH",
			fmt.Sprintf("tag %s unchanged", reference.FamiliarString(name)))
	}
	t.plan = manifest.Publication{Index: index, Tags: []string{name.Tag()}, Last: draft.Published}
	o.guard(&t.plan)
	if t.plan.ArchTags, err = o.archTagsOf(name, images); err != nil {
		return target{}, err
	}
	return t, t.describe(ctx, s, blobs, draft, images)
}

// describe notes what is known of each image, and where its layers may be mounted from.
func (t *target) describe(
	ctx context.Context, s *store.Store, blobs record.ReadWriter, draft store.Draft, images []manifest.Image,
) error {
	for _, image := range images {
		rec, tested, err := record.Of(ctx, blobs, image)
		if err != nil {
			return err
		}
		found, _, err := s.Image(ctx, image.Manifest)
		if err != nil {
			return err
		}
		source := draft.Note(image.Platform).Source
		t.bases = append(t.bases, basesOf(source)...)
		known := shippedImage{Image: image, Config: found.Config.Digest, Verdict: string(untested), Source: source}
		if tested {
			known.Verdict, known.Reason = strings.ToLower(rec.Result), rec.Reason
		}
		t.images = append(t.images, known)
	}
	return nil
}

// shipped returns the index to publish: the draft's own bytes, unless only some of it ships or a waiver was
// recorded; then the draft takes over what was recorded.
func (o *publishOptions) shipped(
	ctx context.Context, s *store.Store, blobs record.ReadWriter, draft store.Draft, images []manifest.Image,
) (ocispec.Descriptor, error) {
	if slices.EqualFunc(images, draft.Images, sameImage) {
		return draft.Index, nil
	}
	if o.dryRun {
		return writeIndex(ctx, blobs, images, draft.Annotations)
	}
	updated, err := s.Update(ctx, draft.Name, func(d *store.Draft) error {
		for _, image := range images {
			d.Images = replaceImage(d.Images, image)
		}
		return nil
	})
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	if slices.EqualFunc(images, updated.Images, sameImage) {
		return updated.Index, nil
	}
	return writeIndex(ctx, blobs, images, draft.Annotations)
}

func writeIndex(
	ctx context.Context, s record.ReadWriter, images []manifest.Image, annotations map[string]string,
) (ocispec.Descriptor, error) {
	body, desc, err := manifest.BuildIndex(images, annotations)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	return desc, s.Write(ctx, manifest.Blob{Descriptor: desc, Body: body})
}

func replaceImage(images []manifest.Image, image manifest.Image) []manifest.Image {
	out := slices.Clone(images)
	for i := range out {
		if manifest.SamePlatform(out[i].Platform, image.Platform) {
			out[i] = image
			return out
		}
	}
	return append(out, image)
}

func sameImage(a, b manifest.Image) bool {
	return manifest.SamePlatform(a.Platform, b.Platform) && a.Manifest.Digest == b.Manifest.Digest &&
		digestOf(a) == digestOf(b) && maps.Equal(a.Annotations, b.Annotations)
}

func digestOf(image manifest.Image) string {
	if image.Attestation == nil {
		return ""
	}
	return image.Attestation.Digest.String()
}

func (o *publishOptions) archTagsOf(
	name reference.NamedTagged,
	images []manifest.Image,
) ([]manifest.NamedManifest, error) {
	if o.archTags == archTagsNone {
		return nil, nil
	}
	tags := make([]manifest.NamedManifest, 0, len(images))
	for _, image := range images {
		tag, err := manifest.ArchTag(name.Tag(), image.Platform)
		if err != nil {
			return nil, fail(errUsage, err, "")
		}
		tags = append(tags, manifest.NamedManifest{Tag: tag, Manifest: image.Manifest})
	}
	return tags, nil
}
