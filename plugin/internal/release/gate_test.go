package release

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// The images of a draft come as it holds them; what is shut out is there all the same, and what is missing is not.
func TestPassDraft(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	d := plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64", plugintest.PassedImage(t, s, "linux/amd64", "app"),
		plugintest.Judged(t, s, plugintest.UntestedImage(t, s, "linux/arm64", "app"), localtest.NothingToRun))
	images, err := DraftGate{Policy: gate.Policy{}, Blobs: s, Debts: s.Debts()}.Pass(t.Context(), d, nil)
	assert.NilError(t, err)
	assert.DeepEqual(t, images, d.Images)

	plugintest.SaveNote(t, s, "app:1", "linux/arm64", draft.UnfinishedNote())
	d, err = s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	images, err = DraftGate{
		Policy: gate.Policy{},
		Blobs:  s,
		Debts:  s.Debts(),
	}.Pass(
		t.Context(),
		d,
		plugintest.ParsePlatforms(t, "amd64", "arm64", "riscv64"),
	)
	assert.DeepEqual(t, images, d.Images)
	assert.Check(t, errors.Is(err, gate.ErrShut))
	assert.Equal(t, failure.ExitCode(err), failure.ExitTests)
	assert.Error(t, err, "linux/arm64 is untested: its build did not end\n"+
		"linux/riscv64 is missing from app:1: it was never built")
}

// A waiver is recorded in the image, with its reason.
func TestPassDraftRecordsWaivers(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	for _, policy := range []gate.Policy{{WaiveAll: true}, {Waived: plugintest.ParsePlatforms(t, "arm64")}} {
		policy.Reason = "no hardware"
		d := plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
			plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.UntestedImage(t, s, "linux/arm64", "app"))
		images, err := DraftGate{Policy: policy, Blobs: s, Debts: s.Debts()}.Pass(t.Context(), d, nil)
		assert.NilError(t, err)
		assert.DeepEqual(t, images[0], d.Images[0])
		rec, ok, err := record.Of(t.Context(), s, images[1])
		assert.NilError(t, err)
		assert.Assert(t, ok)
		assert.DeepEqual(t, rec, record.Result{Result: record.Warned, Reason: "no hardware"})
	}
}

// What is not asked for is not looked at.
func TestPassDraftSelects(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	d := plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
		plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.UntestedImage(t, s, "linux/arm64", "app"))
	images, err := DraftGate{
		Policy: gate.Policy{},
		Blobs:  s,
		Debts:  s.Debts(),
	}.Pass(
		t.Context(),
		d,
		plugintest.ParsePlatforms(t, "amd64"),
	)
	assert.NilError(t, err)
	assert.DeepEqual(t, images, d.Images[:1])

	_, err = DraftGate{
		Policy: gate.Policy{},
		Blobs:  s,
		Debts:  s.Debts(),
	}.Pass(
		t.Context(),
		d,
		plugintest.ParsePlatforms(t, "amd64", "riscv64"),
	)
	assert.Error(t, err, "linux/riscv64 is missing from app:1: it was never built")
	assert.Equal(t, failure.ExitCode(err), failure.ExitTests)
}

// An image with os.version answers for its platform without one, and ships as it is.
func TestGateTakesOSVersionOfTheImage(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	windows := plugintest.UntestedImage(t, s, "windows(10.0.20348.1)/amd64", "app")
	d := plugintest.SaveDraft(t, s, "app:1", "windows/amd64", windows)
	policy := gate.Policy{Waived: plugintest.ParsePlatforms(t, "windows/amd64"), Reason: "no Windows here"}
	images, err := DraftGate{Policy: policy, Blobs: s, Debts: s.Debts()}.Pass(t.Context(), d, nil)
	assert.NilError(t, err)
	assert.Equal(t, len(images), 1)
	assert.Equal(t, images[0].Platform.OSVersion, "10.0.20348.1")
}

// A record that is of another image is no record.
func TestGateRefusesForeignRecord(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	image, other := plugintest.PlainImage(t, s, "linux/amd64", "app"), plugintest.PlainImage(t, s, "linux/amd64", "other")
	statement, err := record.Encode("app:1", other.Manifest.Digest, record.Result{Result: record.Passed})
	assert.NilError(t, err)
	d := plugintest.SaveDraft(
		t,
		s,
		"app:1",
		"linux/amd64",
		plugintest.Attest(t, s, image, record.PredicateType, string(statement)),
	)
	_, err = DraftGate{Policy: gate.Policy{}, Blobs: s, Debts: s.Debts()}.Pass(t.Context(), d, nil)
	assert.Equal(t, failure.ExitCode(err), failure.ExitIntegrity, "%v", err)
}

