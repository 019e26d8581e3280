package manifest

import (
	"fmt"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// PlatformChoice is platforms, and where the choice came from.
type PlatformChoice struct {
	Platforms []ocispec.Platform
	// From is the flag, variable or command that named them, in words.
	From string
}

// String says what was chosen and why.
func (c PlatformChoice) String() string {
	return fmt.Sprintf("%s (%s)", strings.ReplaceAll(PlatformList(c.Platforms), ",", ", "), c.From)
}

// Before puts the platforms of c before those of later that it has not. Where none is added, the choice is that of c.
func (c PlatformChoice) Before(later PlatformChoice) PlatformChoice {
	both := PlatformChoice{Platforms: slices.Clone(c.Platforms), From: c.From}
	for _, p := range later.Platforms {
		if !slices.ContainsFunc(c.Platforms, func(q ocispec.Platform) bool { return SamePlatform(p, q) }) {
			both.Platforms = append(both.Platforms, p)
		}
	}
	if len(both.Platforms) > len(c.Platforms) {
		both.From += " and " + later.From
	}
	return both
}

// PlatformList writes platforms as a flag takes them.
func PlatformList(list []ocispec.Platform) string {
	names := make([]string, 0, len(list))
	for _, p := range list {
		names = append(names, FormatPlatform(p))
	}
	return strings.Join(names, ",")
}
