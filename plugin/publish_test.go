package plugin

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// assertSaid checks that a whole line was written to stderr.
func (f *fakeCLI) assertSaid(t *testing.T, line string) {
	t.Helper()
	assert.Check(t, strings.Contains("\n"+f.stderr.String(), "\n"+line+"\n"), "no line %q in:\n%s", line, &f.stderr)
}

// publish runs `docker multiplat publish ARGS` and returns what it wrote to stdout.
func (f *fakeCLI) publish(t *testing.T, args ...string) (string, error) {
	t.Helper()
	f.stdout.Reset()
	f.stderr.Reset()
	err := f.run(t, append([]string{"publish", "--progress", "plain"}, args...)...)
	return f.stdout.String(), err
}

func TestPublishTellsWhatBecameOfTheTag(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := openStore(t, fake), registry.host+"/team/app:1"

	first := savePassed(t, s, name, "first")
	out, err := fake.publish(t, name)
	assert.NilError(t, err)
	assert.Equal(t, out, name+"@"+first.Index.Digest.String()+"\n")
	fake.assertSaid(t, name+" is new")
	registry.assertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
	assert.Equal(t, registry.digestAt(t, "team/app", "1"), first.Index.Digest)
	assert.Equal(t, registry.digestAt(t, "team/app", "1--arm64"), first.Images[1].Manifest.Digest)

	again, err := fake.publish(t, name)
	assert.NilError(t, err)
	assert.Equal(t, again, out)
	fake.assertSaid(t, name+" held it already")

	second := savePassed(t, s, name, "second")
	out, err = fake.publish(t, name)
	assert.NilError(t, err)
	assert.Equal(t, out, name+"@"+second.Index.Digest.String()+"\n")
	fake.assertSaid(t, name+" moved from "+first.Index.Digest.String()+" to "+second.Index.Digest.String())
	undo := "promote --allow-untested " + registry.host + "/team/app@" + first.Index.Digest.String() + " 1"
	fake.assertSaid(t, "  undo: docker multiplat "+undo)
	assert.Equal(t, registry.digestAt(t, "team/app", "1"), second.Index.Digest)
}

func TestPublishQuiet(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.host + "/team/app:1"
	draft := savePassed(t, openStore(t, fake), name, "app")
	out, err := fake.publish(t, "-q", name)
	assert.NilError(t, err)
	assert.Equal(t, out, name+"@"+draft.Index.Digest.String()+"\n")
	assert.Equal(t, fake.stderr.String(), "")
}

func TestPublishOfWaivedPlatform(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := openStore(t, fake), registry.host+"/team/app:1"
	saveDraft(t, s, name, "linux/amd64,linux/arm64",
		passedImage(t, s, "linux/amd64", "app"), untestedImage(t, s, "linux/arm64", "app"))

	out, err := fake.publish(t, name)
	assert.Error(t, err, "linux/arm64 is untested")
	assert.Equal(t, ExitCode(err), exitTests)
	assert.Equal(t, out, "")
	assert.Equal(t, registry.digestAt(t, "team/app", "1").String(), "")

	_, err = fake.publish(t, "--allow-untested=arm64", "--reason", "no hardware", "--arch-tags=none", name)
	assert.NilError(t, err)
	draft, err := s.Draft(t.Context(), named(t, name))
	assert.NilError(t, err)
	assert.Equal(t, registry.digestAt(t, "team/app", "1"), draft.Index.Digest)
	assert.Equal(t, registry.digestAt(t, "team/app", "1--amd64").String(), "")
	registry.assertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
}

func TestPublishRefusesShrink(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := openStore(t, fake), registry.host+"/team/app:1"
	draft := savePassed(t, s, name, "app")
	_, err := fake.publish(t, name)
	assert.NilError(t, err)

	_, err = fake.publish(t, "--platform", "amd64", name)
	assert.Equal(t, ExitCode(err), exitIntegrity)
	told := explained(err)
	assert.Check(t, strings.Contains(told, "linux/arm64"), told)
	assert.Check(t, strings.Contains(told, "tag "+name+" unchanged"), told)
	assert.Check(
		t,
		strings.Contains(told, "next: docker multiplat publish --allow-shrink --platform amd64 --progress plain "+name),
		told,
	)
	assert.Equal(t, registry.digestAt(t, "team/app", "1"), draft.Index.Digest)

	_, err = fake.publish(t, "--platform", "amd64", "--allow-shrink", name)
	assert.NilError(t, err)
	registry.assertServes(t, "team/app", "1", "linux/amd64")
}

func TestPublishRefusesMovedTag(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := openStore(t, fake), registry.host+"/team/app:1"
	other := savePassed(t, s, registry.host+"/team/app:other", "other")
	_, err := fake.publish(t, other.Name.String())
	assert.NilError(t, err)
	body, mediaType, _ := registry.read(t, "team/app", "other")
	savePassed(t, s, name, "app")
	// somebody else is faster: the tag is written between our last upload and our own tag
	registry.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/1--amd64") {
			registry.write(t, "team/app", "1", mediaType, body)
		}
		return false
	})
	_, err = fake.publish(t, name)
	assert.Equal(t, ExitCode(err), exitIntegrity)
	told := explained(err)
	assert.Check(t, strings.Contains(told, "tag "+name+" unchanged"), told)
	assert.Check(t, strings.Contains(told, "--amd64 written"), told)
	assert.Check(t, strings.Contains(told, "next: docker multiplat publish --allow-moved --progress plain "+name), told)
	assert.Equal(t, registry.digestAt(t, "team/app", "1"), other.Index.Digest)
}
