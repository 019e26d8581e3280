package option

import (
	"strings"

	"github.com/docker/buildx/util/buildflags"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
)

// Entry say more of the entries of an index than the images do.
type Entry struct {
	setPlatform []string
	annotations []string
}

// AddFlags binds them.
func (o *Entry) AddFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&o.setPlatform, "set-platform", nil,
		"Correct what is said of a platform (PLATFORM|SOURCE=os=…,arch=…,variant=…,os-version=…,os-features=…)")
	flags.Var(flags.Lookup("set-platform").Value, "annotate", "The same as --set-platform, as docker manifest calls it")
	flags.StringArrayVar(&o.annotations, "annotation", nil,
		"Add an annotation (index:KEY=VALUE, or manifest-descriptor[PLATFORM]:KEY=VALUE)")
}

// Parse reads the flags.
func (o Entry) Parse() (release.EntryChanges, error) {
	changes := release.EntryChanges{Index: map[string]string{}, Descriptors: map[exptypes.AnnotationKey]string{}}
	for _, text := range o.setPlatform {
		set, err := parseSetPlatform(text)
		if err != nil {
			return changes, err
		}
		changes.Platforms = append(changes.Platforms, set)
	}
	parsed, err := buildflags.ParseAnnotations(o.annotations)
	if err != nil {
		return changes, failure.Usage("--annotation: %w", err)
	}
	for key, value := range parsed {
		if key.Key == "" {
			return changes, failure.Usage("--annotation %q has no name before the =", o.annotations)
		}
		switch key.Type {
		case exptypes.AnnotationIndex:
			changes.Index[key.Key] = value
		case exptypes.AnnotationManifestDescriptor:
			changes.Descriptors[key] = value
		default:
			return changes, failure.Usage("the annotation %q would change an image; "+
				"put it on the index with index:%s=…, or on its entries with manifest-descriptor:%s=…",
				key.Key, key.Key, key.Key)
		}
	}
	return changes, nil
}

// parseSetPlatform reads TARGET=KEY=VALUE,….
func parseSetPlatform(text string) (source.SetPlatform, error) {
	const form = "give it as PLATFORM=os-version=10.0.20348.1, with os, arch, variant, os-version, os-features"
	name, list, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return source.SetPlatform{}, failure.Usage("--set-platform: nothing to set in %q; %s", text, form)
	}
	set := source.SetPlatform{Target: name}
	if platforms, err := platform.Parse([]string{name}); err == nil && len(platforms) == 1 {
		set.Target = platform.Format(platforms[0])
	}
	for field := range strings.SplitSeq(list, ",") {
		key, value, ok := strings.Cut(field, "=")
		if !ok {
			return set, failure.Usage("--set-platform: no value for %q in %q; %s", field, text, form)
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
			return set, failure.Usage("--set-platform: unknown field %q in %q; %s", key, text, form)
		}
	}
	return set, nil
}
