package plugin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A merge that looks deep refuses programs of another platform before anything is written, and copies what is allowed.
func TestMergeDeep(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	registry.Mislabelled(t, "a", plugintest.Linux("amd64", ""), plugintest.Linux("amd64", ""))
	registry.Mislabelled(t, "b", plugintest.Linux("arm64", ""), plugintest.Linux("amd64", ""))
	merge := []string{"merge", "--deep", "--allow-untested", "-t", name + ":1"}
	log := registry.Count()
	_, err := fake.command(t, append(merge, name+":a", name+":b")...)
	assert.Equal(t, ExitCode(err), failure.ExitTests)
	text := explained(err)
	assert.Check(
		t,
		strings.Contains(text, "linux/arm64 of "+name+":b: audit: /app: x86-64 executable; it is the command"),
		text,
	)
	assert.Check(t, !strings.Contains(text, "linux/amd64 of"), text)
	assert.Check(t, strings.Contains(text, "tag "+name+":1 unchanged"), text)
	assert.Check(
		t,
		strings.Contains(text, "on purpose: docker multiplat merge --allow-foreign /app --allow-untested --deep "),
		text,
	)
	assert.Equal(t, len(log.Matching("PUT "))+len(log.Matching("POST ")), 0)
	registry.Intercept(nil)

	_, err = fake.command(t, append(merge, "--allow-foreign", "/app", name+":a", name+":b")...)
	assert.NilError(t, err)
	registry.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
	_, err = fake.command(t, "merge", "--allow-untested", "-t", name+":2", name+":b")
	assert.NilError(t, err) // nobody asked
}

// What is damaged is no finding: it is a matter of integrity.
func TestMergeDeepOfDamagedLayer(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	desc := registry.Mislabelled(t, "a", plugintest.Linux("arm64", ""), plugintest.Linux("arm64", ""))
	registry.Damage(t, registry.LayersOf(t, desc)[0])
	_, err := fake.command(t, "merge", "--deep", "--allow-untested", "-t", name+":1", name+":a")
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
	assert.Equal(t, string(registry.DigestAt(t, "team/app", "1")), "")
}

// forgedImage publishes an image for linux/arm64 that holds a program for x86-64, with a record of a passed audit, as
// anybody who may push can write one.
func forgedImage(t *testing.T, fake *fakeCLI, name string) string {
	t.Helper()
	s := plugintest.OpenStore(t, fake)
	image := plugintest.ProgramsOf(t, s, "linux/arm64", "/app").Image
	image = plugintest.Judged(t, s, image, "passed", record.AuditSettings(audit.Globs{})...)
	plugintest.SaveDraft(t, s, name, "linux/arm64", image)
	out, err := fake.command(t, "publish", name)
	assert.NilError(t, err)
	return strings.TrimSpace(out)
}

// A record in a registry is written by whoever may push there: it saves no merge the audit.
func TestMergeDeepBelievesNoRecord(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	forgedImage(t, fake, name+":forged")
	_, err := fake.command(t, "merge", "--deep", "-t", name+":1", name+":forged")
	assert.Equal(t, ExitCode(err), failure.ExitTests, "%v", err)
	text := explained(err)
	assert.Check(t, strings.Contains(text, "audit: /app: x86-64 executable; it is the entrypoint"), text)
	assert.Equal(t, string(registry.DigestAt(t, "team/app", "1")), "")
}

// What is published is read to its end, hashed and audited; every file is listed, and what was allowed is not.
func TestVerifyDeep(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	registry.Mislabelled(t, "a", plugintest.Linux("amd64", ""), plugintest.Linux("amd64", ""))
	registry.Mislabelled(t, "b", plugintest.Linux("arm64", ""), plugintest.Linux("amd64", "")) // with a layer of a
	_, err := fake.command(t, "merge", "--allow-untested", "-t", name+":1", name+":a", name+":b")
	assert.NilError(t, err)
	log := registry.Count()
	out, err := fake.command(t, "verify", "--deep", name+":1")
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity)
	assert.ErrorContains(
		t,
		err,
		"linux/arm64: audit: /app: x86-64 executable; it is the command, and not for linux/arm64; layer ",
	)
	assert.Check(t, !strings.Contains(err.Error(), "linux/amd64:"), err.Error())
	assert.Check(t, strings.Contains(out, "linux/amd64   1        ok "), out)
	assert.Check(t, strings.Contains(out, "linux/arm64   1        1 error "), out)
	assert.Equal(t, len(log.Matching("GET /v2/team/app/blobs/")), 2+1, "two configs, and one layer once: %v", log.Lines)
	registry.Intercept(nil)

	_, err = fake.command(t, "verify", name+":1")
	assert.NilError(t, err)
	_, err = fake.command(t, "verify", "--deep", "--allow-foreign", "/app", name+":1")
	assert.NilError(t, err)
	out, err = fake.command(t, "verify", "--deep", "--format",
		"{{range .Platforms}}{{range .Findings}}{{.Path}} {{.What}}{{end}};{{end}}", name+":1")
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity)
	assert.Equal(t, out, ";/app x86-64 executable;\n")
}

