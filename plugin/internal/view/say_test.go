package view

import (
	"errors"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/version"
)

// What is said breaks between its words, and none of these: names and digests are copied. A command that is to be run
// is one line, and off a terminal all is.
func TestSayFitsTheTerminal(t *testing.T) {
	before, after := digest.FromString("before").String(), digest.FromString("after").String()
	say := func(c allOnTerminal) error {
		Say(c, "%s moved from %s to %s", longTag, before, after)
		Say(c, "publish it with:\n  docker multiplat publish --allow-untested linux/arm64 --reason why %s", longTag)
		return nil
	}
	const command = "  docker multiplat publish --allow-untested linux/arm64 --reason why " + longTag + "\n"
	seen := shownIn(t, 80, say)
	assert.Equal(t, seen, longTag+"\n  moved from\n  "+before+" to\n  "+after+"\npublish it with:\n"+command)
	seen = shownIn(t, 120, say)
	assert.Equal(t, seen, longTag+" moved from\n  "+before+" to\n  "+after+"\npublish it with:\n"+command)
	for line := range strings.Lines(strings.TrimSuffix(seen, command)) {
		assert.Check(t, runewidth.StringWidth(line) <= 120, line)
	}
	fake := plugintest.NewCLI(t)
	Say(fake, "%s moved from %s to %s", longTag, before, after)
	assert.Equal(t, fake.Stderr.String(), longTag+" moved from "+before+" to "+after+"\n")
}

// What is to be run has a line of its own where what is said before it leaves no room.
func TestCommandOnALineOfItsOwn(t *testing.T) {
	say := func(c allOnTerminal) error {
		told(
			c.Err(),
			"  if a test was wrong itself, build anew once this has forgotten what it said: docker multiplat rm app:1\n",
		)
		told(c.Err(), "  try: docker run app:1\n")
		return PrintPlan(
			c,
			"platforms  linux/amd64,linux/arm64,linux/arm/v7,linux/ppc64le,linux/s390x (docker multiplat init)\n",
		)
	}
	assert.Equal(
		t,
		shownIn(t, 80, say),
		"  if a test was wrong itself, build anew once this has forgotten what it said:\n"+
			"    docker multiplat rm app:1\n  try: docker run app:1\n"+
			"platforms  linux/amd64,linux/arm64,linux/arm/v7,linux/ppc64le,linux/s390x\n  (docker multiplat init)\n",
	)
	assert.Equal(
		t,
		shownIn(t, 120, say),
		"  if a test was wrong itself, build anew once this has forgotten what it said: "+
			"docker multiplat rm app:1\n  try: docker run app:1\n"+
			"platforms  linux/amd64,linux/arm64,linux/arm/v7,linux/ppc64le,linux/s390x (docker multiplat init)\n",
	)
}

// Plans and versions break between words, too, and no command does.
func TestTextsFitTheTerminal(t *testing.T) {
	long := strings.Repeat("https://example.com/", 4)
	update := "  curl -fsSL " + long + " | sh -s -- --dir /home/me/.docker/cli-plugins\n"
	seen := shownIn(t, 80, func(c allOnTerminal) error {
		Say(c, "to update:\n%s", strings.TrimSuffix(update, "\n"))
		err := Version(c, version.Versions{
			Version: "v1.2.3", Commit: strings.Repeat("0123", 10), Buildx: "v0.38.2", BuildKit: "v0.34.2", Go: "go1.26.8",
		}, FormatTable)
		const why = `opening "docker.io/library/app": signing in for index.docker.io/library/app: no such host`
		Explain(c.Err(), failure.Wrap(nil, errors.New(why), "", "it is as it was"))
		return errors.Join(
			err,
			PrintPlan(c, "engine     29.9.0 at unix:///root/.cache/multiplat-lab/run/containerd/docker-of-it.sock\n"),
		)
	})
	assert.Equal(t, seen, "to update:\n"+update+
		"docker-multiplat v1.2.3, commit 0123012301230123012301230123012301230123, buildx\n"+
		"  v0.38.2, BuildKit v0.34.2, go1.26.8\n"+
		"ERROR: opening \"docker.io/library/app\": signing in for\n"+
		"  index.docker.io/library/app: no such host\n"+
		"  it is as it was\n"+
		"engine     29.9.0 at\n"+
		"  unix:///root/.cache/multiplat-lab/run/containerd/docker-of-it.sock\n")
}
