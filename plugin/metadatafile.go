package plugin

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/moby/sys/atomicwriter"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// metadataOptions write down what was published.
type metadataOptions struct{ metadataFile string }

func (o *metadataOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.metadataFile, "metadata-file", "",
		"Write digests, platforms, attestations and test results to a JSON file, for scripts and merge --from")
}

// imageMetadata is the content of a metadata file. Its first keys are those that buildx writes, too.
type imageMetadata struct {
	Digest     digest.Digest      `json:"containerimage.digest"`
	Descriptor ocispec.Descriptor `json:"containerimage.descriptor"`
	// Name is every name the image has got, separated by commas.
	Name       string          `json:"image.name,omitempty"`
	Repository string          `json:"repository"`
	Tags       []metadataTag   `json:"tags,omitempty"`
	ArchTags   []metadataTag   `json:"archTags,omitempty"`
	Platforms  []metadataImage `json:"platforms"`
}

type metadataTag struct {
	Name    string        `json:"name"`
	Old     digest.Digest `json:"old,omitempty"`
	New     digest.Digest `json:"new"`
	Written bool          `json:"written"`
}

type metadataImage struct {
	Platform    string              `json:"platform"`
	Manifest    ocispec.Descriptor  `json:"image"`
	Attestation *ocispec.Descriptor `json:"attestation,omitempty"`
	Verdict     string              `json:"verdict,omitempty"`
	Reason      string              `json:"reason,omitempty"`
	Carried     bool                `json:"carried,omitempty"`
	Source      map[string]string   `json:"source,omitempty"`
	Config      digest.Digest       `json:"containerimage.config.digest,omitempty"`
}

// write writes the file, whole or not at all. One image is an object; several, of publish with several names, are an
// object of such objects by NAME:TAG.
func (o *metadataOptions) write(d *delivery) error {
	if o.metadataFile == "" || len(d.results) == 0 {
		return nil
	}
	images := map[string]*imageMetadata{}
	var first *imageMetadata
	for i, published := range d.results {
		t := d.targets[i]
		if first != nil && first.Digest == published.Index {
			first.Name += "," + strings.Join(fullNames(t), ",")
			first.Tags = append(first.Tags, tagsOf(t, published.Tags)...)
			first.ArchTags = append(first.ArchTags, tagsOf(t, published.ArchTags)...)
			continue
		}
		m := metadataOf(t, published)
		images[t.tagged()[0]] = m
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
	if err := atomicwriter.WriteFile(o.metadataFile, append(body, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing --metadata-file %q: %w", o.metadataFile, err)
	}
	return nil
}

func metadataOf(t target, published manifest.Published) *imageMetadata {
	m := &imageMetadata{
		Digest: published.Index,
		Descriptor: ocispec.Descriptor{
			MediaType: t.plan.Index.MediaType, Digest: t.plan.Index.Digest, Size: t.plan.Index.Size,
		},
		Name:       strings.Join(fullNames(t), ","),
		Repository: t.name.Name(), Tags: tagsOf(t, published.Tags), ArchTags: tagsOf(t, published.ArchTags),
	}
	for _, image := range t.images {
		m.Platforms = append(m.Platforms, metadataImage{
			Platform: manifest.FormatPlatform(image.Platform), Manifest: image.Manifest,
			Attestation: image.Attestation, Config: image.Config, Verdict: image.Verdict, Reason: image.Reason,
			Carried: image.Carried, Source: image.Source,
		})
	}
	return m
}

// fullNames are the names with the registry's host, as buildx writes them.
func fullNames(t target) []string {
	if len(t.plan.Tags) == 0 {
		return []string{t.name.Name()}
	}
	names := make([]string, 0, len(t.plan.Tags))
	for _, tag := range t.plan.Tags {
		names = append(names, t.name.Name()+":"+tag)
	}
	return names
}

func tagsOf(t target, changes []manifest.TagChange) []metadataTag {
	tags := make([]metadataTag, 0, len(changes))
	for _, c := range changes {
		tags = append(tags, metadataTag{Name: t.name.Name() + ":" + c.Tag, Old: c.Old, New: c.New, Written: c.Written})
	}
	return tags
}
