package platform

import "slices"

// Remarks say of platforms, as [Format] writes them, what is easily taken for another.
func Remarks(names []string) []string {
	if slices.Contains(names, "linux/arm/v8") {
		return []string{"linux/arm/v8 is 32-bit ARM; 64-bit ARM is linux/arm64"}
	}
	return nil
}
