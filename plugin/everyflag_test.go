package plugin

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// anyText are the flags that take any text, and why none of it is wrong.
func anyText() map[string]string {
	return map[string]string{
		"cgroup-parent":   "the name of a group of the builder's machine",
		"no-cache-filter": "stages, which a frontend of others may have",
		"reason":          "words of a person",
	}
}

// wrongValues are values that a flag of any command cannot take. A flag that is another in one command is named with it.
func wrongValues(folder string) map[string][]string { //nolint:funlen // a table
	numbers := []string{"wat", "-1", "1e99x", "NaN"}
	times := []string{"wat", "-1s", "5", "NaN", "1e300h"}
	images := []string{"Wat", "a b", "x@sha256:1"}
	file := []string{"/nonexistent/x", folder}
	return map[string][]string{
		"add-host":         {"x", "x:y", "=1.2.3.4"},
		"allow":            {"wat", "network"},
		"allow-difference": {"", "[", "["},
		"allow-foreign":    {"", "[", "a/**b["},
		"allow-untested":   {"wat", "linux/amd46", "x=y"},
		"amend":            {"", "a b", "a@sha256:1"},
		"annotate":         {"wat", "linux/amd64=wat", "linux/amd64=wat=1", "=os=linux"},
		"annotation":       {"wat", "nope:a=b", "=x"},
		"annotation merge": {"wat", "manifest:a=b", "=x"},
		"arch-tags":        {"", "some", "KEEP"},
		"attest":           {"type=wat", "type=provenance,mode=foo", "wat", "type=sbom,generator=A B"},
		"binfmt-image":     append(images, ""),
		"build-arg":        {"=x", ""},
		"build-context": {
			"x",
			"x=/nonexistent",
			"x=target:",
			"x=target:nope",
			"x=docker-image://",
			"x=docker-image://A B",
			"=.",
		},
		"builder":          {"a b", "x/y", "-x", "ü", strings.Repeat("b", 300)},
		"buildkit-image":   images,
		"buildkitd-config": {"/nonexistent/x.toml", folder, filepath.Join(folder, "Dockerfile")},
		"buildkitd-flags":  {"--wat", "wat", "--debug=maybe", "'", "--root"},
		"cache-from":       {"type=nope", "type=local", "A B", "type=registry", "type=local,src", "type=registry,ref=A B"},
		"cache-to": {
			"type=nope",
			"type=local",
			"dest",
			"type=registry",
			"dest=",
			"type=inline,mode=wat",
			"type=registry,ref=a/b,mode=wat",
		},
		"call":       {"nope", "check,format=wat", ","},
		"driver-opt": {"garbage", "=x", "wat=1", "memory=lots", "cpu-quota=x", "default-load=maybe"},
		"emulation":  {"", "wat", "ALLOW"},
		"fail-on":    {"", "wat"},
		"file":       {"/nonexistent/Dockerfile"},
		"filter":     {"", "wat", "wat=1", "until=wat", "until="},
		"filter ls": {
			"",
			"wat",
			"wat=1",
			"until=wat",
			"state=",
			"state=Passed",
			"platform=",
			"published=wat",
			"name=[",
		},
		"format":            {"yaml", "{{.Nope", "{{.Name"},
		"from":              {"/nonexistent/x.json", folder, filepath.Join(folder, "Dockerfile")},
		"iidfile":           file,
		"insecure-registry": {"http://x.example", "a b", "x:", "x/y", "x:99999", "x:wat", "*", "x;y", "x y", "$(id)"},
		"jobs":              append(numbers, "1.5", "99999999999999999999"),
		"label":             {"=x", ""},
		"media-type":        {"", "wat", "OCI"},
		"metadata-file":     file,
		"network":           {"wat", "container:x"},
		"node": {
			"wat",
			"linux/amd46=ssh://x",
			"linux/arm64=",
			"=ssh://x",
			"linux/arm64=wat://x",
			"linux/arm64=nope",
			"linux/arm64=ssh://",
			"linux/arm64=tcp://x",
		},
		"platform":        {"linux/amd46", "", "(", "linux/", "linux/amd64/v9/x", "linux/amd64,linux/amd64,"},
		"platform init":   {"linux/amd46", "", "linux(aNa)/amd64", "linux/arm64,all"},
		"platform build":  {"linux/amd46", "", "linux(aNa)/amd64", "linux(1.2)/arm64"},
		"platform status": {"linux/amd46", "", "linux(aNa)/amd64", "all,linux/arm64"},
		"policy": {
			"wat",
			"filename=",
			"filename=/nonexistent/x.rego",
			"reset=maybe",
			"disabled=maybe",
			"strict=x",
			"log-level=wat",
			"",
		},
		"progress":      {"", "wat", "PLAIN"},
		"provenance":    {"mode=wat", "version=v9", "maybe"},
		"report":        {"", "x", "/nonexistent/x.xml", "wat=x", filepath.Join(folder, "x.wat"), "json=" + folder},
		"resource":      {"wat", "memory=lots", "cpu-quota=x", "wat=1", "memory=-1", "memory="},
		"retry-timeout": times,
		"sbom":          {"generator=A B", "generator=", "maybe"},
		"secret":        {"id=a,src=/nonexistent", "wat=1", "src=/nonexistent", "id=a,env=", "id=a,type=wat"},
		"reproducible":  {"wat", "-1"},
		"set-platform":  {"wat", "linux/amd64=wat", "linux/amd64=wat=1", "=os=linux"},
		"shm-size":      {"wat", "-1", "1e30", "NaN", "Inf"},
		"ssh":           {"default=/nonexistent", "default=" + filepath.Join(folder, "Dockerfile"), "x="},
		"tag":           {"", "UPPER", "a b", "app:1@sha256:" + strings.Repeat("a", 64), "x:" + strings.Repeat("t", 129)},
		"target":        {"nope", "7", "-1"},
		"timeout":       times,
		"ulimit":        {"wat", "nofile", "nofile=x", "nofile=5:1", "wat=1", "nofile=-2"},
	}
}

