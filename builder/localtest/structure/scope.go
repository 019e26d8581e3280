package structure

import (
	"fmt"
	"strings"

	"github.com/containerd/platforms"
)

// Skipped returns why a test does not apply on a platform, empty where it does.
func (s Scope) Skipped(platform string) string {
	for _, skip := range s.Skip {
		if same(skip.Platform, platform) {
			return skip.Reason
		}
	}
	for _, only := range s.Platforms {
		if same(only, platform) {
			return ""
		}
	}
	if len(s.Platforms) > 0 {
		return fmt.Sprintf("it is for %s only", strings.Join(s.Platforms, ", "))
	}
	return ""
}

// same compares platforms by what they mean: linux/arm64 is linux/arm64/v8. What cannot be parsed equals nothing.
func same(a, b string) bool {
	x, errX := platforms.Parse(a)
	y, errY := platforms.Parse(b)
	return errX == nil && errY == nil &&
		platforms.FormatAll(platforms.Normalize(x)) == platforms.FormatAll(platforms.Normalize(y))
}
