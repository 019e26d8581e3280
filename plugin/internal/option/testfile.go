package option

import (
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/testfile"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// Wanted parses the group into what an image is put to; tested is false when no test was asked for.
func (o *Test) Wanted() (w trial.Wanted, tested bool, err error) {
	if w.Tests, tested, err = o.Spec(); err != nil {
		return w, false, err
	}
	if w.AllowForeign, err = o.Allowed(); err != nil {
		return w, false, err
	}
	if w.Parity, err = o.Parity.Parse(); err != nil {
		return w, false, err
	}
	for _, text := range o.Skips {
		skip, err := parseSkip(text)
		if err != nil {
			return w, false, err
		}
		for i, before := range w.Skips {
			if !o.repeated && platform.Equal(before.Platform, skip.Platform) {
				return w, false, failure.Usage("--test-skip %q and %q are for one platform; give one of them", o.Skips[i], text)
			}
		}
		w.Skips = append(w.Skips, skip)
	}
	if w.On, err = o.stations(); err != nil {
		return w, false, err
	}
	w.Flags = o.Words()
	return w, tested, nil
}

// parseSkip reads PLATFORM=REASON.
func parseSkip(text string) (trial.Skip, error) {
	name, reason, _ := strings.Cut(text, "=")
	parsed, err := platform.Parse([]string{name})
	if err != nil || len(parsed) != 1 || strings.TrimSpace(reason) == "" {
		return trial.Skip{}, failure.Usage(
			`--test-skip %q is not PLATFORM=REASON, as in "linux/arm/v7=its emulator hangs"`,
			text,
		)
	}
	return trial.Skip{Platform: parsed[0], Reason: reason}, nil
}

// Own is what is wanted of one platform beside what was given, or, of none, of any: words stand before what was given.
func (o *Test) Own(of ocispec.Platform, native, emulated []string) (own trial.Own, tested bool, err error) {
	own.Platform = of
	both, err := o.After(native)
	if err == nil {
		own.Native, tested, err = both.Wanted()
	}
	if err != nil {
		return own, false, err
	}
	if both, err = o.After(emulated); err != nil {
		return own, false, err
	}
	slow, too, err := both.Wanted()
	own.Emulated = slow
	return own, tested || too, err
}

// FromFile is what is wanted where a test file speaks of the target, or of one of the groups that it is in, the first
// that there is: what it says, and what was given beside it. Of what can be said once, what was given counts.
func (o *Test) FromFile(
	file testfile.File, target string, groups ...string,
) (owns []trial.Own, tested bool, err error) {
	var wordings []testfile.Wording
	var ok bool
	for _, name := range slices.Concat([]string{target}, groups, []string{testfile.DefaultTarget}) {
		if wordings, ok, err = file.Wordings(name); ok || err != nil {
			break
		}
	}
	if !ok && err == nil && o.File != "" {
		err = failure.Usage("%s has no target %q; name the target of the build in it, or %q", file.Path, target,
			testfile.DefaultTarget)
	}
	if err != nil || !ok {
		return nil, false, err
	}
	for _, w := range wordings {
		var words [2][]string
		for i, list := range [][]testfile.Word{w.Native, w.Emulated} {
			if words[i], err = checked(list); err != nil {
				return nil, false, err
			}
		}
		own, asked, err := o.Own(w.Platform, words[0], words[1])
		if err != nil {
			return nil, false, failure.Usage("%s: %w", file.Path, err)
		}
		owns, tested = append(owns, own), tested || asked
	}
	return owns, tested, nil
}

// checked are words, each of which is right in itself, as flags.
func checked(words []testfile.Word) ([]string, error) {
	texts := make([]string, 0, len(words))
	for _, word := range words {
		var plain Test
		plain.AddFlags(pflag.NewFlagSet("test", pflag.ContinueOnError))
		alone, err := plain.After([]string{word.Text})
		if err == nil {
			_, _, err = alone.Wanted()
		}
		if err != nil {
			return nil, failure.Usage("%s: %w", word.At, err)
		}
		texts = append(texts, word.Text)
	}
	return texts, nil
}
