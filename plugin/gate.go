package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

const allPlatforms = "all"

// gateOptions lift the guard that nothing untested ships.
type gateOptions struct {
	allowUntested []string
	reason        string
	allowMixed    bool
	waived        []ocispec.Platform
}

func (o *gateOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringSliceVar(&o.allowUntested, "allow-untested", nil,
		"Publish platforms without a passed test: all of them, or those named; recorded with --reason")
	flags.Lookup("allow-untested").NoOptDefVal = allPlatforms
	flags.StringVar(&o.reason, "reason", "", "Why --allow-untested is right; it is recorded in the image's attestation")
}

// addFlagsUnrecorded is addFlags for what leaves the image as it is.
func (o *gateOptions) addFlagsUnrecorded(flags *pflag.FlagSet) {
	o.addFlags(flags)
	flags.Lookup("allow-untested").Usage = "Publish platforms without a passed test: all of them, or those named"
	flags.Lookup("reason").Usage = "Why --allow-untested is right; it is told in --metadata-file, the image stays as it is"
}

// addMixedFlag is for the commands that put platforms together; what is one image already is of one source.
func (o *gateOptions) addMixedFlag(flags *pflag.FlagSet) {
	flags.BoolVar(&o.allowMixed, "allow-mixed", false, "Publish platforms that were built from different sources")
}

func (o *gateOptions) validate() (err error) {
	if o.reason != "" && o.allowUntested == nil {
		return usageError("--reason %q is for --allow-untested, which is not there", o.reason)
	}
	named := slices.DeleteFunc(slices.Clone(o.allowUntested), func(v string) bool { return v == allPlatforms })
	if len(named) > 0 || o.allowUntested != nil && len(o.allowUntested) == 0 {
		o.waived, err = manifest.ParsePlatforms(named)
	}
	return err
}

// waives tells whether a platform may ship without having passed. A platform that failed has to be named.
func (o *gateOptions) waives(p ocispec.Platform, failed bool) bool {
	if slices.ContainsFunc(o.waived, func(w ocispec.Platform) bool { return answers(p, w) }) {
		return true
	}
	return slices.Contains(o.allowUntested, allPlatforms) && !failed
}

// pass checks every platform that is to ship and returns those images, in order. What is waived gets a record
// that says so. When the gate is shut, what is there is returned all the same.
func (o *gateOptions) pass(
	ctx context.Context, s blobStore, draft store.Draft, asked []ocispec.Platform,
) ([]manifest.Image, error) {
	var shut []error
	var out []manifest.Image
	rebuild := false
	for _, image := range imagesOf(draft, asked) {
		if image.Manifest.Digest == "" || stale(draft, image.Platform) {
			rebuild = true
		}
		if image.Manifest.Digest == "" {
			shut = append(shut, missing(draft, image.Platform))
			continue
		}
		waived, err := o.fit(ctx, s, draft, image)
		switch {
		case errors.Is(err, errGate):
			shut = append(shut, err)
		case err != nil:
			return nil, err
		case waived:
			record := manifest.TestResult{Result: manifest.Warned, Reason: firstOf(o.reason, "--allow-untested")}
			if err := addRecord(ctx, s, &image, draft.Name.String(), record); err != nil {
				return nil, err
			}
		}
		out = append(out, image)
	}
	if len(shut) > 0 {
		name := reference.FamiliarString(draft.Name)
		next := "docker multiplat test " + name
		if rebuild {
			next = "docker multiplat build --test-local -t " + name + " PATH"
		}
		return out, fail(errGate, errors.Join(shut...), next,
			fmt.Sprintf("tag %s unchanged", name),
			"to publish without: --platform LIST ships fewer platforms, "+
				"--allow-untested=PLATFORM --reason WHY ships untested ones")
	}
	return out, nil
}

// imagesOf lists what is to ship: the platforms asked for, else those the draft was last built for and those it
// has kept. One that is not there has an empty manifest.
func imagesOf(draft store.Draft, asked []ocispec.Platform) []manifest.Image {
	wanted := asked
	if len(asked) == 0 {
		wanted = slices.Clone(draft.Platforms)
		for _, image := range draft.Images {
			if !slices.ContainsFunc(wanted, func(p ocispec.Platform) bool { return answers(image.Platform, p) }) {
				wanted = append(wanted, image.Platform)
			}
		}
	}
	out := make([]manifest.Image, 0, len(wanted))
	for _, p := range wanted {
		i := slices.IndexFunc(draft.Images, func(image manifest.Image) bool { return answers(image.Platform, p) })
		if i < 0 {
			out = append(out, manifest.Image{Platform: p})
			continue
		}
		out = append(out, draft.Images[i])
	}
	return out
}

// answers tells whether an image is what was asked for: os.version counts only where it was asked for.
func answers(image, asked ocispec.Platform) bool {
	if asked.OSVersion == "" {
		image.OSVersion, image.OSFeatures = "", nil
	}
	return samePlatform(image, asked)
}

func missing(draft store.Draft, p ocispec.Platform) error {
	key := manifest.FormatPlatform(p)
	why := firstOf(draft.Notes[key].Failure, "it was never built")
	return fail(errGate, fmt.Errorf("%s is missing from %s: %s", key, reference.FamiliarString(draft.Name), why), "")
}

// fit looks at one platform's note and record.
func (o *gateOptions) fit(
	ctx context.Context, s blobStore, draft store.Draft, image manifest.Image,
) (waived bool, err error) {
	record, tested, err := recordOf(ctx, s, image)
	if err != nil {
		return false, err
	}
	note := draft.Notes[noteKey(draft, image.Platform)]
	failed := tested && record.Result == manifest.Failed
	waivedBefore := tested && record.Result == manifest.Warned // a later verdict would have replaced the record
	old := stale(draft, image.Platform)
	if !failed && !old && (waivedBefore || tested && note.Failure == "") {
		return false, nil
	}
	if !old && o.waives(image.Platform, failed) {
		return true, nil
	}
	state := firstOf(note.Verdict, string(untested))
	if failed {
		state = string(localtest.Failed)
	}
	text := manifest.FormatPlatform(image.Platform) + " " + inWords(state)
	if note.Failure != "" && note.Failure != state {
		text += ": " + strings.TrimSpace(note.Failure)
	}
	return false, fail(errGate, errors.New(text), "")
}

// stale tells that the image in the draft is not what its last build was to make: that one failed.
func stale(draft store.Draft, p ocispec.Platform) bool {
	note := draft.Notes[noteKey(draft, p)]
	return note.Verdict == string(notBuilt) || note.Verdict == string(broken) || note.Failure == interruptedNote
}

// inWords makes a sentence of a verdict.
func inWords(state string) string {
	switch state {
	case string(localtest.Failed):
		return "failed"
	case string(localtest.NotRun), string(notBuilt):
		return "was " + state
	}
	return "is " + state
}

// noteKey finds the note of an image: it stands under the platform that was asked for.
func noteKey(draft store.Draft, image ocispec.Platform) string {
	for _, p := range draft.Platforms {
		if answers(image, p) {
			return manifest.FormatPlatform(p)
		}
	}
	return manifest.FormatPlatform(image)
}
