package plugin

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/moby/sys/atomicwriter"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// writeReleaseMetadata writes down what was published, whole or not at all. One image is an object; several, of publish
// with several names, are an object of such objects by NAME:TAG. Without a file, or an image, nothing is written.
func writeReleaseMetadata(file string, o releaseOutcome) error {
	if file == "" || len(o.published) == 0 {
		return nil
	}
	images := map[string]*imageMetadata{}
	var first *imageMetadata
	for _, d := range o.published {
		if first != nil && first.Digest == d.result.Index {
			first.Name += "," + strings.Join(fullNames(d.target), ",")
			first.Tags = append(first.Tags, tagsOf(d.target, d.result.Tags)...)
			first.ArchTags = append(first.ArchTags, tagsOf(d.target, d.result.ArchTags)...)
			continue
		}
		m := metadataOf(d)
		images[d.target.tagged()[0]] = m
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
func metadataOf(d delivered) *imageMetadata {
	index := d.shipment.publication.Index
	m := &imageMetadata{
		Digest:     d.result.Index,
		Descriptor: ocispec.Descriptor{MediaType: index.MediaType, Digest: index.Digest, Size: index.Size},
		Name:       strings.Join(fullNames(d.target), ","),
		Repository: d.target.name.Name(),
		Tags:       tagsOf(d.target, d.result.Tags), ArchTags: tagsOf(d.target, d.result.ArchTags),
	}
	for _, image := range d.shipment.platforms {
		m.Platforms = append(m.Platforms, metadataImage{
			Platform: manifest.FormatPlatform(image.Platform), Manifest: image.Manifest,
			Attestation: image.Attestation, Config: image.Config, Verdict: image.Verdict, Reason: image.Reason,
			Carried: image.Carried, Source: image.Source,
		})
	}
	return m
}

// fullNames are the names with the registry's host, as buildx writes them.
func fullNames(t releaseTarget) []string {
	if len(t.tags) == 0 {
		return []string{t.name.Name()}
	}
	names := make([]string, 0, len(t.tags))
	for _, tag := range t.tags {
		names = append(names, t.name.Name()+":"+tag)
	}
	return names
}

// tagsOf is what became of tags.
func tagsOf(t releaseTarget, changes []manifest.TagChange) []metadataTag {
	tags := make([]metadataTag, 0, len(changes))
	for _, c := range changes {
		tags = append(tags, metadataTag{Name: t.name.Name() + ":" + c.Tag, Old: c.Old, New: c.New, Written: c.Written})
	}
	return tags
}
