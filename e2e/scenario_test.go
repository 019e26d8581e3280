//go:build e2e

package e2e

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// plugin is the binary under test, built by `make build`.
const plugin = "../bin/docker-multiplat"

// scenario is one test on one engine: a user with a home, a CLI configuration, a work folder and a builder of
// their own. What it makes in the engine is removed at the end; names in the shared registry are never reused.
type scenario struct {
	t        *testing.T
	lab      lab
	store    string
	id       string   // unique to this scenario, usable in repository and container names
	builder  string   // BUILDX_BUILDER of every command
	config   string   // DOCKER_CONFIG of every command
	dir      string   // working folder of every command
	environ  []string // whole environment of every command
	registry *registryClient
}

// forEachStore runs the test once per image store: on both, at the same time, unless stores are named. The engines are
// two, and so are the scenarios; what changes the kernel's table of emulators is run with inTurn. A test that looks at
// nothing but its own scenario begins with t.Parallel: those are run two at a time, after all others.
func forEachStore(t *testing.T, test func(*testing.T, *scenario), stores ...string) {
	t.Helper()
	if len(stores) > 0 {
		inTurn(t, test, stores...)
		return
	}
	for _, store := range []string{containerdStore, overlay2Store} {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			test(t, newScenario(t, store))
		})
	}
}

// inTurn runs the test on one image store after the other.
func inTurn(t *testing.T, test func(*testing.T, *scenario), stores ...string) {
	t.Helper()
	for _, store := range stores {
		t.Run(store, func(t *testing.T) { test(t, newScenario(t, store)) })
	}
}

func newScenario(t *testing.T, store string) *scenario {
	t.Helper()
	l := openLab(t, store)
	home := t.TempDir()
	s := &scenario{t: t, lab: l, store: store, id: uniqueName(t), dir: t.TempDir()}
	s.registry = newRegistryClient(l.registry)
	s.builder = "e2e-" + s.id
	s.config = filepath.Join(home, ".docker")
	s.environ = []string{
		"PATH=" + l.path, "HOME=" + home,
		"DOCKER_HOST=" + l.engine, "DOCKER_CONFIG=" + s.config, "BUILDX_BUILDER=" + s.builder,
	}
	s.installPlugins()
	t.Cleanup(s.clean)
	return s
}

// installPlugins links the plugin under test, and buildx for comparison, where the Docker CLI looks for them.
func (s *scenario) installPlugins() {
	s.t.Helper()
	binary, err := filepath.Abs(plugin)
	assert.NilError(s.t, err)
	folder := filepath.Join(s.config, "cli-plugins")
	assert.NilError(s.t, os.MkdirAll(folder, 0o700))
	assert.NilError(s.t, os.Symlink(binary, filepath.Join(folder, "docker-multiplat")))
	assert.NilError(s.t, os.Symlink(s.lab.buildx, filepath.Join(folder, "docker-buildx")))
}

// clean removes the scenario's builder, its containers and volumes, and the images named after the scenario,
// whatever state the test left them in.
func (s *scenario) clean() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.t.Context()), time.Minute)
	defer cancel()
	docker := func(args ...string) []string {
		r := s.execute(s.commandContext(ctx, "docker", args...))
		if r.Code != 0 {
			s.t.Logf("cleaning up: %s: %s", r.Line, r.Stderr)
		}
		return strings.Fields(r.Stdout)
	}
	if _, err := os.Stat(filepath.Join(s.config, "buildx", "instances", s.builder)); err == nil {
		docker("buildx", "rm", "--force", s.builder)
	}
	named := "name=buildx_buildkit_" + s.builder
	for _, id := range docker("ps", "--all", "--quiet", "--filter", named) {
		docker("rm", "--force", "--volumes", id)
	}
	for _, volume := range docker("volume", "ls", "--quiet", "--filter", named) {
		docker("volume", "rm", "--force", volume)
	}
	// one without a tag has a digest, and slows down every later listing of images
	for _, image := range docker("image", "ls", "--digests", "--format", "{{.Repository}}:{{.Tag}}|{{.Repository}}@{{.Digest}}") {
		byTag, byDigest, _ := strings.Cut(image, "|")
		switch {
		case !strings.Contains(image, "/e2e/"+s.id+"/"):
		case !strings.HasSuffix(byTag, ":<none>"):
			docker("image", "rm", "--force", byTag)
		case !strings.HasSuffix(byDigest, "@<none>"):
			docker("image", "rm", "--force", byDigest)
		}
	}
}

// with returns the same scenario with more environment, each entry NAME=VALUE.
func (s *scenario) with(environ ...string) *scenario {
	other := *s
	other.environ = slices.Concat(s.environ, environ)
	return &other
}

// write puts a file into the working folder and returns its path.
func (s *scenario) write(name, content string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	assert.NilError(s.t, os.MkdirAll(filepath.Dir(path), 0o750))
	assert.NilError(s.t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// repository is a name in the lab's registry that no other scenario uses.
func (s *scenario) repository(name string) string { return s.repositoryAt(s.lab.registry, name) }

// repositoryAt is the same repository, reached through another host such as a proxy's.
func (s *scenario) repositoryAt(host, name string) string { return host + "/e2e/" + s.id + "/" + name }

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// uniqueName is the test's name in lower case, cut, and made unique over all runs against one registry.
func uniqueName(t *testing.T) string {
	t.Helper()
	random := make([]byte, 4)
	_, err := rand.Read(random)
	assert.NilError(t, err)
	name := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(t.Name()), "-"), "-")
	return strings.Trim(name[:min(len(name), 30)], "-") + "-" + hex.EncodeToString(random)
}