// A layer of other bytes is named, and so is one that is no layer. What is missing is not audited.
func TestVerifyDeepOfDamagedLayers(t *testing.T) {
	for kind, tc := range map[string]struct {
		damage func(*testing.T, *fakeRegistry, ocispec.Descriptor)
		says   string
	}{
		"other bytes": {func(t *testing.T, r *fakeRegistry, layer ocispec.Descriptor) {
			t.Helper()
			r.Damage(t, layer)
		}, "its content has "},
		"missing": {func(t *testing.T, r *fakeRegistry, layer ocispec.Descriptor) {
			t.Helper()
			r.Forget(t, "/v2/team/app/blobs/"+layer.Digest.String())
		}, " is missing"},
	} {
		t.Run(kind, func(t *testing.T) {
			fake, registry := newFakeCLI(t), newFakeRegistry(t)
			desc := registry.Mislabelled(t, "a", plugintest.Linux("arm64", ""), plugintest.Linux("arm64", ""))
			layer := registry.LayersOf(t, desc)[0]
			tc.damage(t, registry, layer)
			_, err := fake.command(t, "verify", "--deep", registry.Host+"/team/app:a")
			assert.Equal(t, ExitCode(err), failure.ExitIntegrity)
			assert.ErrorContains(t, err, "linux/arm64: layer "+layer.Digest.String())
			assert.ErrorContains(t, err, tc.says)
		})
	}
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	registry.Manifest(t, "team/app", "a", ocispec.Manifest{
		Config: registry.Blob(t, "team/app", ocispec.MediaTypeImageConfig,
			plugintest.Marshalled(t, ocispec.Image{Platform: plugintest.Linux("arm64", "")})),
		Layers: []ocispec.Descriptor{registry.Blob(t, "team/app", ocispec.MediaTypeImageLayer, []byte("text"))},
	})
	_, err := fake.command(t, "verify", "--deep", registry.Host+"/team/app:a")
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity)
	assert.ErrorContains(t, err, audit.ErrLayer.Error())
}

// A layer that breaks off on its way says nothing of the image: it is to be verified again.
func TestVerifyDeepOfCutLayer(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	desc := registry.Mislabelled(t, "a", plugintest.Linux("arm64", ""), plugintest.Linux("arm64", ""))
	path := "/v2/team/app/blobs/" + registry.LayersOf(t, desc)[0].Digest.String()
	registry.Intercept(func(w http.ResponseWriter, request *http.Request) bool {
		if request.Method != http.MethodGet || request.URL.Path != path {
			return false
		}
		answer := httptest.NewRecorder()
		registry.Handler.ServeHTTP(answer, request)
		w.Header().Set("Content-Length", answer.Header().Get("Content-Length"))
		_, _ = w.Write(answer.Body.Bytes()[:100])
		return true
	})
	_, err := fake.command(t, "verify", "--deep", registry.Host+"/team/app:a")
	assert.Equal(t, ExitCode(err), failure.ExitUnavailable, "%v", err)
}

func TestDeepRefusals(t *testing.T) {
	assertRefused(t, []refusal{
		{"verify", []string{"verify", "--allow-foreign", "/opt", "app"}, []string{`--allow-foreign "/opt" is for --deep`}},
		{
			"merge",
			[]string{"merge", "-t", "app:1", "--allow-foreign", "/opt", "app:a"},
			[]string{`--allow-foreign "/opt" is for --deep`},
		},
		{"pattern", []string{"verify", "--deep", "--allow-foreign", "!/opt", "app"}, []string{`--allow-foreign "!/opt"`}},
	})
}

// What was let pass when an image was tested is said, and has to be confirmed: a record is written by whoever may push.
// The command that is printed does so.
func TestVerifyDeepNamesRecordedExceptions(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name, s := registry.Host+"/team/app:1", plugintest.OpenStore(t, fake)
	image := plugintest.ProgramsOf(t, s, "linux/arm64", "/app").Image
	allowed, err := audit.ParseGlobs([]string{"/app"}, "--allow-foreign")
	assert.NilError(t, err)
	image = plugintest.Judged(t, s, image, "passed", record.AuditSettings(allowed)...)
	plugintest.SaveDraft(t, s, name, "linux/arm64", image)
	_, err = fake.command(t, "publish", name)
	assert.NilError(t, err)

	_, err = fake.command(t, "verify", "--deep", name)
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity)
	assert.ErrorContains(t, err, "linux/arm64: its test record let pass what --allow-foreign app matches")
	next := "docker multiplat verify --allow-foreign /app --deep " + name
	assert.Assert(t, strings.Contains(explained(err), "if the files are there on purpose: "+next), explained(err))
	_, err = fake.command(t, strings.Fields(next)[2:]...)
	assert.NilError(t, err)
	_, err = fake.command(t, "merge", "--deep", "-t", registry.Host+"/team/app:2", name)
	assert.Equal(t, ExitCode(err), failure.ExitTests)
	assert.ErrorContains(t, err, "its test record let pass what --allow-foreign app matches")
	_, err = fake.command(t, "verify", "--deep", "--format", "{{range .Platforms}}{{.RecordedAllowForeign}}{{end}}", name)
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity)
}
