package source

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// compressionAnnotation begins the annotation of an image that is another one of its index with its layers compressed
// otherwise, as buildah, podman and skopeo write it.
const compressionAnnotation = "io.github.containers.compression."

// Compression is how the layers of an index entry are compressed, where it says that it stands beside one that is
// compressed otherwise; else it is empty.
func Compression(image manifest.Image) string {
	for _, key := range slices.Sorted(maps.Keys(image.Annotations)) {
		if name, ok := strings.CutPrefix(key, compressionAnnotation); ok && image.Annotations[key] == "true" {
			return name
		}
	}
	return ""
}

// Plain returns the images of s that go into an index of one image per platform, and says in words what is left out of
// it: entries that are no images, and images that another entry has with its layers compressed otherwise.
func (s Image) Plain() (entries []Entry, left []string) {
	for _, entry := range s.Entries {
		other := func(e Entry) bool {
			return e.Manifest.Digest != entry.Manifest.Digest && platform.Equal(e.Platform, entry.Platform) &&
				Compression(e.Image) == ""
		}
		if how := Compression(entry.Image); how != "" && slices.ContainsFunc(s.Entries, other) {
			left = append(left, fmt.Sprintf("%s for %s, compressed by %s",
				entry.Manifest.Digest, platform.Format(entry.Platform), how))
			continue
		}
		entries = append(entries, entry)
	}
	for _, entry := range s.Others {
		left = append(left, manifest.DescribeOther(entry))
	}
	return entries, left
}
