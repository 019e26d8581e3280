package plugin

import (
	"slices"
	"strings"

	"github.com/docker/buildx/util/buildflags"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// entryOptions say more of the entries of an index than the images do.
type entryOptions struct {
	setPlatform []string
	annotations []string
}

func (o *entryOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&o.setPlatform, "set-platform", nil,
		"Correct what is said of a platform (PLATFORM|SOURCE=os=…,arch=…,variant=…,os-version=…,os-features=…)")
	flags.Var(flags.Lookup("set-platform").Value, "annotate", "The same as --set-platform, as docker manifest calls it")
	flags.StringArrayVar(&o.annotations, "annotation", nil,
		"Add an annotation (index:KEY=VALUE, or manifest-descriptor[PLATFORM]:KEY=VALUE)")
}

// entryChanges are the options parsed.
type entryChanges struct {
	platforms   []manifest.SetPlatform
	index       map[string]string
	descriptors map[exptypes.AnnotationKey]string
}

func (o entryOptions) parse() (entryChanges, error) {
	changes := entryChanges{index: map[string]string{}, descriptors: map[exptypes.AnnotationKey]string{}}
	for _, text := range o.setPlatform {
		set, err := parseSetPlatform(text)
		if err != nil {
			return changes, err
		}
		changes.platforms = append(changes.platforms, set)
	}
	parsed, err := buildflags.ParseAnnotations(o.annotations)
	if err != nil {
		return changes, fail(errUsage, err, "")
	}
	for key, value := range parsed {
		switch key.Type {
		case exptypes.AnnotationIndex:
			changes.index[key.Key] = value
		case exptypes.AnnotationManifestDescriptor:
			changes.descriptors[key] = value
		default:
			return changes, usageError("the annotation %q would change an image; "+
				"put it on the index with index:%s=…, or on its entries with manifest-descriptor:%s=…",
				key.Key, key.Key, key.Key)
		}
	}
	return changes, nil
}

// parseSetPlatform reads TARGET=KEY=VALUE,….
func parseSetPlatform(text string) (manifest.SetPlatform, error) {
	const form = "give it as PLATFORM=os-version=10.0.20348.1, with os, arch, variant, os-version, os-features"
	name, list, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return manifest.SetPlatform{}, usageError("nothing to set in %q; %s", text, form)
	}
	set := manifest.SetPlatform{Target: name}
	if platforms, err := manifest.ParsePlatforms([]string{name}); err == nil && len(platforms) == 1 {
		set.Target = manifest.FormatPlatform(platforms[0])
	}
	for field := range strings.SplitSeq(list, ",") {
		key, value, ok := strings.Cut(field, "=")
		if !ok {
			return set, usageError("no value for %q in %q; %s", field, text, form)
		}
		switch key {
		case "os":
			set.OS = &value
		case "arch", "architecture":
			set.Architecture = &value
		case "variant":
			set.Variant = &value
		case "os-version":
			set.OSVersion = &value
		case "os-features":
			if set.OSFeatures == nil {
				set.OSFeatures = []string{} // of nothing: there are to be none
			}
			if value != "" {
				set.OSFeatures = append(set.OSFeatures, strings.Split(value, "+")...)
			}
		default:
			return set, usageError("unknown field %q in %q; %s", key, text, form)
		}
	}
	return set, nil
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

// keep takes over the annotations of an index that is amended, but for those given anew. A Docker list has none.
func (c entryChanges) keep(annotations map[string]string, mediaType string) {
	if mediaType == mediaTypeDocker {
		return
	}
	for key, value := range annotations {
		if _, ok := c.index[key]; !ok {
			c.index[key] = value
		}
	}
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

func partNames(parts []manifest.Part) []string {
	var names []string
	for _, part := range parts {
		names = append(names, manifest.FormatPlatform(part.Platform))
	}
	return slices.Compact(names)
}
