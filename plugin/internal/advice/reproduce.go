package advice

import (
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/reproducible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/reproduce"
)

// AfterReproduction says what helps where only times differ: the build was given none, or it took steps from a cache
// that is older than the time it was given. line is the command that was given.
func AfterReproduction(r reproduce.Result, err error, line Line) error {
	if err == nil || !onlyTimes(r) || strings.Contains(r.Name, "@") {
		return err
	}
	context, set := ".", ""
	for _, t := range r.Inputs {
		switch {
		case t.What == request.EpochArgument && strings.HasSuffix(t.Value, "too") && !t.Noted():
			return err
		case t.What == request.EpochArgument && strings.HasSuffix(t.Value, "too"):
			set, _, _ = strings.Cut(t.Value, ",")
		case t.What == "context":
			context = t.Value
		}
	}
	flag, note := "--reproducible", []string(nil)
	switch {
	case set != "":
		flag = "--no-cache --reproducible=" + set
		note = []string{"the steps whose files differ were in the builder's cache before the time that --reproducible " +
			"sets: only later times are changed"}
	case r.Revision == "":
		flag += `="$(date +%s)"`
	}
	build := line.Only(Command("build"), []string{context}, "platform", "builder", "file", "target", "build-arg", "label",
		"annotation", "build-context", "secret", "ssh", "network", "allow", "add-host", "shm-size", "ulimit")
	return failure.Wrap(failure.ErrDifferent, err, build.with(flag, "-t "+quote(r.Name)).String(), note...)
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
		for _, layer := range p.Layers {
			for _, f := range layer.Findings {
				if f.Cause != reproducible.ModTime {
					return false // what a program has written itself
				}
			}
		}
	}
	return true
}
