package plugin

import (
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

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

// metadataTag is a tag that the image was given.
type metadataTag struct {
	Name    string        `json:"name"`
	Old     digest.Digest `json:"old,omitempty"`
	New     digest.Digest `json:"new"`
	Written bool          `json:"written"`
}

// metadataImage is one platform of it.
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
