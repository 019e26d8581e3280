package inputs

import (
	"strings"
	"testing"

	"github.com/distribution/reference"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

func TestRepositoryOf(t *testing.T) {
	for uri, want := range map[string]string{
		"pkg:docker/busybox@latest?platform=linux%2Famd64":         "docker.io/library/busybox",
		"pkg:docker/reg.example:5000/team/base@1?digest=sha256:00": "reg.example:5000/team/base",
		"pkg:docker/reg.example%3A5000%2Fteam%2Fbase@1":            "reg.example:5000/team/base",
		"pkg:docker/docker/dockerfile@1":                           "docker.io/docker/dockerfile",
		"https://github.com/team/app.git":                          "",
		"pkg:docker/A//b@1":                                        "",
		"pkg:docker/%zz@1":                                         "",
	} {
		got := ""
		if name := repositoryOf(uri); name != nil {
			got = name.Name()
		}
		assert.Check(t, got == want, "%s: %q", uri, got)
	}
}

// Only images count, and only those of the target's own registry, each once.
func TestBasesAt(t *testing.T) {
	bases := Bases(map[string]string{
		"revision": "pkg:docker/reg.example/no@1",
		Dependency + "pkg:docker/reg.example/team/base@1":  "sha256:00",
		Dependency + "pkg:docker/reg.example/team/base@2":  "sha256:01",
		Dependency + "pkg:docker/reg.example/team/tools@1": "sha256:02",
		Dependency + "pkg:docker/reg.example/team/app@1":   "sha256:03",
		Dependency + "pkg:docker/busybox@latest":           "sha256:04",
		Dependency + "https://example.com/x.git":           "sha1:05",
	})
	names := func(list []reference.Named) string {
		var all []string
		for _, name := range list {
			all = append(all, name.Name())
		}
		return strings.Join(all, " ")
	}
	app := reference.TrimNamed(plugintest.Named(t, "reg.example/team/app:1"))
	assert.Equal(t, names(BasesAt(app, bases)), "reg.example/team/base reg.example/team/tools")
	hub := reference.TrimNamed(plugintest.Named(t, "me/app:1"))
	assert.Equal(t, names(BasesAt(hub, bases)), "docker.io/library/busybox")
}