// wrongTests are those of the flags of tests.
func wrongTests(folder string) map[string][]string {
	return map[string][]string{
		"test":                 {"", `sh -c "a`, "   "},
		"test-config":          {"/nonexistent/x.yaml", folder, filepath.Join(folder, "Dockerfile")},
		"test-compose":         {"", "app=", "/nonexistent/x.yaml", "app=/nonexistent/x.yaml", folder},
		"test-cpus":            {"wat", "-1", "NaN", "Inf", "1e99", "0.001", "1/3x", "-1e99", "1048577"},
		"test-emulated-factor": {"wat", "-1", "0.5", "NaN", "Inf", "1e300"},
		"test-env":             {"", "=x"},
		"test-exec":            {"", `sh -c "a`},
		"test-file":            {"/nonexistent/x.yaml", folder, filepath.Join(folder, "Dockerfile")},
		"test-memory":          {"wat", "-1", "6k", "NaN", "Inf", "1e30", "-1e30", "-6m"},
		"test-network":         {"", " ", "container:"},
		"test-pids":            {"wat", "-1", "NaN", "5000000", "1.5"},
		"test-sandbox":         {"", "wat"},
		"test-script":          {"", "./nope.sh", `sh -c "a`},
		"test-on": {
			"", "linux/arm64", "linux/amd46=x", "linux/arm64=", "=x", "linux/arm64=nope", "here", "linux/arm64=ssh://",
			"linux/arm64=tcp://x", "linux/arm64=wat://x", "linux/arm64=kubernetes",
		},
		"test-skip":    {"", "linux/arm64", "linux/amd46=x", "linux/arm64=", "=x"},
		"test-stdin":   {"", "wat", "/nonexistent=x", filepath.Join(folder, "Dockerfile") + "=(", "{wat"},
		"test-timeout": {"wat", "-1s", "5", "NaN", "1e300h", "0", "0s"},
	}
}

// rightDefinition is a bake file that can be built.
const rightDefinition = `
variable "NUMBER" {
  type = number
  default = 1
}
target "default" {
  tags = ["app:1"]
  args = { NUMBER = NUMBER }
}
`

