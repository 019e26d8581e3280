package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// inBakeFolder makes a folder with a bake file and a Dockerfile the working one.
func inBakeFolder(t *testing.T, text string) {
	t.Helper()
	t.Chdir(t.TempDir())
	assert.NilError(t, os.WriteFile("docker-bake.hcl", []byte(text), 0o600))
	assert.NilError(t, os.WriteFile("Dockerfile", []byte("FROM scratch AS one\n"), 0o600))
}

// What is wrong with a bake, or cannot be honoured, is told with the target and the key, and nothing is contacted.
func TestBakeRefusals(t *testing.T) {
	inBakeFolder(t, `
target "files" { output = ["type=tar,dest=out.tar"] }
target "tag" { tags = ["UPPER"] }
target "one" { tags = ["app:1"] }
target "two" { tags = ["app:1"] }
target "stage" { target = "nothere" }
target "nowhere" { context = "nothere" }
target "net" { network = "bridge" }
target "host" { entitlements = ["network.host"] }
target "stdin" { context = "-" }
target "odd" { platforms = ["nothing/at/all/x"] }
target "takes" {
  contexts = { base = "target:narrow" }
  platforms = ["linux/amd64"]
}
target "narrow" { platforms = ["linux/arm64", "linux/s390x"] }
target "untagged" {}
target "away" {
  call = "nothing"
}
`)
	assert.NilError(t, syscall.Mkfifo("pipe.hcl", 0o600))
	assertRefused(t, []refusal{
		{
			"output",
			[]string{"bake", "files"},
			[]string{`target "files", key "output"`, "type=tar,dest=out.tar", "is no draft"},
		},
		{"tag", []string{"bake", "tag"}, []string{`target "tag"`, "UPPER"}},
		{"tag twice", []string{"bake", "one", "two"}, []string{`target "two"`, `"app:1"`, `"one"`}},
		{"stage", []string{"bake", "stage"}, []string{`target "stage"`, `"nothere"`, "which has one"}},
		{"context", []string{"bake", "nowhere"}, []string{`target "nowhere"`, `"nothere"`, "neither a folder nor a URL"}},
		{"network", []string{"bake", "net"}, []string{`target "net"`, `"bridge"`}},
		{"entitlement", []string{"bake", "host"}, []string{"--allow=network.host"}},
		{"standard input", []string{"bake", "stdin"}, []string{"context from stdin not allowed in bake"}},
		{"platform", []string{"bake", "odd"}, []string{"nothing/at/all/x"}},
		{"link", []string{"bake", "takes"}, []string{`target "takes", key "contexts"`, "linux/amd64", "narrow"}},
		{"nothing to push", []string{"bake", "--push", "untagged"}, []string{"--push", "tag"}},
		{"call", []string{"bake", "away"}, []string{`target "away", key "call"`, "nothing"}},
		{"no target", []string{"bake", "nothere"}, []string{"nothere"}},
		{"no file", []string{"bake", "-f", "nothere.hcl"}, []string{"nothere.hcl"}},
		{"pipe", []string{"bake", "-f", "pipe.hcl", "one"}, []string{"pipe.hcl", "no regular file"}},
		{"pipe of publish", []string{"publish", "-f", "pipe.hcl", "one"}, []string{"pipe.hcl", "no regular file"}},
		{"variable", []string{"bake", "--var", "A", "one"}, []string{`--var "A"`, "NAME=VALUE"}},
		{"set", []string{"bake", "--set", "one", "one"}, []string{"one"}},
		{"list", []string{"bake", "--list", "all"}, []string{`--list "all"`, "targets or variables"}},
		{"print and list", []string{"bake", "--list", "targets", "--print"}, []string{"--print", "--list"}},
		{"jobs", []string{"bake", "--jobs", "-1", "one"}, []string{"--jobs -1"}},
		{"method", []string{"bake", "--call", "sing", "one"}, []string{`"sing"`}},
		{"policy file", []string{"bake", "--policy", "filename=a.rego", "one"}, []string{"--policy", "a.rego", "definition"}},
		{
			"no policy, strict",
			[]string{"bake", "--policy", "disabled=true,strict=true", "one"},
			[]string{"--policy", "alone"},
		},
		{"policy", []string{"bake", "--policy", "strict=perhaps", "one"}, []string{"--policy", "perhaps"}},
		{"allow", []string{"bake", "--allow", "all", "one"}, []string{`--allow`, `"all"`}},
		{"publish of none", []string{"publish", "-f", "docker-bake.hcl", "untagged"}, []string{"has a tag"}},
		{"publish with set alone", []string{"publish", "--set", "a=b", "app:1"}, []string{"--file"}},
		{"publish of a URL", []string{"publish", "-f", "x", "https://git.example/x.git"}, []string{"on this machine"}},
		{"publish of nothing", []string{"publish"}, []string{"at least 1 argument"}},
	})
	t.Chdir(t.TempDir())
	assertRefused(t, []refusal{{"no definition", []string{"bake"}, []string{"no bake definition here", "--file"}}})
}

