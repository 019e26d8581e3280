package advice

import (
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/reproducible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/reproduce"
)

// AfterReproduction says what helps where only times differ and the build was given none.
func AfterReproduction(r reproduce.Result, err error) error {
	if err == nil || !onlyTimes(r) {
		return err
	}
	context := "PATH"
	for _, t := range r.Inputs {
		switch {
		case t.What == request.EpochArgument && strings.HasSuffix(t.Value, "too"):
			return err
		case t.What == "context":
			context = quote(t.Value)
		}
	}
	return failure.Wrap(failure.ErrDifferent, err, Command("build")+" --reproducible -t "+quote(r.Name)+" "+context)
}

// onlyTimes tells whether nothing differs but times that a build can set.
func onlyTimes(r reproduce.Result) bool {
	for _, p := range r.Platforms {
		if p.Result == reproduce.Failed {
			return false
		}
		for _, f := range p.Findings() {
			if f.Cause != reproducible.ModTime && f.Cause != reproducible.Time {
				return false
			}
		}
	}
	return true
}
