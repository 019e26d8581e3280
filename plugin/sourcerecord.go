package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// readAt reads blobs and manifests at a place.
func readAt(place manifest.Place) reader {
	return func(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
		if images.IsManifestType(desc.MediaType) || images.IsIndexType(desc.MediaType) {
			_, body, err := place.Resolve(ctx, desc.Digest.String())
			return body, err
		}
		return place.Fetch(ctx, desc)
	}
}

// recordIn reads the test record of an image; ok is false when there is none.
func recordIn(
	ctx context.Context, read reader, image manifest.Image,
) (record manifest.TestResult, ok bool, err error) {
	if image.Attestation == nil {
		return record, false, nil
	}
	body, err := read(ctx, *image.Attestation)
	if err != nil {
		return record, false, err
	}
	predicates, err := manifest.Predicates(body)
	if err != nil {
		return record, false, err
	}
	layer, ok := predicates[manifest.TestResultType]
	if !ok {
		return record, false, nil
	}
	statement, err := read(ctx, layer)
	if err != nil {
		return record, false, err
	}
	record, err = manifest.ParseStatement(statement, image.Manifest.Digest)
	return record, err == nil, err
}

// provenanceIn reads the provenance of an image, as BuildKit writes it; nil where there is none.
func provenanceIn(ctx context.Context, read reader, image manifest.Image) (*provenance, error) {
	if image.Attestation == nil {
		return nil, nil
	}
	body, err := read(ctx, *image.Attestation)
	if err != nil {
		return nil, err
	}
	predicates, err := manifest.Predicates(body)
	if err != nil {
		return nil, err
	}
	for predicateType, layer := range predicates {
		if !strings.HasPrefix(predicateType, "https://slsa.dev/provenance/") {
			continue
		}
		statement, err := read(ctx, layer)
		if err != nil {
			return nil, err
		}
		var found provenance
		if err := json.Unmarshal(statement, &found); err != nil {
			return nil, nil // somebody else's idea of provenance tells us nothing
		}
		return &found, nil
	}
	return nil, nil
}

// provenance is what is read of a provenance statement, of SLSA 1 or 0.2.
type provenance struct {
	Predicate struct {
		BuildDefinition struct {
			ResolvedDependencies []material `json:"resolvedDependencies"`
		} `json:"buildDefinition"`
		RunDetails struct {
			Metadata struct {
				BuildKit buildkitMetadata `json:"buildkit_metadata"`
			} `json:"metadata"`
		} `json:"runDetails"`
		Materials []material `json:"materials"`
		Metadata  struct {
			BuildKit buildkitMetadata `json:"https://mobyproject.org/buildkit@v1#metadata"`
		} `json:"metadata"`
	} `json:"predicate"`
}

type material struct {
	URI string `json:"uri"`
}

type buildkitMetadata struct {
	VCS map[string]string `json:"vcs"`
}

// revision is the revision of the sources it was built from, empty when it is not known.
func (p *provenance) revision() string {
	if p == nil {
		return ""
	}
	return firstOf(p.Predicate.RunDetails.Metadata.BuildKit.VCS["revision"],
		p.Predicate.Metadata.BuildKit.VCS["revision"])
}

// configOf is the digest of an image's config.
func configOf(ctx context.Context, read reader, image ocispec.Descriptor) (digest.Digest, error) {
	body, err := read(ctx, image)
	if err != nil {
		return "", err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return "", fmt.Errorf("reading manifest %s: %w", image.Digest, err)
	}
	return m.Config.Digest, nil
}
