package dockerfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Setting is what a Dockerfile is read with, beside the platform.
type Setting struct {
	// Target is the stage that is built; empty is the last.
	Target string
	// BuildArgs are --build-arg.
	BuildArgs map[string]string
	// Contexts are the further build contexts by name, as --build-context has them: docker-image://NAME, or anything else.
	Contexts map[string]string
	// Build is the platform of the builder.
	Build ocispec.Platform
}

// Predefined are the arguments that BuildKit itself sets, with what they are for one platform.
func (s Setting) Predefined(target ocispec.Platform) map[string]string {
	return map[string]string{
		"BUILDPLATFORM":   platforms.Format(s.Build),
		"BUILDOS":         s.Build.OS,
		"BUILDOSVERSION":  s.Build.OSVersion,
		"BUILDARCH":       s.Build.Architecture,
		"BUILDVARIANT":    s.Build.Variant,
		"TARGETPLATFORM":  platforms.FormatAll(target),
		"TARGETOS":        target.OS,
		"TARGETOSVERSION": target.OSVersion,
		"TARGETARCH":      target.Architecture,
		"TARGETVARIANT":   target.Variant,
	}
}

// elsewhere is the setting on a machine that is like no other, whatever is said of the machine.
func (s Setting) elsewhere() Setting {
	s.Build = ocispec.Platform{OS: "elsewhere", OSVersion: "elsewhere", Architecture: "elsewhere", Variant: "elsewhere"}
	args := map[string]string{}
	maps.Copy(args, s.BuildArgs)
	for name, value := range s.Predefined(ocispec.Platform{}) {
		if strings.HasPrefix(name, "BUILD") {
			args[name] = value
		}
	}
	s.BuildArgs = args
	return s
}

// env are arguments and variables, the last of a name counts.
type env []string

// with adds one.
func (e env) with(key, value string) env {
	e = slices.DeleteFunc(slices.Clone(e), func(have string) bool { return strings.HasPrefix(have, key+"=") })
	return append(e, key+"="+value)
}

// globals are the arguments before the first stage.
func (f *File) globals(s Setting, target ocispec.Platform) (env, error) {
	var out env
	for key, value := range s.Predefined(target) {
		if given, ok := s.BuildArgs[key]; ok {
			value = given
		}
		out = out.with(key, value)
	}
	stage := s.Target
	if stage == "" {
		stage = f.stages[len(f.stages)-1].Name
	}
	if stage == "" {
		stage = "default"
	}
	out = out.with("TARGETSTAGE", stage)
	for _, instruction := range f.Globals {
		for _, arg := range instruction.Args {
			value, known, err := f.argument(arg, s, out)
			if err != nil {
				return nil, err
			}
			if known {
				out = out.with(arg.Key, value)
			}
		}
	}
	return out, nil
}

// argument is what an ARG comes to; known is false for one that has no value.
func (f *File) argument(
	arg instructions.KeyValuePairOptional,
	s Setting,
	of env,
) (value string, known bool, err error) {
	if given, ok := s.BuildArgs[arg.Key]; ok {
		return given, true, nil
	}
	if arg.Value == nil {
		return "", false, nil
	}
	value, err = f.expand(*arg.Value, of)
	return value, true, err
}

// maxValue is the longest value of an argument; each may be made of several before it.
const maxValue = 64 << 10

// expand replaces the variables of a word.
func (f *File) expand(word string, of env) (string, error) {
	value, _, err := f.lex.ProcessWord(word, shell.EnvsFromSlice(of))
	if len(value) > maxValue {
		return "", fmt.Errorf("%.40q comes to more than %d bytes", word, maxValue)
	}
	return value, err
}

// context finds the further build context that stands for a stage or an image, as BuildKit looks for it.
func (s Setting) context(name string, p ocispec.Platform) (string, bool) {
	if len(s.Contexts) == 0 || strings.EqualFold(name, scratch) || strings.EqualFold(name, "context") {
		return "", false
	}
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return "", false
	}
	short := strings.TrimSuffix(reference.FamiliarString(named), ":latest")
	for _, key := range []string{short + "::" + platforms.FormatAll(platforms.Normalize(p)), short} {
		if spec, ok := s.Contexts[key]; ok {
			return spec, true
		}
	}
	return "", false
}
