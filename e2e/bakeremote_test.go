//go:build e2e

package e2e

import (
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Definitions of a Git repository are printed as buildx prints them, wherever what they name lies.
func TestBakeRemotePrintsAsBuildx(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("docker-bake.hcl", `
target "default" { dockerfile-inline = "FROM scratch\nCOPY one /" }
target "folder" { context = "inner" }
target "named" { contexts = { near = "inner", here = "." } }
target "command" { context = BAKE_CMD_CONTEXT }
target "file" { dockerfile = "cwd://Dockerfile.here" }
target "local" {
  context = "cwd://."
  dockerfile = "Dockerfile"
}
`)
		s.write("other.hcl", `target "default" { tags = ["other:1"] }`)
		s.write("inner/Dockerfile", "FROM scratch\n")
		url := s.serveGit(t, s.dir)
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		elsewhere := *s
		elsewhere.dir = t.TempDir()
		s = &elsewhere
		s.write("mine.hcl", `target "default" { dockerfile-inline = "FROM scratch\nCOPY two /" }`)
		s.write("Dockerfile.here", "FROM scratch\n")
		whole, _, _ := strings.Cut(url, "#")
		c := printCase{said: []string{"couldn't find a bake definition"}}
		for _, line := range []string{
			url, whole, url + " folder named command", whole + " folder named", url + " " + url + " command",
			url + ":inner", url + " file", url + " local", url + " --file cwd://mine.hcl", url + " --file other.hcl",
			url + " --file other.hcl --file cwd://mine.hcl", url + " nothere", url + " --file nothere.hcl",
			url + " --list targets", url + " --set default.context=x",
		} {
			c.compare(t, s, "BUILDX_BUILDER="+s.builder+" -- "+line)
		}
	}, containerdStore)
}

// noSessions takes out of JSON what names the session of a build.
func noSessions(text string) string {
	definition := regexp.MustCompile(`(?ms)^ +"definition": \{.*?^( +"language")`)
	return definition.ReplaceAllString(text, "$1")
}

// What a Dockerfile is asked for several targets is answered as buildx answers it.
func TestBakeCallsAsBuildx(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("docker-bake.hcl", `
group "default" { targets = ["clean", "one"] }
target "clean" { dockerfile = "Dockerfile" }
target "one" { dockerfile = "inner/Dockerfile" }
target "two" {
  dockerfile = "Dockerfile.two"
  description = "has two"
}
target "asked" {
  call = "check"
  dockerfile = "inner/Dockerfile"
}
`)
		s.write("Dockerfile", "FROM busybox AS base\nARG A=1\nCOPY Dockerfile .\n")
		s.write("inner/Dockerfile", "FROM busybox\ncopy Dockerfile .\n")
		s.write("Dockerfile.two", "FROM busybox\ncopy Dockerfile .\nFROM busybox as base\nCOPY a$B .\n")
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		for _, args := range [][]string{
			{"--check"},
			{"--check", "clean"},
			{"--call", "check", "one", "two"},
			{"asked"},
			{"--call", "outline", "clean", "two"},
			{"--call", "targets", "two", "clean"},
			{"--call", "check,format=json", "one", "two", "clean"},
			{"--call", "outline,format=json", "clean"},
			{"--call", "check,ignorestatus=true", "two"},
		} {
			args = append([]string{"bake", "--progress", "quiet"}, args...)
			theirs := s.docker(append([]string{"buildx"}, args...)...)
			ours := s.run(args...)
			assert.Check(t, is.Equal(noSessions(ours.Stdout), noSessions(theirs.Stdout)), "%v", args)
			assert.Check(t, ours.Code == 0 == (theirs.Code == 0), "%v: %d, %d", args, ours.Code, theirs.Code)
		}
	}, containerdStore)
}