// The file of the repository is printed without a builder or an engine.
func TestBakePrint(t *testing.T) {
	inBakeFolder(t, `
variable "V" { default = "1" }
target "default" {
  description = "the app"
  tags = ["app:${V}"]
}
`)
	for want, args := range map[string][]string{
		`{
  "group": {
    "default": {
      "targets": [
        "default"
      ]
    }
  },
  "target": {
    "default": {
      "description": "the app",
      "context": ".",
      "dockerfile": "Dockerfile",
      "tags": [
        "app:2"
      ],
      "platforms": [
        "linux/arm64"
      ]
    }
  }
}
`: {"bake", "--print", "--var", "V=2", "--platform", "linux/arm64"},
		"TARGET\tDESCRIPTION\ndefault\tthe app\n":                      {"bake", "--list", "targets"},
		"VARIABLE\tTYPE\tVALUE\tDESCRIPTION\nV\t\t\t1\t\n":             {"bake", "--list", "variables"},
		"[\n  {\n    \"name\": \"V\",\n    \"value\": \"1\"\n  }\n]\n": {"bake", "--list", "type=variables,format=json"},
	} {
		fake := newFakeCLI(t)
		assert.NilError(t, fake.run(t, args...))
		assert.Equal(t, fake.Stdout.String(), want)
		_, err := os.Stat(filepath.Join(fake.Folder, "drafts"))
		assert.Assert(t, os.IsNotExist(err))
	}
}

// The drafts of a file's targets are published together: where one may not be, none is.
func TestPublishOfAFile(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	t.Setenv("REPO", registry.Host)
	inBakeFolder(t, `
variable "REPO" { default = "" }
group "default" { targets = ["a", "b"] }
target "a" { tags = ["${REPO}/team/a:1", "${REPO}/team/a:latest"] }
target "b" { tags = ["${REPO}/team/b:1"] }
target "c" { tags = ["${REPO}/team/c:1"] }
`)
	s := plugintest.OpenStore(t, fake)
	for _, name := range []string{"a:1", "a:latest", "c:1"} {
		plugintest.SavePassed(t, s, registry.Host+"/team/"+name, name[:1])
	}
	plugintest.SaveDraft(t, s, registry.Host+"/team/b:1", "linux/amd64",
		plugintest.UntestedImage(t, s, "linux/amd64", "b"))
	assert.NilError(t, s.Close())
	err := fake.run(t, "publish", "-f", "docker-bake.hcl")
	assert.ErrorContains(t, err, "linux/amd64 is untested")
	err = fake.run(
		t,
		"publish",
		"-f",
		"docker-bake.hcl",
		"--set",
		"a.tags="+registry.Host+"/team/none:1",
		"--platform",
		"arm64",
		"a",
	)
	assert.Assert(
		t,
		strings.Contains(explained(err), "  next: docker multiplat bake --test-local -f docker-bake.hcl --set a.tags="+
			registry.Host+"/team/none:1 a\n"),
		explained(err),
	)
	err = fake.run(t, "publish", "-f", "docker-bake.hcl", "--platform", "s390x", "b")
	assert.Assert(
		t,
		strings.Contains(explained(err), "  next: docker multiplat bake --test-local -f docker-bake.hcl b\n"),
		explained(err),
	)
	_, _, there := registry.Read(t, "team/a", "1")
	assert.Assert(t, !there)
	assert.NilError(t, fake.run(t, "publish", "-f", "docker-bake.hcl", "a"))
	for _, tag := range []string{"1", "latest"} {
		_, _, there = registry.Read(t, "team/a", tag)
		assert.Check(t, there, tag)
	}
	assert.NilError(t, fake.run(t, "publish", "-f", "docker-bake.hcl", "--set", "b.tags="+registry.Host+"/team/c:1", "b"))
	_, _, there = registry.Read(t, "team/c", "1")
	assert.Assert(t, there)
}
