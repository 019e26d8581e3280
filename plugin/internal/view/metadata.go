package view

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/moby/sys/atomicwriter"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
)

// ResultFiles name files that the result is written to.
type ResultFiles struct {
	MetadataFile string
	IidFile      string
}

// BuildMetadata is what --metadata-file holds: the keys that users of docker buildx build know, and every platform.
type BuildMetadata struct {
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
	// Emulators is what the build spent under an emulator, where that is worth saying.
	Emulators *report.Emulators `json:"emulators,omitempty"`
}

// Write writes the files that were asked for.
func (o *ResultFiles) Write(m BuildMetadata) error {
	if o.MetadataFile != "" {
		text, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			return fmt.Errorf("writing --metadata-file %q: %w", o.MetadataFile, err)
		}
		if err := atomicwriter.WriteFile(o.MetadataFile, text, 0o644); err != nil {
			return fmt.Errorf("writing --metadata-file %q: %w", o.MetadataFile, err)
		}
	}
	if o.IidFile != "" {
		if err := atomicwriter.WriteFile(o.IidFile, []byte(m.Digest), 0o644); err != nil {
			return fmt.Errorf("writing --iidfile %q: %w", o.IidFile, err)
		}
	}
	return nil
}

// MetadataOfBuild describes the draft as it is after the build.
func MetadataOfBuild(r build.Result) BuildMetadata {
	m := BuildMetadata{
		ImageName: strings.Join(r.Plan.Request.Names, ","), Digest: r.Draft.Index.Digest.String(), Descriptor: r.Draft.Index,
	}
	for _, row := range r.Rows {
		if row.Image == nil {
			continue
		}
		m.Platforms = append(m.Platforms, platformMetadata{
			Platform: platform.Format(row.Image.Platform), Image: row.Image.Manifest, Config: row.Config.String(),
			Attestation: row.Image.Attestation, Loaded: row.Loaded, Verdict: string(row.State),
			Emulators: emulatorsOf(r.Slow, row.Platform),
		})
	}
	return m
}
