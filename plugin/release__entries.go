package plugin

import (
	"maps"
	"slices"
	"strings"

	"github.com/moby/buildkit/exporter/containerimage/exptypes"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// entryChanges say more of the entries of an index, and of the index itself, than the images do.
type entryChanges struct {
	platforms []manifest.SetPlatform
	// index are the annotations of the index, descriptors those of its entries.
	index       map[string]string
	descriptors map[exptypes.AnnotationKey]string
}

// setPlatforms applies all corrections; marked ones leave an annotation.
func (c entryChanges) setPlatforms(parts []manifest.Part, marked bool) (_ []manifest.Part, err error) {
	for _, set := range c.platforms {
		if parts, err = set.Apply(parts, marked); err != nil {
			return nil, fail(errUsage, err, "")
		}
	}
	return parts, nil
}

// indexOver takes over the annotations of an index that is amended, but for those given anew.
func (c entryChanges) indexOver(annotations map[string]string) map[string]string {
	over := maps.Clone(annotations)
	if over == nil {
		over = map[string]string{}
	}
	maps.Copy(over, c.index)
	return over
}

// annotate puts the annotations of entries on them. One for a platform that is not there is a mistake.
func (c entryChanges) annotate(parts []manifest.Part) error {
	for key, value := range c.descriptors {
		found := false
		for i := range parts {
			if key.Platform != nil && !manifest.Satisfies(parts[i].Platform, *key.Platform) {
				continue
			}
			found = true
			annotations := map[string]string{}
			for k, v := range parts[i].Annotations {
				annotations[k] = v
			}
			annotations[key.Key] = value
			parts[i].Annotations = annotations
		}
		if !found {
			return usageError("the annotation %q is for %s, which is not merged; there are %s",
				key.Key, manifest.FormatPlatform(*key.Platform), strings.Join(partNames(parts), ", "))
		}
	}
	return nil
}

// partNames are the platforms of parts, each once.
func partNames(parts []manifest.Part) []string {
	var names []string
	for _, part := range parts {
		names = append(names, manifest.FormatPlatform(part.Platform))
	}
	return slices.Compact(names)
}
