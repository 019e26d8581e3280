package plugin

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// The digest stays, also of a plain manifest and at another registry; the gate and the guards are those of publish.
func TestPromote(t *testing.T) {
	fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
	s, name := openStore(t, fake), near.host+"/team/app"
	savePassed(t, s, name+":rc", "app")
	_, err := fake.publish(t, name+":rc")
	assert.NilError(t, err)
	want := near.digestAt(t, "team/app", "rc")
	old := near.image(t, "team/app", "latest", "old", linux("amd64", ""))

	log := near.count()
	out, err := fake.command(t, "promote", name+":rc", "latest", "2", far.host+"/mirror/app:2")
	assert.NilError(t, err, fake.stderr.String())
	assert.Equal(t, out, name+":latest@"+want.String()+"\n"+name+":2@"+want.String()+"\n"+
		far.host+"/mirror/app:2@"+want.String()+"\n")
	assert.Equal(t, len(log.matching("POST ")), 0)
	assert.Equal(t, len(log.matching("PUT ")), 2)
	near.wrap = nil
	fake.assertSaid(t, name+":latest moved from "+old.Digest.String()+" to "+want.String())
	undo := "  undo: docker multiplat promote --allow-untested --allow-shrink " + name + "@" + old.Digest.String() + " latest"
	fake.assertSaid(t, undo)
	far.assertServes(t, "mirror/app", "2", "linux/amd64", "linux/arm64")
	assert.Equal(t, far.digestAt(t, "mirror/app", "2"), want)
	_, _, archTag := far.read(t, "mirror/app", "2--amd64")
	assert.Check(t, !archTag)

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
		far.host+"/mirror/app:old")
	assert.NilError(t, err)
	assert.Equal(t, near.digestAt(t, "team/app", "latest"), old.Digest)
	assert.Equal(t, far.digestAt(t, "mirror/app", "old"), old.Digest)
	_, err = fake.command(t, "verify", far.host+"/mirror/app:old")
	assert.NilError(t, err)
}

// Of two targets the second one refuses: then the first one is not written either, and both are named.
func TestPromoteLooksAtAllTagsFirst(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.host + "/team/app"
	registry.image(t, "team/app", "a", "app", linux("amd64", ""))
	registry.image(t, "team/other", "1", "app", linux("arm64", ""))
	_, err := fake.command(t, "promote", "--allow-untested", name+":a", "1", registry.host+"/team/other:1")
	assert.Equal(t, ExitCode(err), 9)
	told := explained(err)
	assert.Check(t, strings.Contains(told, "tag "+name+":1 unchanged"), told)
	assert.Check(t, strings.Contains(told, "tag "+registry.host+"/team/other:1 unchanged"), told)
	assert.Equal(t, string(registry.digestAt(t, "team/app", "1")), "")
}

func TestVerifyFindsFaults(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := openStore(t, fake), registry.host+"/team/app"
	draft := savePassed(t, s, name+":1", "app")
	_, err := fake.publish(t, name+":1")
	assert.NilError(t, err)
	_, err = fake.command(t, "verify", name+":1")
	assert.NilError(t, err)

	index := registry.index(t, "1")
	index.Manifests[0].Platform.Architecture = "s390x"
	gone := index.Manifests[1].Digest
	body := marshalled(t, index)
	registry.write(t, "team/app", "wrong", index.MediaType, body)
	registry.forget(t, "/v2/team/app/manifests/"+gone.String())
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
