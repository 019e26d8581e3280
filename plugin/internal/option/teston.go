package option

import (
	"strings"

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
	return list, nil
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
