package inputs

import (
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// ImageMetadata is the content of a metadata file. Its first keys are those that buildx writes, too.
type ImageMetadata struct {
	Digest     digest.Digest      `json:"containerimage.digest"`
	Descriptor ocispec.Descriptor `json:"containerimage.descriptor"`
	// Name is every name the image has got, separated by commas.
	Name       string             `json:"image.name,omitempty"`
	Repository string             `json:"repository"`
	Tags       []MetadataTag      `json:"tags,omitempty"`
	ArchTags   []MetadataTag      `json:"archTags,omitempty"`
	Platforms  []MetadataPlatform `json:"platforms"`
}

// MetadataTag is a tag that the image was given.
type MetadataTag struct {
	Name    string        `json:"name"`
	Old     digest.Digest `json:"old,omitempty"`
	New     digest.Digest `json:"new"`
	Written bool          `json:"written"`
}

// MetadataPlatform is one platform of it.
type MetadataPlatform struct {
	Platform    string              `json:"platform"`
	Manifest    ocispec.Descriptor  `json:"image"`
	Attestation *ocispec.Descriptor `json:"attestation,omitempty"`
	Verdict     string              `json:"verdict,omitempty"`
	Reason      string              `json:"reason,omitempty"`
	Carried     bool                `json:"carried,omitempty"`
	Source      map[string]string   `json:"source,omitempty"`
	Config      digest.Digest       `json:"containerimage.config.digest,omitempty"`
}
