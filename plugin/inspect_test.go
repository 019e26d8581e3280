package plugin

import (
	"net/http"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// inspect runs `docker multiplat inspect ARGS` and returns what it wrote to stdout.
func (f *fakeCLI) inspect(t *testing.T, args ...string) (string, error) {
	t.Helper()
	f.Stdout.Reset()
	err := f.run(t, append([]string{"inspect"}, args...)...)
	return f.Stdout.String(), err
}

func TestInspectLocal(t *testing.T) {
	fake, registry := newFakeCLI(t), untouchedRegistry(t)
	name := registry + "/team/app:1"
	plugintest.MixedDraft(t, plugintest.OpenStore(t, fake), name)
	steady := (&plugintest.Registry{Host: registry}).Steady
	out, err := fake.inspect(t, "--local", name)
	assert.NilError(t, err)
	golden.Assert(t, steady(out), "inspect-local.golden")
	out, err = fake.inspect(t, "--local", "--format", "json", name)
	assert.NilError(t, err)
	golden.Assert(t, steady(plugintest.Indented(t, out)), "inspect-local.json.golden")
}

func TestInspectBothSides(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	plugintest.SaveDraft(t, s, name, "linux/amd64,linux/arm64",
		plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.UntestedImage(t, s, "linux/arm64", "app"))
	_, err := fake.publish(t, "--allow-untested", "--reason", "no hardware", name)
	assert.NilError(t, err)
	out, err := fake.inspect(t, name)
	assert.NilError(t, err)
	golden.Assert(t, registry.Steady(out), "inspect.golden")
	out, err = fake.inspect(t, "--format=json", name)
	assert.NilError(t, err)
	golden.Assert(t, registry.Steady(plugintest.Indented(t, out)), "inspect.json.golden")
}

// firstLine is NAME (STATE).
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func TestInspectStates(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	state := func(args ...string) string {
		t.Helper()
		out, err := fake.inspect(t, append(args, name)...)
		assert.NilError(t, err)
		return strings.TrimPrefix(firstLine(out), name+" ")
	}
	plugintest.SavePassed(t, s, name, "app")
	assert.Equal(t, state(), "(unpublished)")
	_, err := fake.publish(t, name)
	assert.NilError(t, err)
	assert.Equal(t, state(), "(same)")
	plugintest.SavePassed(t, s, name, "changed")
	assert.Equal(t, state(), "(differs)")
	assert.NilError(t, s.Remove(t.Context(), plugintest.Named(t, name)))
	assert.Equal(t, state(), "(no draft)")
}

func TestInspectOfNothing(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/none:1"
	out, err := fake.inspect(t, name)
	assert.ErrorContains(t, err, name)
	assert.Equal(t, ExitCode(err), failure.ExitRefused)
	assert.Equal(t, out, "")
	_, err = fake.inspect(t, "--local", name)
	assert.Equal(t, ExitCode(err), failure.ExitInput, "%v", err)
}

// A registry that says no does not hide the draft.
func TestInspectShowsDraftBesideFailure(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app:1"
	plugintest.SavePassed(t, plugintest.OpenStore(t, fake), name, "app")
	registry.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		denied := strings.Contains(r.URL.Path, "/manifests/")
		if denied {
			w.WriteHeader(http.StatusForbidden)
		}
		return denied
	})
	out, err := fake.inspect(t, name)
	assert.Equal(t, ExitCode(err), failure.ExitRefused, "%v", err)
	assert.Equal(t, firstLine(out), name+" (unknown)")
	assert.Check(t, strings.Contains(out, "linux/arm64"))
}

// What other tools push is often a single manifest; its platform stands in its config.
func TestInspectPlainManifest(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	plugintest.SaveDraft(
		t,
		s,
		name,
		"linux/arm/v7",
		plugintest.Judged(t, s, plugintest.PlainImage(t, s, "linux/arm/v7", "app"), localtest.Passed),
	)
	_, err := fake.publish(t, name)
	assert.NilError(t, err)
	out, err := fake.inspect(t, "--remote", "--format", "json", name+"--armv7")
	assert.NilError(t, err)
	golden.Assert(t, registry.Steady(plugintest.Indented(t, out)), "inspect-plain.json.golden")
}

// An index of another tool: a Docker list without attestations.
func TestInspectDockerList(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	d := plugintest.SavePassed(t, s, name, "app")
	_, err := fake.publish(t, name)
	assert.NilError(t, err)
	const listType = "application/vnd.docker.distribution.manifest.list.v2+json"
	list := ocispec.Index{MediaType: listType}
	list.SchemaVersion = 2
	for _, image := range d.Images {
		entry := image.Manifest
		entry.Platform = &image.Platform
		list.Manifests = append(list.Manifests, entry)
	}
	body, err := s.ReadBlob(t.Context(), plugintest.WriteJSON(t, s, listType, list))
	assert.NilError(t, err)
	registry.Write(t, "team/app", "list", listType, body)
	out, err := fake.inspect(t, "--remote", registry.Host+"/team/app:list")
	assert.NilError(t, err)
	golden.Assert(t, registry.Steady(out), "inspect-list.golden")
}
