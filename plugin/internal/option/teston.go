package option

import (
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// OnHere is the value of --test-on for the engine in use.
const OnHere = "local"

// stations parses --test-on. Whether there is such a docker context is looked for where the Docker CLI is known.
func (o *Test) stations() (list []trial.Station, err error) {
	for _, text := range o.On {
		s, err := parseStation(text)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	if o.repeated {
		return list, nil
	}
	return list, o.checkOnce(list)
}

// checkOnce refuses what says two things of one platform.
func (o *Test) checkOnce(list []trial.Station) error {
	for i, s := range list {
		for k, before := range list[:i] {
			switch {
			case platform.Equal(s.Platform, before.Platform):
				return failure.Usage("--test-on %q and %q are for one platform; give one of them", o.On[k], o.On[i])
			case s.Platform.OS == "" || before.Platform.OS == "":
				return failure.Usage("--test-on %q and %q exclude each other: %q has all platforms tested in the engine in use; "+
					"give one of them", o.On[k], o.On[i], OnHere)
			}
		}
	}
	return nil
}

// CheckOn refuses a --test-on for a platform that is none of those that are there to be tested.
func (o *Test) CheckOn(of []ocispec.Platform) error {
	for _, text := range o.On {
		s, err := parseStation(text)
		if err != nil || s.Platform.OS == "" ||
			slices.ContainsFunc(of, func(p ocispec.Platform) bool { return platform.Satisfies(p, s.Platform) }) {
			continue
		}
		return failure.Usage("--test-on %q is for a platform that is not among those of this command, %s; leave it out, or "+
			"give the platform with --platform", text, platform.List(of))
	}
	return nil
}

// parseStation reads PLATFORM=CONTEXT, PLATFORM=kubernetes with what that takes, or [OnHere].
func parseStation(text string) (s trial.Station, err error) {
	if text == OnHere {
		return s, nil
	}
	name, place, _ := strings.Cut(text, "=")
	parsed, err := platform.Parse([]string{name})
	if err != nil || len(parsed) != 1 || strings.TrimSpace(place) == "" {
		return s, failure.Usage(
			`--test-on %q is not PLATFORM=CONTEXT, as in "linux/arm64=pi", nor PLATFORM=kubernetes, nor %q`,
			text,
			OnHere,
		)
	}
	if trimmed := strings.TrimSpace(place); trimmed != place {
		return s, failure.Usage("--test-on %q has spaces around %q; give it as %s=%s", text, trimmed, name, trimmed)
	}
	if cluster.IsPlace(place) {
		if _, err := cluster.ParsePlace(place); err != nil {
			return s, failure.Usage("--test-on: %w", err)
		}
	}
	if place == OnHere {
		place = ""
	}
	return trial.Station{Platform: parsed[0], Place: place}, nil
}
