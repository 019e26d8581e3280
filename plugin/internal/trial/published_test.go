package trial

import (
	"encoding/json"
	"io"
	"testing"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// An image in a registry is audited before the engine hears of it.
func TestTestOfPublishedImageAudits(t *testing.T) {
	fake, registryValue := plugintest.NewCLI(t), plugintest.NewRegistry(t)
	desc := registryValue.Mislabelled(t, "a", plugintest.Linux("arm64", ""), plugintest.Linux("amd64", ""))
	name, err := reference.ParseNormalizedNamed(registryValue.Host + "/team/app@" + desc.Digest.String())
	assert.NilError(t, err)
	client := fake.Host().Registries(dockercli.Trust{}, func(string) {})
	repository, err := client.Repository(t.Context(), name, registry.Push)
	assert.NilError(t, err)
	b, _ := auditingBench(t, io.Discard)
	b.Plan.Name, b.Plan.Mode, b.host = name, Test, fake.Host()
	image := manifest.Image{Platform: plugintest.Linux("arm64", ""), Manifest: desc}
	o := b.Try(t.Context(), b.quay(repository, name).subject(image))
	assert.Equal(t, o.State, draft.Failed)
	assert.Equal(t, o.Stage(), StageTest)
	assert.ErrorContains(t, AuditError("linux/arm64", *o.Audit, "test"),
		"linux/arm64: audit: /app: x86-64 executable; it is the command")
	assert.Equal(t, b.Plan.RecordName(), registryValue.Host+"/team/app")
	assert.Assert(t, b.Plan.Published())
}

// A record in a registry is written by whoever may push there: it saves no test the audit.
func TestTestOfPublishedImageBelievesNoRecord(t *testing.T) {
	fake, registryValue := plugintest.NewCLI(t), plugintest.NewRegistry(t)
	s := plugintest.OpenStore(t, fake)
	plain := plugintest.ProgramsOf(t, s, "linux/arm64", "/app").Image
	forged := plugintest.Judged(t, s, plain, localtest.Passed, record.AuditSettings(audit.Globs{})...)
	push(t, s, registryValue, forged.Manifest)
	push(t, s, registryValue, *forged.Attestation)
	name, err := reference.ParseNormalizedNamed(registryValue.Host + "/team/app@" + plain.Manifest.Digest.String())
	assert.NilError(t, err)
	client := fake.Host().Registries(dockercli.Trust{}, func(string) {})
	repository, err := client.Repository(t.Context(), name, registry.Push)
	assert.NilError(t, err)
	b, _ := auditingBench(t, io.Discard)
	b.Plan.Name, b.Plan.Mode, b.host = name, Audit, fake.Host()
	o := b.Try(t.Context(), b.quay(repository, name).subject(forged))
	assert.Equal(t, o.State, draft.Failed, "%v", o.Err)
	assert.Equal(t, o.Stage(), StageTest)
}

// What the record in a registry says is said by whoever may push there: nothing of it becomes a statement of ours. That
// somebody has said no is heard, and no record of ours takes that away.
func TestTestOfPublishedImageRepeatsNoRecord(t *testing.T) {
	b, _ := auditingBench(t, io.Discard)
	b.Plan.Reuse = true
	tests := localtest.Report{Verdict: localtest.Passed, Cases: []localtest.Case{{Name: "run", Verdict: localtest.Passed}}}
	for _, said := range []record.Manual{{Passed: true, Who: "The Boss", Remark: "ship it"}, {Who: "Bob", Remark: "no"}} {
		found := said.AddTo(record.Result{Result: record.Passed, Passed: []string{"forged"}}, nil)
		fresh := Outcome{Platform: plugintest.Linux("amd64", ""), State: draft.Passed, Report: tests}.found(found, false)
		assert.Assert(t, !b.reusable(fresh.Before, localtest.Spec{}, found.Configuration))

		o := fresh.conclude(nil)
		assert.Assert(t, o.Manual == nil)
		assert.Equal(t, len(o.Report.Cases), 1)
		if said.Passed {
			assert.Equal(t, o.State, draft.Passed)
			assert.DeepEqual(t, *o.record, record.Result{Result: record.Passed, Passed: []string{"run"}})
		} else {
			assert.Equal(t, o.State, draft.Failed)
			assert.Equal(t, o.Reason, "the record in the registry says: manual look by Bob: no")
			assert.Assert(t, o.record == nil && !o.drop)
		}

		fresh.State = draft.Untested
		asked := b.take(fresh, &record.Manual{Passed: true, Who: "Eve"})
		assert.DeepEqual(t, asked.record.Passed, []string{"manual look by Eve"})
	}
}

// push copies an image of the store into team/app.
func push(t *testing.T, s *store.Store, r *plugintest.Registry, desc ocispec.Descriptor) {
	t.Helper()
	read := func(desc ocispec.Descriptor) []byte {
		body, err := s.Read(t.Context(), desc)
		assert.NilError(t, err)
		return body
	}
	body := read(desc)
	var m ocispec.Manifest
	assert.NilError(t, json.Unmarshal(body, &m))
	for _, part := range append(m.Layers, m.Config) {
		r.Blob(t, "team/app", part.MediaType, read(part))
	}
	r.Write(t, "team/app", "of-"+desc.Digest.Encoded(), desc.MediaType, body)
}
