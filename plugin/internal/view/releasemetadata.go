package view

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/sys/atomicwriter"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
)

// WriteReleaseMetadata writes down what was published, whole or not at all. One image is an object; several, of publish
// with several names, are an object of such objects by NAME:TAG. Without a file, or an image, nothing is written.
func WriteReleaseMetadata(file string, o release.Outcome) error {
	if file == "" || len(o.Published) == 0 {
		return nil
	}
	images := map[string]*inputs.ImageMetadata{}
	var first *inputs.ImageMetadata
	for _, d := range o.Published {
		if first != nil && first.Digest == d.Result.Index {
			first.Name += "," + strings.Join(fullNames(d.Target), ",")
			first.Tags = append(first.Tags, tagsOf(d.Target, d.Result.Tags)...)
			first.ArchTags = append(first.ArchTags, imageTagsOf(d.Target, d.Result.ArchTags)...)
			continue
		}
		m := metadataOf(d)
		images[d.Target.Tagged()[0]] = m
		if first == nil {
			first = m
		}
	}
	var document any = images
	if len(images) == 1 {
		document = first
	}
	body, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the metadata file: %w", err)
	}
	if err := atomicwriter.WriteFile(file, append(body, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing --metadata-file %q: %w", file, err)
	}
	return nil
}

// metadataOf is what the file says of one image.
func metadataOf(d release.Delivered) *inputs.ImageMetadata {
	index := d.Shipment.Publication.Index
	m := &inputs.ImageMetadata{
		Digest:     d.Result.Index,
		Descriptor: ocispec.Descriptor{MediaType: index.MediaType, Digest: index.Digest, Size: index.Size},
		Name:       strings.Join(fullNames(d.Target), ","),
		Repository: d.Target.Name.Name(),
		Tags:       tagsOf(d.Target, d.Result.Tags), ArchTags: imageTagsOf(d.Target, d.Result.ArchTags),
	}
	for _, image := range d.Shipment.Platforms {
		m.Platforms = append(m.Platforms, inputs.MetadataPlatform{
			Platform: platform.Format(image.Platform), Manifest: image.Manifest,
			Attestation: image.Attestation, Config: image.Config, Verdict: image.Verdict, Reason: image.Reason,
			Carried: image.Carried, Source: image.Source,
		})
	}
	return m
}

// imageTagsOf are the tags of single images, without those of their attestation manifests.
func imageTagsOf(t release.Target, changes []publish.TagChange) []inputs.MetadataTag {
	return tagsOf(t, slices.DeleteFunc(slices.Clone(changes), func(c publish.TagChange) bool {
		_, attests := platform.AttestedTag(c.Tag)
		return attests
	}))
}

// fullNames are the names with the registry's host, as buildx writes them.
func fullNames(t release.Target) []string {
	if len(t.Tags) == 0 {
		return []string{t.Name.Name()}
	}
	names := make([]string, 0, len(t.Tags))
	for _, tag := range t.Tags {
		names = append(names, t.Name.Name()+":"+tag)
	}
	return names
}

// tagsOf is what became of tags.
func tagsOf(t release.Target, changes []publish.TagChange) []inputs.MetadataTag {
	tags := make([]inputs.MetadataTag, 0, len(changes))
	for _, c := range changes {
		tags = append(tags, inputs.MetadataTag{Name: t.Name.Name() + ":" + c.Tag, Old: c.Old, New: c.New, Written: c.Written})
	}
	return tags
}
