package manifest

import (
	"fmt"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

const (
	// maxMediaType is the longest type and subtype there may be, with the slash between them (RFC 6838, section 4.2).
	maxMediaType = 127 + 1 + 127
	// maxPlatform is the longest that all words of a platform may be together. Each is said often.
	maxPlatform = 1024
)

// checkWords refuses what nobody calls a thing of an index, and what would fill every report.
func checkWords(entry ocispec.Descriptor) error {
	if max(len(entry.MediaType), len(entry.ArtifactType), len(entry.Digest)) > maxMediaType {
		return fmt.Errorf("an entry has a media type or a digest of more than %d bytes", maxMediaType)
	}
	if entry.Platform == nil {
		return nil
	}
	return checkPlatform(*entry.Platform)
}

func checkPlatform(p ocispec.Platform) error {
	words := len(p.OS) + len(p.Architecture) + len(p.Variant) + len(p.OSVersion) + len(strings.Join(p.OSFeatures, ","))
	if words > maxPlatform {
		return fmt.Errorf("a platform has a name of more than %d bytes", maxPlatform)
	}
	return nil
}