// wrongInBake are those of the flags of bake that others have not, or have otherwise.
func wrongInBake(folder string) map[string][]string {
	return map[string][]string{
		"allow bake":    {"wat", "network", "fs.wat=/", ""},
		"call bake":     {"nope", "check,format=wat", ","},
		"file bake":     {"/nonexistent/docker-bake.hcl", folder, filepath.Join(folder, "Dockerfile"), ""},
		"list":          {"wat", "", "targets,wat=1", "type=wat", "targets,format=wat"},
		"platform bake": {"linux/amd46", "", "(", "linux/amd64/v9/x", "linux(aNa)/amd64"},
		"policy bake":   {"wat", "filename=x.rego", "disabled=maybe", "strict=x", "log-level=wat", ""},
		"sbom bake":     {"generator=A B", "generator=", "maybe"},
		"set": {
			"", "wat", "=x", "default", "default.", "default.wat=1", "nope.tags=x", "default.tags=A B",
			"default.platform=linux/amd46", "default.output=type=local,dest=x", "default.output=wat=",
			"default.context=/nonexistent", "default.dockerfile=/nonexistent", "default.target=nope",
			"default.secret=id=a,src=/nonexistent", "default.secret=wat=1", "default.ssh=default=/nonexistent",
			"default.cache-from=type=nope", "default.cache-to=type=nope", "default.cache-to=type=local",
			"default.no-cache=maybe", "default.pull=maybe", "default.push=maybe", "default.load=maybe",
			"default.attest=type=wat", "default.attest=wat", "default.network=wat", "default.network=container:x",
			"default.shm-size=wat", "default.ulimits=wat", "default.ulimits=nofile=x", "default.call=nope",
			"default.annotations=wat", "default.annotations=nope:a=b", "default.contexts.x=nonexistent",
			"default.args=wat", "default.labels=wat", "default.args.=x", "default.extra-hosts.x=y",
			"default.entitlements=wat", "default.policy=wat", "default.resources=wat", "*.tags=UPPER", "[.tags=x",
			"default.provenance=mode=wat", "default.tags=x@sha256:1", "default.args", "default.contexts=x",
		},
		"var": {"wat", "=x", "NUMBER=wat"},
	}
}

// rightLine is a command line of a verb that is right, before the flag that is to be wrong.
func rightLine(verb, folder, registry string) (before, after []string) {
	name := registry + "/app:1"
	return map[string][]string{
			"build": {"-t", "app:1"},
			"merge": {"-t", registry + "/app:9"},
		}[verb], map[string][]string{
			"build": {folder}, "check": {folder}, "publish": {name}, "test": {name}, "inspect": {name}, "verify": {name},
			"diff": {name}, "promote": {name, "2"}, "merge": {name}, "rm": {name}, "tag": {name, "app:2"},
			"reproduce": {name, folder},
		}[verb]
}

// valueFlags are the flags of a command that take a value.
func valueFlags(cmd *cobra.Command) (flags []*pflag.Flag) {
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Value.Type() != "bool" && !f.Hidden {
			flags = append(flags, f)
		}
	})
	return flags
}

// A wrong value of any flag of any command is refused by name, with exit code 2, and nothing is contacted, made or
// changed for it.
func TestEveryFlagRefusesWrongValues(t *testing.T) {
	folder := plugintest.BuildContext(t)
	t.Chdir(folder)
	commands := multiplatOf(t).Commands()
	bench := newRefusalBench(t, folder)
	wrong, free := wrongValues(folder), anyText()
	maps.Copy(wrong, wrongTests(folder))
	maps.Copy(wrong, wrongInBake(folder))
	assert.NilError(t, os.WriteFile("docker-bake.hcl", []byte(rightDefinition), 0o600))
	var seen []string
	for _, cmd := range commands {
		for _, f := range valueFlags(cmd) {
			key := f.Name + " " + cmd.Name()
			if _, own := wrong[key]; !own {
				key = f.Name
			}
			seen = append(seen, key)
			if free[f.Name] != "" {
				continue
			}
			assert.Check(t, len(wrong[key]) > 0, "no wrong value is known of --%s of %s", f.Name, cmd.Name())
			for _, value := range wrong[key] {
				t.Run(fmt.Sprintf("%s --%s=%.30s", cmd.Name(), f.Name, value), func(t *testing.T) {
					bench.refuses(t, cmd.Name(), f.Name, value)
				})
			}
		}
	}
	for key := range wrong {
		assert.Check(t, slices.Contains(seen, key), "no command has the flag %s", key)
	}
}

