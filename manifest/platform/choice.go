package platform

import (
	"fmt"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Choice is platforms, and where the choice came from.
type Choice struct {
	Platforms []ocispec.Platform
	// Said are the same with variants as they were said; none where that makes no difference.
	Said []ocispec.Platform
	// From is the flag, variable or command that named them, in words.
	From string
}

// String says what was chosen and why.
func (c Choice) String() string {
	return fmt.Sprintf("%s (%s)", strings.ReplaceAll(List(c.Platforms), ",", ", "), c.From)
}

// Before puts the platforms of c before those of later that it has not. Where none is added, the choice is that of c.
func (c Choice) Before(later Choice) Choice {
	both := Choice{Platforms: slices.Clone(c.Platforms), From: c.From}
	for _, p := range later.Platforms {
		if !slices.ContainsFunc(c.Platforms, func(q ocispec.Platform) bool { return Equal(p, q) }) {
			both.Platforms = append(both.Platforms, p)
		}
	}
	if len(both.Platforms) > len(c.Platforms) {
		both.From += " and " + later.From
	}
	return both
}

// List writes platforms as a flag takes them.
func List(list []ocispec.Platform) string {
	names := make([]string, 0, len(list))
	for _, p := range list {
		names = append(names, Format(p))
	}
	return strings.Join(names, ",")
}