// A refusal of platforms of different sources says what differs, and by how much of it one can tell.
func TestMixedSaysWhatDiffers(t *testing.T) {
	const base = "from pkg:docker/busybox@latest"
	whole := map[string]string{
		"revision": "1111111111111111111111111111111111111111", "Dockerfile": "d1", "files": "f1", "argument A": "a1",
		"target": "last", base: "sha256:b1",
	}
	with := func(changes map[string]string) map[string]string {
		changed := map[string]string{}
		for key, value := range whole {
			changed[key] = value
		}
		for key, value := range changes {
			if changed[key] = value; value == "" {
				delete(changed, key)
			}
		}
		return changed
	}
	const other = "2222222222222222222222222222222222222222"
	for _, tc := range []struct {
		name    string
		changes map[string]string
		want    string
	}{
		{"nothing", nil, ""},
		{"the revision alone", map[string]string{"revision": other}, ""},
		{
			"files and revision",
			map[string]string{"files": "f2", "revision": other},
			"files (f1, f2); revision (111111111111, 222222222222)",
		},
		{"Dockerfile", map[string]string{"Dockerfile": "d2"}, "Dockerfile (d1, d2)"},
		{"argument", map[string]string{"argument A": "a2"}, "argument A (a1, a2)"},
		{"argument of one", map[string]string{"argument A": "", "argument B": "b"}, "argument A (a1, none); argument B (none, b)"},
		{"base image", map[string]string{base: "sha256:b2"}, base + " (sha256:b1, sha256:b2)"},
		{"built without provenance", map[string]string{base: ""}, ""},
		{"target", map[string]string{"target": ""}, "target (last, none)"},
		{"files of a named context", map[string]string{"files of x": "1"}, "files of x (none, 1)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := plugintest.OpenStore(t, plugintest.NewCLI(t))
			plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
				plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.PassedImage(t, s, "linux/arm64", "app"))
			plugintest.SaveNote(t, s, "app:1", "linux/amd64", store.Note{Source: whole})
			plugintest.SaveNote(t, s, "app:1", "linux/arm64", store.Note{Source: with(tc.changes)})
			_, err := readied(t, s, FromDraft{}, Request{ArchTags: true})
			if tc.want == "" {
				assert.NilError(t, err)
				return
			}
			assert.Equal(t, failure.ExitCode(err), failure.ExitIntegrity)
			assert.ErrorContains(t, err, "linux/amd64 and linux/arm64 are of different sources: "+tc.want+": ")
			_, err = readied(t, s, FromDraft{AllowMixed: true}, Request{ArchTags: true})
			assert.NilError(t, err)
		})
	}
}

// Of two contexts the first file that differs is named; what a build wrote itself makes none differ.
func TestMixedNamesTheFile(t *testing.T) {
	note := func(sum string, files map[string]string) store.Note {
		n := store.Note{Source: map[string]string{"files": sum}}
		if files != nil {
			n.Files = map[string]map[string]string{"files": files}
		}
		return n
	}
	before := note("f1", map[string]string{"Dockerfile": "1", "src": "/1", "src/main.go": "2", "r.xml": ""})
	const refused = "linux/amd64 and linux/arm64 are of different sources: files (f1, f2"
	for name, tc := range map[string]struct {
		after store.Note
		want  string
	}{
		"a report":          {note("f2", map[string]string{"Dockerfile": "1", "src": "/1", "src/main.go": "2", "r.xml": "9"}), ""},
		"another report":    {note("f2", map[string]string{"Dockerfile": "1", "src": "/1", "src/main.go": "2", "r.xml": "9", "s.xml": ""}), ""},
		"a changed file":    {note("f2", map[string]string{"Dockerfile": "1", "src": "/1", "src/main.go": "3"}), refused + `; first "src/main.go"): `},
		"a new file":        {note("f2", map[string]string{"Dockerfile": "1", "a": "/1", "a/b": "1", "src": "/1", "src/main.go": "2"}), refused + `; first "a/b"): `},
		"a new folder":      {note("f2", map[string]string{"Dockerfile": "1", "a": "/1", "src": "/1", "src/main.go": "2"}), refused + `; first "a"): `},
		"a folder, summed":  {note("f2", map[string]string{"Dockerfile": "1", "src": "/1", "src/": "3"}), refused + `; first "src/"): `},
		"of older programs": {note("f2", nil), refused + "): "},
	} {
		t.Run(name, func(t *testing.T) { checkMixedNotes(t, before, tc.after, tc.want) })
	}
	out := note("f1", map[string]string{"Dockerfile": "1", "out/r.xml": ""})
	checkMixedNotes(t, out, note("f2", map[string]string{"Dockerfile": "1", "out": "/1", "out/r.xml": "9"}), "")
}

// Git contexts of one commit are one source, however they are spelled.
func TestMixedGitContexts(t *testing.T) {
	const repo = "https://example.org/r.git"
	of := func(ref, commit string) store.Note {
		return store.Note{Source: map[string]string{"context": repo + ref, "from " + repo + ref: "sha1:" + commit}}
	}
	checkMixedNotes(t, of("#main", "11"), of("#v1", "11"), "")
	checkMixedNotes(t, of("#main", "11"), of("", "11"), "")
	checkMixedNotes(t, of("#main", "11"), of("#v1", "22"), "different sources: context (")
	checkMixedNotes(t, of("#main:a", "11"), of("#main:b", "11"), "different sources: context (")
	checkMixedNotes(t, of("#main", "11"), of("#main", "22"), "different sources: from "+repo+"#main (sha1:11, sha1:22)")
}

// checkMixedNotes publishes a draft with these notes; want is in the refusal, and empty where there is none.
func checkMixedNotes(t *testing.T, amd64, arm64 store.Note, want string) {
	t.Helper()
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
		plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.PassedImage(t, s, "linux/arm64", "app"))
	plugintest.SaveNote(t, s, "app:1", "linux/amd64", amd64)
	plugintest.SaveNote(t, s, "app:1", "linux/arm64", arm64)
	_, err := readied(t, s, FromDraft{}, Request{ArchTags: true})
	if want == "" {
		assert.NilError(t, err)
		return
	}
	assert.ErrorContains(t, err, want)
}