// multiplatOf is the command above all others.
func multiplatOf(t *testing.T) *cobra.Command {
	t.Helper()
	cmd, _, err := rootCommand(t, newFakeCLI(t)).Find([]string{"multiplat"})
	assert.NilError(t, err)
	return cmd
}

// refusalBench is a machine with a builder and a tested draft, whose engine and registry note that they are contacted.
type refusalBench struct {
	fake             *fakeCLI
	folder, registry string
	contacted        []string
}

// newRefusalBench makes it. Commands are run in a folder that can be built.
func newRefusalBench(t *testing.T, folder string) *refusalBench {
	t.Helper()
	b := &refusalBench{folder: folder}
	t.Setenv("HOME", t.TempDir())
	note := func(r *http.Request) { b.contacted = append(b.contacted, r.Method+" "+r.URL.String()) }
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { note(r) }))
	t.Cleanup(server.Close)
	b.registry = strings.TrimPrefix(server.URL, "http://")
	b.fake = &fakeCLI{newFakeCLI(t).WithEngine(t, func(r *http.Request) (*http.Response, error) {
		note(r)
		return nil, io.ErrUnexpectedEOF
	})}
	b.fake.AddBuilder(t, "multiplat")
	plugintest.SavePassed(t, plugintest.OpenStore(t, b.fake), b.registry+"/app:1", "app")
	return b
}

// refuses runs a command with one wrong value.
func (b *refusalBench) refuses(t *testing.T, verb, flag, value string) {
	t.Helper()
	told, code := b.refused(t, verb, "--"+flag+"="+value)
	assert.Check(t, code == failure.ExitInput, "%d: %s", code, told)
	line, _, _ := strings.Cut(told, "\n")
	assert.Check(t, strings.Contains(line, flag) || named(line, flag), "which flag? %s", told)
	assert.Check(t, len(line) < 600, told)
}

// refused runs a command that contacts and changes nothing, and gives what it is refused with.
func (b *refusalBench) refused(t *testing.T, verb string, flags ...string) (told string, code int) {
	t.Helper()
	first, last := rightLine(verb, b.folder, b.registry)
	return b.refusedLine(t, slices.Concat([]string{verb}, first, flags, last)...)
}

// refusedLine is refused, of a whole line.
func (b *refusalBench) refusedLine(t *testing.T, args ...string) (told string, code int) {
	t.Helper()
	before := filesBelow(t, b.fake.Folder)
	b.fake.Stdout.Reset()
	b.fake.Stderr.Reset()
	b.contacted = nil
	err := b.fake.run(t, args...)
	assert.Check(t, len(b.contacted) == 0, "contacted: %s", b.contacted)
	assert.Check(
		t,
		cmp.Equal(before, filesBelow(t, b.fake.Folder)),
		"the configuration, the builders or the store are changed",
	)
	assert.Check(t, b.fake.Stdout.String()+b.fake.Stderr.String() == "", b.fake.Stdout.String()+b.fake.Stderr.String())
	if err == nil {
		t.Fatal("it is taken")
	}
	return explained(err), ExitCode(err)
}

// named tells that a line says of what it speaks: a reference and a platform are that by themselves, and --annotate is
// another word for a flag.
func named(line, flag string) bool {
	word := map[string]string{"tag": "reference", "platform": "platform", "test": "command", "annotate": "--set-platform"}[flag]
	return word != "" && strings.Contains(line, word)
}

// filesBelow are the files in a folder, with what is in them.
func filesBelow(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	inside := os.DirFS(folder)
	assert.NilError(t, fs.WalkDir(inside, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := fs.ReadFile(inside, path)
		files[path] = string(text)
		return err
	}))
	return files
}
