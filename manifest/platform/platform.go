package platform

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// maxPlatforms is the most platforms one image may ask for.
const maxPlatforms = 64

// ErrInvalid marks a platform that was not understood, is not known, or was given twice.
var ErrInvalid = errors.New("invalid platform")

// Parse reads the values of --platform: each is a comma-separated list of os/arch[/variant], of
// os(version)/arch, or of the shorthand arch[/variant], which means linux. The result is normalised and in the order
// given; spellings of one platform are taken together. Every error wraps [ErrInvalid], quotes the word it is about and
// names the fix.
func Parse(values []string) ([]ocispec.Platform, error) {
	parsed, err := ParseStated(values)
	for i := range parsed {
		parsed[i] = platforms.Normalize(parsed[i])
	}
	return parsed, err
}

// ParseStated is [Parse] with variants as they were said, as [Stated] keeps them.
func ParseStated(values []string) ([]ocispec.Platform, error) {
	var parsed []ocispec.Platform
	at, said := map[string]int{}, map[string]bool{}
	for _, value := range values {
		for word := range strings.SplitSeq(value, ",") {
			p, err := parseWord(strings.TrimSpace(word))
			if err != nil {
				return nil, err
			}
			if said[word] {
				return nil, fmt.Errorf("%w %q: given twice, %q is the same; name each platform once",
					ErrInvalid, word, word)
			}
			said[word] = true
			if i, known := at[Format(p)]; known {
				parsed[i] = AsSaid(parsed[i], []ocispec.Platform{p})
				continue
			}
			if len(parsed) == maxPlatforms {
				return nil, fmt.Errorf("%w %q: more than %d platforms; name fewer", ErrInvalid, word, maxPlatforms)
			}
			at[Format(p)] = len(parsed)
			parsed = append(parsed, p)
		}
	}
	if len(parsed) == 0 {
		return nil, fmt.Errorf("%w %q: none given; name one, for example linux/amd64", ErrInvalid, "")
	}
	return parsed, nil
}

// Spellings are the words among the values of --platform that say one platform in several ways.
func Spellings(values []string) (groups [][]string) {
	var words []string
	for _, value := range values {
		words = append(words, strings.Split(value, ",")...)
	}
	var keys []string
	same := map[string][]string{}
	for _, word := range words {
		p, err := parseWord(strings.TrimSpace(word))
		if err != nil {
			continue
		}
		key := Format(p)
		if same[key] == nil {
			keys = append(keys, key)
		}
		same[key] = append(same[key], strings.TrimSpace(word))
	}
	for _, key := range keys {
		if len(same[key]) > 1 {
			groups = append(groups, same[key])
		}
	}
	return groups
}

// Format returns the normalised os[(version+features)]/arch[/variant] of a platform, or "unknown" where its os
// or architecture is missing. It is the key of a platform wherever one is needed: equal strings, equal platforms.
func Format(p ocispec.Platform) string {
	if p.OS == "" || p.Architecture == "" {
		return "unknown"
	}
	return platforms.FormatAll(platforms.Normalize(p))
}

// parseWord reads one trimmed word of the list.
func parseWord(word string) (ocispec.Platform, error) {
	if err := refuseWord(word); err != nil {
		return ocispec.Platform{}, err
	}
	spelled, err := withOS(word)
	if err != nil {
		return ocispec.Platform{}, err
	}
	if hint := misspelled(spelled); hint != "" {
		return ocispec.Platform{}, fmt.Errorf("%w %q: did you mean %s?", ErrInvalid, word, hint)
	}
	p, err := platforms.Parse(spelled)
	if err != nil {
		return ocispec.Platform{}, fmt.Errorf("%w %q: write os/arch or os/arch/variant, for example linux/arm/v7",
			ErrInvalid, word)
	}
	if parts := strings.Split(spelled, "/"); len(parts) == 3 && p.Variant == "" {
		p.Variant = parts[2] // which the parser drops where it means no more than none
	}
	return Stated(p), Check(word, platforms.Normalize(p))
}

// refuseWord refuses what is no platform at all.
func refuseWord(word string) error {
	switch strings.ToLower(word) {
	case "":
		return fmt.Errorf("%w %q: empty; name one, for example linux/amd64", ErrInvalid, word)
	case "all", "any", "every", "*", "multi", "universal", "default", "local", "native", "host":
		return fmt.Errorf("%w %q: name each platform, for example linux/amd64,linux/arm64", ErrInvalid, word)
	case "unknown", "unknown/unknown":
		return fmt.Errorf("%w %q: this marks attestations; name a real one, for example linux/amd64", ErrInvalid, word)
	}
	return nil
}

// withOS puts linux before a shorthand. containerd/platforms would take the os of this machine, which is wrong for a
// client on macOS or Windows.
func withOS(word string) (string, error) {
	first, _, more := strings.Cut(word, "/")
	name, _, _ := strings.Cut(strings.ToLower(first), "(")
	switch {
	case isArch(name):
		return "linux/" + word, nil
	case len(knownArchs(name)) == 0 && name != "macos":
		return "", fmt.Errorf("%w %q: %q is no known os or architecture; name one, for example linux/amd64",
			ErrInvalid, word, first)
	case !more:
		return "", fmt.Errorf("%w %q: the architecture is missing; write os/arch, for example %s/amd64",
			ErrInvalid, word, name)
	}
	return word, nil
}

// Check refuses pairs nothing runs on. The word is what the user wrote.
func Check(word string, p ocispec.Platform) error {
	known := knownArchs(p.OS)
	if !slices.Contains(known, p.Architecture) {
		return fmt.Errorf("%w %q: %s has no architecture %q; it has %s",
			ErrInvalid, word, p.OS, p.Architecture, strings.Join(known, ", "))
	}
	if p.Variant != "" && !isVariant(p.Architecture, p.Variant) {
		return fmt.Errorf("%w %q: %s has no variant %q; %s", ErrInvalid, word, p.Architecture, p.Variant,
			variantFix(p))
	}
	plain := regexp.MustCompile(`^[A-Za-z0-9._-]*$`)
	for _, option := range append([]string{p.OSVersion}, p.OSFeatures...) {
		if !plain.MatchString(option) {
			return fmt.Errorf("%w %q: the os version or feature %q may hold letters, digits, '.', '_' and '-' only",
				ErrInvalid, word, option)
		}
	}
	return nil
}

// variantFix says what to write instead of a variant that its architecture does not have.
func variantFix(p ocispec.Platform) string {
	if p.Architecture == "arm64" && isVariant("arm", p.Variant) {
		return fmt.Sprintf("did you mean %s/arm/%s?", p.OS, p.Variant)
	}
	return fmt.Sprintf("write %s/%s", p.OS, p.Architecture)
}
