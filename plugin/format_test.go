package plugin

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/check"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/compare"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inspect"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/reproduce"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/version"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
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
		if !slices.Contains([]string{"ls", "init", "status"}, args[0]) {
			assertRefused(t, []refusal{
				{args[0] + " columns", with("table {{.Name}}"), []string{`"table {{.Name}}"`, `leave out "table"`}},
			})
		}
	}
}

func TestLsFormats(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	plugintest.MixedDraft(t, s, "mixed:1")
	good := plugintest.SaveDraft(t, s, "whole:1", "linux/amd64", plugintest.PassedImage(t, s, "linux/amd64", "app"))
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
			fake.Stdout.Reset()
			assert.NilError(t, fake.run(t, "ls", "--format", tc.format))
			assert.Equal(t, fake.Stdout.String(), tc.want)
		})
	}
	fake.Stdout.Reset()
	err := fake.run(t, "ls", "--format", "{{.Name}} {{.Flavour}}")
	assert.ErrorContains(t, err, "Flavour")
	assert.Equal(t, ExitCode(err), failure.ExitInput)
	assert.Equal(t, fake.Stdout.String(), "", "a part of the list was printed")
}

// Lists are one object a line, as those of docker and buildx.
func TestLsJSON(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	plugintest.MixedDraft(t, s, "mixed:1")
	plugintest.SavePassed(t, s, "whole:1", "app")
	assert.NilError(t, fake.run(t, "ls", "--format", "json"))
	var names []string
	for line := range strings.Lines(fake.Stdout.String()) {
		var row struct{ Name, Verdict string }
		assert.NilError(t, json.Unmarshal([]byte(line), &row), line)
		names = append(names, row.Name+" "+row.Verdict)
	}
	assert.DeepEqual(t, names, []string{"mixed:1 failed", "whole:1 passed"})
}

// A platform that could not be run here and was let through by name is waived; one that was built anew since, and did
// not get to its end, is not.
func TestLsOfWaived(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	plugintest.SaveDraft(t, s, name, "linux/amd64,linux/arm64",
		plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.UntestedImage(t, s, "linux/arm64", "app"))
	plugintest.SaveNote(t, s, name, "linux/arm64", store.Note{State: draft.NotRun, Reason: "no emulator"})
	verdicts := func(args ...string) string {
		fake.Stdout.Reset()
		assert.NilError(t, fake.run(t, args...))
		return fake.Stdout.String()
	}
	list := []string{"ls", "--format", `{{.Verdict}} {{index .Verdicts "linux/arm64"}}`}
	assert.Equal(t, verdicts(list...), "not run not run\n")
	_, err := fake.publish(t, "--allow-untested=linux/arm64", "--reason", "no board", name)
	assert.NilError(t, err)
	assert.Equal(t, verdicts(list...), "waived waived\n")
	plugintest.SaveNote(t, s, name, "linux/arm64", store.Note{State: draft.NotBuilt, Reason: "RUN false: exit code 1"})
	assert.Equal(t, verdicts(list...), "not built not built\n")
}

// The platforms that init and status have seen can be shown in a table of one's own columns.
func TestReportTable(t *testing.T) {
	fake := newFakeCLI(t)
	report := machine.Report{
		Platforms: []machine.Readiness{{Platform: "linux/amd64", Native: true}, {Platform: "linux/arm64"}},
	}
	assert.NilError(t, view.Machine(fake, report, view.List{Format: `table {{.Platform}}\t{{.Native}}`}))
	assert.Equal(t, fake.Stdout.String(), "PLATFORM      NATIVE\nlinux/amd64   true\nlinux/arm64   false\n")
	err := view.Machine(fake, report, view.List{Format: "{{.Platform}}"})
	assert.ErrorContains(t, err, "{{range .Platforms}}")
	assert.Equal(t, ExitCode(err), failure.ExitInput)
}

func TestReportFormats(t *testing.T) {
	fake := newFakeCLI(t)
	report := machine.Report{
		Ready: true, Builder: machine.BuilderReport{Name: "multiplat", Status: "running"},
		Platforms: []machine.Readiness{{Platform: "linux/amd64", Native: true}, {Platform: "linux/arm64"}},
	}
	format := `{{.Builder.Name}}:{{range .Platforms}} {{.Platform}}{{if .Native}} native{{end}}{{end}}`
	assert.NilError(t, view.Machine(fake, report, view.List{Format: format}))
	assert.NilError(t, view.Version(fake, version.Versions{Version: "v1", Go: "go1.26"}, "{{.Version}} {{json .Go}}"))
	assert.Equal(t, fake.Stdout.String(), "multiplat: linux/amd64 native linux/arm64\nv1 \"go1.26\"\n")
	fake.Stdout.Reset()
	err := view.Machine(fake, report, view.List{Format: "{{.Ready}} {{.Steady}}"})
	assert.Equal(t, ExitCode(err), failure.ExitInput)
	assert.ErrorContains(t, err, "Steady")
	assert.Equal(t, fake.Stdout.String(), "")
}

func TestInspectTemplate(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/app:1"
	draft := plugintest.SaveDraft(t, s, name, "linux/amd64", plugintest.PassedImage(t, s, "linux/amd64", "app"))
	_, err := fake.publish(t, name)
	assert.NilError(t, err)
	out, err := fake.inspect(t, "--format", "{{.State}} {{.Published.Digest}}", name)
	assert.NilError(t, err)
	assert.Equal(t, out, "same "+draft.Index.Digest.String()+"\n")
	fake.Stdout.Reset()
	assert.NilError(t, fake.run(t, "verify", "--format", "{{range .Platforms}}{{.Platform}} {{len .Faults}}{{end}}", name))
	assert.Equal(t, fake.Stdout.String(), "linux/amd64 0\n")
}

// The names of keys and of what templates take are one: a key is the field's name with a small first letter.
func TestFormatNamesAgree(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var look func(reflect.Type)
	look = func(of reflect.Type) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
			of = of.Elem()
		}
		if seen[of] || of.Kind() != reflect.Struct || !strings.Contains(of.PkgPath(), "docker-multiplat") {
			return
		}
		seen[of] = true
		for i := range of.NumField() {
			f := of.Field(i)
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.IsExported() && key != "-" {
				assert.Check(t, f.Anonymous || strings.EqualFold(f.Name, key), "%s.%s is %q in JSON", of, f.Name, key)
				look(f.Type)
			}
		}
	}
	for _, shown := range []any{
		machine.Report{},
		drafts.Row{},
		view.Outcome{},
		inspect.Inspection{},
		view.Verification{},
		check.Result{},
		compare.Result{},
		reproduce.Result{},
		version.Versions{},
	} {
		look(reflect.TypeOf(shown))
	}
}

// JSON is one line for each object, as docker prints it: what the template {{json .}} prints.
func TestFormatJSONIsALine(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/app:1"
	plugintest.SavePassed(t, s, name, "a <b> & c")
	_, err := fake.publish(t, name)
	assert.NilError(t, err)
	for _, args := range [][]string{
		{"ls"}, {"version"}, {"inspect", name}, {"verify", name}, {"diff", name},
	} {
		printed := map[string]string{}
		for _, format := range []string{"json", "{{json .}}"} {
			out, err := fake.command(t, append(args, "--format", format)...)
			assert.NilError(t, err, "%q", args)
			printed[format] = out
		}
		assert.Equal(t, printed["json"], printed["{{json .}}"], "%q", args)
		assert.Equal(t, strings.Count(printed["json"], "\n"), 1, "%q", args)
	}
}
