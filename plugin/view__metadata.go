package plugin

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/moby/sys/atomicwriter"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// resultOptions name files that the result is written to.
type resultOptions struct {
	metadataFile string
	iidFile      string
}

// buildMetadata is what --metadata-file holds: the keys that users of docker buildx build know, and every platform.
type buildMetadata struct {
	ImageName  string             `json:"image.name"`
	Digest     string             `json:"containerimage.digest"`
	Descriptor ocispec.Descriptor `json:"containerimage.descriptor"`
	Platforms  []platformMetadata `json:"platforms"`
}

type platformMetadata struct {
	Platform    string              `json:"platform"`
	Image       ocispec.Descriptor  `json:"image"`
	Config      string              `json:"containerimage.config.digest"`
	Attestation *ocispec.Descriptor `json:"attestation,omitempty"`
	Loaded      string              `json:"loaded,omitempty"`
	Verdict     string              `json:"verdict"`
}

// write writes the files that were asked for.
func (o *resultOptions) write(m buildMetadata) error {
	if o.metadataFile != "" {
		text, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			return fmt.Errorf("writing --metadata-file %q: %w", o.metadataFile, err)
		}
		if err := atomicwriter.WriteFile(o.metadataFile, text, 0o644); err != nil {
			return fmt.Errorf("writing --metadata-file %q: %w", o.metadataFile, err)
		}
	}
	if o.iidFile != "" {
		if err := atomicwriter.WriteFile(o.iidFile, []byte(m.Digest), 0o644); err != nil {
			return fmt.Errorf("writing --iidfile %q: %w", o.iidFile, err)
		}
	}
	return nil
}

// metadataOfBuild describes the draft as it is after the build.
func metadataOfBuild(r buildResult) buildMetadata {
	m := buildMetadata{
		ImageName: strings.Join(r.plan.request.Names, ","), Digest: r.draft.Index.Digest.String(), Descriptor: r.draft.Index,
	}
	for _, row := range r.rows {
		if row.image == nil {
			continue
		}
		m.Platforms = append(m.Platforms, platformMetadata{
			Platform: manifest.FormatPlatform(row.image.Platform), Image: row.image.Manifest, Config: row.config.String(),
			Attestation: row.image.Attestation, Loaded: row.loaded, Verdict: string(row.state),
		})
	}
	return m
}
