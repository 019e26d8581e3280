package plugin

import (
	"testing"

	"gotest.tools/v3/assert"
)

// Every command with a table takes the formats of the Docker CLI, and refuses others before it contacts anything.
func TestFormatRefusals(t *testing.T) {
	name := untouchedRegistry(t) + "/app:1"
	for _, args := range [][]string{{"ls"}, {"version"}, {"init"}, {"status"}, {"inspect", name}, {"verify", name}} {
		with := func(format string) []string { return append([]string{args[0], "--format", format}, args[1:]...) }
		assertRefused(t, []refusal{
			{args[0] + " word", with("yaml"), []string{`"yaml"`, "table or json, or a Go template"}},
			{args[0] + " open template", with("{{.Name"), []string{`"{{.Name"`, "unclosed action"}},
			{args[0] + " function", with("{{shout .}}"), []string{`function "shout" not defined`, "such as {{json .}}"}},
		})
		if args[0] != "ls" {
			assertRefused(t, []refusal{
				{args[0] + " columns", with("table {{.Name}}"), []string{`"table {{.Name}}"`, `leave out "table"`}},
			})
		}
	}
}

func TestLsFormats(t *testing.T) {
	fake := newFakeCLI(t)
	s := openStore(t, fake)
	mixedDraft(t, s, "mixed:1")
	good := saveDraft(t, s, "whole:1", "linux/amd64", passedImage(t, s, "linux/amd64", "app"))
	assert.NilError(t, s.MarkPublished(t.Context(), good.Name, good.Index.Digest))
	for _, tc := range []struct{ name, format, want string }{
		{"once per row", "{{.Name}} is {{.Verdict}}", "mixed:1 is failed\nwhole:1 is passed\n"},
		{"function of a word", "{{upper .Verdict}}", "FAILED\nPASSED\n"},
		{"list", `{{join .Platforms "+"}}`, "linux/amd64+linux/arm64+linux/s390x\nlinux/amd64\n"},
		{"verdict of a platform", `{{index .Verdicts "linux/amd64"}}`, "passed\npassed\n"},
		{"json of a field", "{{json .Published}}", "\"no\"\n\"yes\"\n"},
		{"digest", "{{.At}}", "\n" + good.Index.Digest.String() + "\n"},
		{
			"columns", `table {{upper .Name}}\t{{.Published}}`,
			"NAME      PUBLISHED\nMIXED:1   no\nWHOLE:1   yes\n",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fake.stdout.Reset()
			assert.NilError(t, fake.run(t, "ls", "--format", tc.format))
			assert.Equal(t, fake.stdout.String(), tc.want)
		})
	}
	fake.stdout.Reset()
	err := fake.run(t, "ls", "--format", "{{.Name}} {{.Flavour}}")
	assert.ErrorContains(t, err, "Flavour")
	assert.Equal(t, ExitCode(err), exitInput)
	assert.Equal(t, fake.stdout.String(), "", "a part of the list was printed")
}

func TestReportFormats(t *testing.T) {
	fake := newFakeCLI(t)
	report := machineReport{
		Ready: true, Builder: builderReport{Name: "multiplat", Status: "running"},
		Platforms: []readiness{{Platform: "linux/amd64", Native: true}, {Platform: "linux/arm64"}},
	}
	format := `{{.Builder.Name}}:{{range .Platforms}} {{.Platform}}{{if .Native}} native{{end}}{{end}}`
	assert.NilError(t, printMachine(fake, report, format, false))
	assert.NilError(t, printVersion(fake, Versions{Version: "v1", Go: "go1.26"}, "{{.Version}} {{json .Go}}"))
	assert.Equal(t, fake.stdout.String(), "multiplat: linux/amd64 native linux/arm64\nv1 \"go1.26\"\n")
	fake.stdout.Reset()
	err := printMachine(fake, report, "{{.Ready}} {{.Steady}}", false)
	assert.Equal(t, ExitCode(err), exitInput)
	assert.ErrorContains(t, err, "Steady")
	assert.Equal(t, fake.stdout.String(), "")
}

func TestInspectTemplate(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := openStore(t, fake), registry.host+"/app:1"
	draft := saveDraft(t, s, name, "linux/amd64", passedImage(t, s, "linux/amd64", "app"))
	_, err := fake.publish(t, name)
	assert.NilError(t, err)
	out, err := fake.inspect(t, "--format", "{{.State}} {{.Published.Digest}}", name)
	assert.NilError(t, err)
	assert.Equal(t, out, "same "+draft.Index.Digest.String()+"\n")
	fake.stdout.Reset()
	assert.NilError(t, fake.run(t, "verify", "--format", "{{range .Platforms}}{{.Platform}} {{len .Faults}}{{end}}", name))
	assert.Equal(t, fake.stdout.String(), "linux/amd64 0\n")
}
