package platform

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// maxTag is the longest tag in characters (distribution specification, "Pulling manifests").
const maxTag = 128

// ErrArchTag marks a tag that cannot be the tag of a multi-platform image because of the arch tags it would have.
var ErrArchTag = errors.New("unusable tag")

// ArchTag returns the tag of one platform's own image: TAG--ARCH[VARIANT] for linux, such as 1.0--armv7, and
// TAG--OS[-OSVERSION]-ARCH[VARIANT] otherwise, such as 1.0--windows-10.0.20348-amd64. A result that is no valid tag,
// above all one of more than 128 characters, is an error that wraps [ErrArchTag].
func ArchTag(tag string, p ocispec.Platform) (string, error) {
	if p.OS == "" || p.Architecture == "" {
		return "", fmt.Errorf("naming the arch tag of %q: %w %q", tag, ErrInvalid, Format(p))
	}
	p = platforms.Normalize(p)
	suffix := p.Architecture + p.Variant
	switch {
	case p.OSVersion != "":
		suffix = p.OS + "-" + p.OSVersion + "-" + suffix
	case p.OS != "linux":
		suffix = p.OS + "-" + suffix
	}
	name := tag + "--" + suffix
	if len(name) > maxTag {
		return "", fmt.Errorf("naming the arch tag of %q for %s: %w: %q has %d characters, %d are allowed; shorten it by %d",
			tag, Format(p), ErrArchTag, name, len(name), maxTag, len(name)-maxTag)
	}
	if tag == "" || reference.TagRegexp.FindString(name) != name {
		return "", fmt.Errorf("naming the arch tag of %q for %s: %w: %q is not a valid tag",
			tag, Format(p), ErrArchTag, name)
	}
	return name, nil
}

// attestationSuffix ends the tags of attestation manifests.
const attestationSuffix = ".att"

// AttestationTag returns the tag of the attestation manifest of one platform: its arch tag followed by .att. It keeps
// registries that delete what has no tag from deleting it. Errors are those of [ArchTag].
func AttestationTag(tag string, p ocispec.Platform) (string, error) {
	arch, err := ArchTag(tag, p)
	if err != nil {
		return "", err
	}
	if more := len(arch) + len(attestationSuffix) - maxTag; more > 0 {
		return "", fmt.Errorf("naming the arch tag of %q for %s: %w: %q has %d characters, %d are allowed; shorten it by %d",
			tag, Format(p), ErrArchTag, arch+attestationSuffix, maxTag+more, maxTag, more)
	}
	return arch + attestationSuffix, nil
}

// AttestedTag returns the tag of the image whose attestation manifest has a tag; ok is false where it is no such tag.
func AttestedTag(tag string) (base string, ok bool) {
	arch, ok := strings.CutSuffix(tag, attestationSuffix)
	if !ok {
		return "", false
	}
	return BaseOfArchTag(arch)
}

// CheckArchTags refuses a tag for which two platforms would have the same arch tag, a platform would have none, or
// which reads as the arch tag of another tag: then 1--arm64 would be both a final tag and the arch tag of 1.
func CheckArchTags(tag string, asked []ocispec.Platform) error {
	if base, ok := BaseOfArchTag(strings.TrimSuffix(tag, attestationSuffix)); ok {
		return fmt.Errorf("checking the tag %q: %w: it reads as the arch tag of %q; choose one that does not end so",
			tag, ErrArchTag, base)
	}
	seen := map[string]string{}
	for _, p := range asked {
		name, err := ArchTag(tag, p)
		if err == nil {
			_, err = AttestationTag(tag, p)
		}
		if err != nil {
			return err
		}
		if earlier, ok := seen[name]; ok {
			return fmt.Errorf("checking the tag %q: %w: %s and %s would both be %q; build them under two tags",
				tag, ErrArchTag, earlier, Format(p), name)
		}
		seen[name] = Format(p)
	}
	return nil
}

// BaseOfArchTag returns the tag that a tag seems to be the arch tag of.
func BaseOfArchTag(tag string) (string, bool) {
	at := strings.LastIndex(tag, "--")
	if at <= 0 {
		return "", false
	}
	base, suffix := tag[:at], tag[at+len("--"):]
	if endsInArch("linux", suffix) {
		return base, true
	}
	os, _, _ := strings.Cut(suffix, "-")
	return base, len(knownArchs(os)) > 0 && endsInArch(os, suffix[strings.LastIndex(suffix, "-")+1:])
}

// endsInArch reports whether a word is an architecture of this os followed by one of its variants or nothing.
func endsInArch(os, word string) bool {
	return slices.ContainsFunc(knownArchs(os), func(arch string) bool {
		variant, ok := strings.CutPrefix(word, arch)
		return ok && (variant == "" || isVariant(arch, variant))
	})
}
