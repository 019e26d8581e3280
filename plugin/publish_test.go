package plugin

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// assertSaid checks that a whole line was written to stderr.
func (f *fakeCLI) assertSaid(t *testing.T, line string) {
	t.Helper()
	assert.Check(t, strings.Contains("\n"+f.Stderr.String(), "\n"+line+"\n"), "no line %q in:\n%s", line, &f.Stderr)
}

// publish runs `docker multiplat publish ARGS` and returns what it wrote to stdout.
func (f *fakeCLI) publish(t *testing.T, args ...string) (string, error) {
	t.Helper()
	f.Stdout.Reset()
	f.Stderr.Reset()
	err := f.run(t, append([]string{"publish", "--progress", "plain"}, args...)...)
	return f.Stdout.String(), err
}

func TestPublishTellsWhatBecameOfTheTag(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"

	first := plugintest.SavePassed(t, s, name, "first")
	out, err := fake.publish(t, name)
	assert.NilError(t, err)
	assert.Equal(t, out, name+"@"+first.Index.Digest.String()+"\n")
	fake.assertSaid(t, name+" is new")
	registry.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
	assert.Equal(t, registry.DigestAt(t, "team/app", "1"), first.Index.Digest)
	assert.Equal(t, registry.DigestAt(t, "team/app", "1--arm64"), first.Images[1].Manifest.Digest)

	again, err := fake.publish(t, name)
	assert.NilError(t, err)
	assert.Equal(t, again, out)
	fake.assertSaid(t, name+" held it already")

	second := plugintest.SavePassed(t, s, name, "second")
	out, err = fake.publish(t, name)
	assert.NilError(t, err)
	assert.Equal(t, out, name+"@"+second.Index.Digest.String()+"\n")
	fake.assertSaid(t, name+" moved from "+first.Index.Digest.String()+" to "+second.Index.Digest.String())
	undo := "promote " + registry.Host + "/team/app@" + first.Index.Digest.String() +
		" 1   (if it was let through untested: --allow-untested)"
	fake.assertSaid(t, "  undo: docker multiplat "+undo)
	assert.Equal(t, registry.DigestAt(t, "team/app", "1"), second.Index.Digest)
}

func TestPublishQuiet(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app:1"
	draft := plugintest.SavePassed(t, plugintest.OpenStore(t, fake), name, "app")
	out, err := fake.publish(t, "-q", name)
	assert.NilError(t, err)
	assert.Equal(t, out, name+"@"+draft.Index.Digest.String()+"\n")
	assert.Equal(t, fake.Stderr.String(), "")
}

func TestPublishOfWaivedPlatform(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	plugintest.SaveDraft(t, s, name, "linux/amd64,linux/arm64",
		plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.UntestedImage(t, s, "linux/arm64", "app"))

	out, err := fake.publish(t, name)
	assert.Error(t, err, "linux/arm64 is untested")
	assert.Equal(t, ExitCode(err), failure.ExitTests)
	assert.Equal(t, out, "")
	assert.Equal(t, registry.DigestAt(t, "team/app", "1").String(), "")

	_, err = fake.publish(t, "--allow-untested=arm64", "--reason", "no hardware", "--arch-tags=none", name)
	assert.NilError(t, err)
	draft, err := s.Draft(t.Context(), plugintest.Named(t, name))
	assert.NilError(t, err)
	assert.Equal(t, registry.DigestAt(t, "team/app", "1"), draft.Index.Digest)
	assert.Equal(t, registry.DigestAt(t, "team/app", "1--amd64").String(), "")
	registry.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
}

func TestPublishRefusesShrink(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	draft := plugintest.SavePassed(t, s, name, "app")
	_, err := fake.publish(t, name)
	assert.NilError(t, err)

	_, err = fake.publish(t, "--platform", "amd64", name)
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity)
	told := explained(err)
	assert.Check(t, strings.Contains(told, "linux/arm64"), told)
	assert.Check(t, strings.Contains(told, "tag "+name+" unchanged"), told)
	assert.Check(
		t,
		strings.Contains(told, "next: docker multiplat publish --amend --platform amd64 --progress plain "+name),
		told,
	)
	assert.Equal(t, registry.DigestAt(t, "team/app", "1"), draft.Index.Digest)

	_, err = fake.publish(t, "--platform", "amd64", "--allow-shrink", name)
	assert.NilError(t, err)
	registry.AssertServes(t, "team/app", "1", "linux/amd64")
}

func TestPublishRefusesMovedTag(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	other := plugintest.SavePassed(t, s, registry.Host+"/team/app:other", "other")
	_, err := fake.publish(t, other.Name.String())
	assert.NilError(t, err)
	body, mediaType, _ := registry.Read(t, "team/app", "other")
	plugintest.SavePassed(t, s, name, "app")
	// somebody else is faster: the tag is written between our last upload and our own tag
	registry.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/1--amd64") {
			registry.Write(t, "team/app", "1", mediaType, body)
		}
		return false
	})
	_, err = fake.publish(t, name)
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity)
	told := explained(err)
	assert.Check(t, strings.Contains(told, "tag "+name+" unchanged"), told)
	assert.Check(t, strings.Contains(told, "--amd64 written"), told)
	assert.Check(t, strings.Contains(told, "next: docker multiplat publish --allow-moved --progress plain "+name), told)
	assert.Equal(t, registry.DigestAt(t, "team/app", "1"), other.Index.Digest)
}
