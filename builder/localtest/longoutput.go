package localtest

import (
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
)

// ofLong is a case whose output may have been too long to be kept. That something is not in what is left of it is no
// reason to pass; where something was looked for in vain, it says what is missing.
func ofLong(c Case, test structure.CommandTest, exit container.Exit) Case {
	cut := func(stdout, stderr []string) (streams []string) {
		if container.Partial(exit.Stdout, exit.Stderr) && len(stdout) > 0 {
			streams = append(streams, "stdout")
		}
		if container.Partial(exit.Stderr, exit.Stdout) && len(stderr) > 0 {
			streams = append(streams, "stderr")
		}
		return streams
	}
	searched, excluding := cut(test.ExpectedOutput, test.ExpectedError), cut(test.ExcludedOutput, test.ExcludedError)
	switch {
	case c.Verdict == Failed && len(searched) > 0:
		c.Reason += "; " + missing(searched)
	case c.Verdict == Passed && len(excluding) > 0:
		c.Verdict = Inconclusive
		c.Reason = missing(excluding) + ", and may be what is excluded; have the command write less"
	}
	return c
}

// missing says that some of an output was not kept.
func missing(streams []string) string {
	return "a part of " + strings.Join(streams, " and of ") + " is missing, as there is more than what is kept"
}
