package plugin

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// The digest stays, also of a plain manifest and at another registry; the gate and the guards are those of publish.
func TestPromote(t *testing.T) {
	fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), near.Host+"/team/app"
	plugintest.SavePassed(t, s, name+":rc", "app")
	_, err := fake.publish(t, name+":rc")
	assert.NilError(t, err)
	want := near.DigestAt(t, "team/app", "rc")
	old := near.Image(t, "team/app", "latest", "old", plugintest.Linux("amd64", ""))

	log := near.Count()
	out, err := fake.command(t, "promote", name+":rc", "latest", "2", far.Host+"/mirror/app:2")
	assert.NilError(t, err, fake.Stderr.String())
	assert.Equal(t, out, name+":latest@"+want.String()+"\n"+name+":2@"+want.String()+"\n"+
		far.Host+"/mirror/app:2@"+want.String()+"\n")
	assert.Equal(t, len(log.Matching("POST ")), 1) // which asks for the right to push, of several repositories
	assert.Equal(t, len(log.Matching("DELETE ")), 1)
	assert.Equal(t, len(log.Matching("PATCH ")), 0)
	assert.Equal(t, len(log.Matching("PUT ")), 2+2*4) // of the tags, and of those below each
	near.Intercept(nil)
	fake.assertSaid(t, name+":latest moved from "+old.Digest.String()+" to "+want.String())
	undo := "  undo: docker multiplat promote --allow-untested --allow-shrink " + name + "@" + old.Digest.String() + " latest"
	fake.assertSaid(t, undo)
	far.AssertServes(t, "mirror/app", "2", "linux/amd64", "linux/arm64")
	assert.Equal(t, far.DigestAt(t, "mirror/app", "2"), want)
	_, _, archTag := far.Read(t, "mirror/app", "2--amd64")
	assert.Check(t, archTag)

	_, err = fake.command(t, "promote", name+"@"+old.Digest.String(), "latest")
	assert.Equal(t, ExitCode(err), 5)
	assert.ErrorContains(t, err, "linux/amd64 of "+name+"@"+old.Digest.String()+" is untested")
	_, err = fake.command(t, "promote", "--allow-untested", name+"@"+old.Digest.String(), "latest")
	assert.Equal(t, ExitCode(err), 9)
	assert.ErrorContains(t, err, "it would lose linux/arm64")
	_, err = fake.command(t, "promote", "--allow-untested", "--no-overwrite", name+"@"+old.Digest.String(), "2")
	assert.Equal(t, ExitCode(err), 9)
	assert.ErrorContains(t, err, "the tag exists already")
	_, err = fake.command(t, "promote", "--allow-untested", "--allow-shrink", name+"@"+old.Digest.String(), "latest",
		far.Host+"/mirror/app:old")
	assert.NilError(t, err)
	assert.Equal(t, near.DigestAt(t, "team/app", "latest"), old.Digest)
	assert.Equal(t, far.DigestAt(t, "mirror/app", "old"), old.Digest)
	_, err = fake.command(t, "verify", far.Host+"/mirror/app:old")
	assert.NilError(t, err)
}

// Of two targets the second one refuses: then the first one is not written either, and both are named.
func TestPromoteLooksAtAllTagsFirst(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	registry.Image(t, "team/app", "a", "app", plugintest.Linux("amd64", ""))
	registry.Image(t, "team/other", "1", "app", plugintest.Linux("arm64", ""))
	_, err := fake.command(t, "promote", "--allow-untested", name+":a", "1", registry.Host+"/team/other:1")
	assert.Equal(t, ExitCode(err), 9)
	told := explained(err)
	assert.Check(t, strings.Contains(told, "tag "+name+":1 unchanged"), told)
	assert.Check(t, strings.Contains(told, "tag "+registry.Host+"/team/other:1 unchanged"), told)
	assert.Equal(t, string(registry.DigestAt(t, "team/app", "1")), "")
}

func TestVerifyFindsFaults(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	draft := plugintest.SavePassed(t, s, name+":1", "app")
	_, err := fake.publish(t, name+":1")
	assert.NilError(t, err)
	_, err = fake.command(t, "verify", name+":1")
	assert.NilError(t, err)

	index := registry.Index(t, "1")
	index.Manifests[0].Platform.Architecture = "s390x"
	gone := index.Manifests[1].Digest
	body := plugintest.Marshalled(t, index)
	registry.Write(t, "team/app", "wrong", index.MediaType, body)
	registry.Forget(t, "/v2/team/app/manifests/"+gone.String())
	out, err := fake.command(
		t,
		"verify",
		"--format",
		"{{range .Platforms}}{{.Platform}} {{json .Faults}};{{end}}",
		name+":wrong",
	)
	assert.Equal(t, ExitCode(err), 9)
	assert.Equal(
		t,
		out,
		`linux/s390x ["its config says linux/amd64"];linux/arm64 ["manifest `+gone.String()+` is missing"];`+"\n",
	)
	assert.ErrorContains(t, err, "linux/s390x: its config says linux/amd64")

	raw, err := fake.command(t, "inspect", "--raw", name+":1")
	assert.NilError(t, err)
	published, readErr := s.ReadBlob(t.Context(), draft.Index)
	assert.NilError(t, readErr)
	assert.Equal(t, raw, string(published))
}
