package plugin

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/completion"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// completed are the values that the Docker CLI gets to offer for the last word, and what the shell is to do with them.
func (f *fakeCLI) completed(t *testing.T, words ...string) (values []string, directive string) {
	t.Helper()
	f.Stdout.Reset()
	root := rootCommand(t, f)
	root.SetArgs(append([]string{"__complete", "multiplat"}, words...))
	assert.NilError(t, root.ExecuteContext(t.Context()))
	for line := range strings.Lines(f.Stdout.String()) {
		value, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(value, ":") {
			return values, value
		}
		values = append(values, value)
	}
	t.Fatalf("no directive in %q", f.Stdout.String())
	return nil, ""
}

// first are the first values that are offered, as one text. A shell does not wait until a busy machine has read the
// drafts: who is offered nothing asks again.
func (f *fakeCLI) first(t *testing.T, n int, words ...string) string {
	t.Helper()
	for range 10 {
		if values, _ := f.completed(t, words...); len(values) > 0 {
			return strings.Join(values[:min(n, len(values))], " ")
		}
	}
	return ""
}

// machineRecord writes what init has found out about the machine.
func machineRecord(t *testing.T, f *fakeCLI, text string) {
	t.Helper()
	folder := filepath.Join(f.Host().StateFolder(), "machines")
	assert.NilError(t, os.MkdirAll(folder, 0o700))
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "default.json"), []byte(text), 0o600))
}

// Platforms are offered everywhere they fit, those that are proven first, and each once in a list.
func TestCompletePlatforms(t *testing.T) {
	fake := newFakeCLI(t)
	machineRecord(t, fake, `{"proven":[{"builder":"other","engine":"x","platforms":["linux/riscv64"]}],`+
		`"platforms":["linux/s390x","linux/amd64"]}`)
	assert.Equal(t, fake.first(t, 3, "build", "--platform", ""), "linux/s390x linux/amd64 linux/riscv64")
	assert.Equal(t, fake.first(t, 1, "build", "--platform", "linux/s390x,linux/a"), "linux/s390x,linux/amd64")
	assert.Equal(t, fake.first(t, 2, "build", "--platform", "arm"), "arm64 arm/v7")
	assert.Equal(t, fake.first(t, 2, "init", "--platform="), "all linux/s390x")
	assert.Equal(t, fake.first(t, 2, "publish", "--allow-untested="), "all linux/s390x")
	assert.Equal(t, fake.first(t, 1, "build", "--test-skip", ""), "linux/s390x=")
	assert.Equal(
		t,
		fake.first(t, 2, "merge", "--set-platform", "linux/arm64=os"),
		"linux/arm64=os= linux/arm64=os-version=",
	)
	assert.Equal(t, fake.first(t, 2, "init", "--node", "linux/arm64="), "linux/arm64=default linux/arm64=kubernetes")
	api := inCluster(t)
	assert.Equal(t, fake.first(t, 9, "test", "--test-on", "linux/arm64="), "linux/arm64=default linux/arm64=kubernetes "+
		"linux/arm64=ssh:// linux/arm64=tcp:// linux/arm64=kubernetes:prod")
	assert.Equal(t, len(api.asked), 0)
	_, directive := fake.completed(t, "build", "--platform", "")
	assert.Equal(t, directive, ":36") // no files, and the order as given
}

// The platforms of a draft that is named are those that can be published.
func TestCompletePlatformsOfADraft(t *testing.T) {
	fake := newFakeCLI(t)
	plugintest.SavePassed(t, plugintest.OpenStore(t, fake), "example.com/app:1", "app")
	assert.Equal(t, fake.first(t, 9, "publish", "example.com/app:1", "--platform", ""), "linux/amd64 linux/arm64")
}

// Names of drafts are offered where a draft is meant, and each once; nothing is contacted.
func TestCompleteDrafts(t *testing.T) {
	fake := newFakeCLI(t)
	for _, command := range []string{"publish", "test", "inspect", "rm"} { // there is no store yet, and none is made
		values, _ := fake.completed(t, command, "")
		assert.Equal(t, len(values), 0, command)
	}
	_, err := os.Stat(fake.Drafts())
	assert.ErrorIs(t, err, os.ErrNotExist)
	s := plugintest.OpenStore(t, fake)
	plugintest.SavePassed(t, s, "example.com/app:1", "app")
	plugintest.SavePassed(t, s, "example.com/web:2", "web")
	const both = "example.com/app:1 example.com/web:2"
	for _, words := range [][]string{
		{"publish", ""},
		{"test", ""},
		{"inspect", ""},
		{"verify", ""},
		{"rm", ""},
		{"diff", ""},
		{"tag", ""},
		{"build", "--tag", ""},
		{"merge", "-t", ""},
	} {
		assert.Equal(t, fake.first(t, 9, words...), both, "%q", words)
	}
	assert.Equal(t, fake.first(t, 9, "rm", "example.com/app:1", ""), "example.com/web:2")
	assert.Equal(t, fake.first(t, 9, "publish", "example.com/w"), "example.com/web:2")
	assert.Equal(t, fake.first(t, 9, "test", "example.com/app:1", ""), "")
	assert.Equal(t, fake.first(t, 9, "tag", "example.com/app:1", ""), "example.com/app:")
	assert.Equal(t, fake.first(t, 9, "publish", "--insecure-registry", ""), "example.com")
}

// Stages and arguments are those of the Dockerfile that the build would read.
func TestCompleteFromTheDockerfile(t *testing.T) {
	fake, folder := newFakeCLI(t), t.TempDir()
	other := filepath.Join(t.TempDir(), "other file")
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "Dockerfile"),
		[]byte("ARG BASE=debian\nFROM $BASE AS tools\nARG VERSION\nFROM scratch AS app\nFROM app\n"), 0o600))
	assert.NilError(t, os.WriteFile(other, []byte("FROM scratch AS elsewhere\n"), 0o600))
	t.Chdir(folder)
	for _, words := range [][]string{
		{"build", "--target", ""},
		{"build", ".", "--target", ""},
		{"check", folder, "--target="},
		{"build", "--no-cache-filter", ""},
		{"reproduce", "app:1", folder, "--target", ""},
	} {
		assert.Equal(t, fake.first(t, 9, words...), "tools app", "%q", words)
	}
	assert.Equal(t, fake.first(t, 9, "build", "--target", "ap"), "app")
	assert.Equal(t, fake.first(t, 9, "build", "-f", other, "--target", ""), "elsewhere")
	assert.Equal(t, fake.first(t, 9, "build", filepath.Dir(other), "--target", ""), "")
	assert.Equal(t, fake.first(t, 9, "build", "https://example.com/x.git", "--target", ""), "")
	assert.Equal(t, fake.first(t, 9, "build", "--build-arg", ""), "BASE= VERSION=")
}

// Builders are those of buildx, our own first.
func TestCompleteBuilders(t *testing.T) {
	fake := newFakeCLI(t)
	for _, name := range []string{"alpha", "multiplat"} {
		fake.AddBuilder(t, name)
	}
	assert.Equal(t, fake.first(t, 3, "build", "--builder", ""), "multiplat alpha default")
	assert.Equal(t, fake.first(t, 3, "status", "--builder=al"), "alpha")
}

// Words that a flag takes are all offered; the refusal of another names the same.
func TestCompleteWords(t *testing.T) {
	for _, tc := range []struct{ command, flag, want string }{
		{"build", "emulation", "allow build-only never"},
		{"build", "call", "build check outline targets"},
		{"build", "progress", "auto none plain tty quiet rawjson"},
		{"build", "test-sandbox", "plain strict"},
		{"build", "format", "table json"},
		{"check", "format", "table json sarif"},
		{"reproduce", "format", "table json md"},
		{"check", "fail-on", "error warning never"},
		{"publish", "arch-tags", "keep none"},
		{"merge", "media-type", "oci docker"},
		{"prune", "filter", "until="},
		{"publish", "timeout", "30s 1m 5m 30m"},
		{"test", "test-memory", "256m 512m 1g 2g"},
		{"test", "test-emulated-factor", "1 4 8 16"},
		{"build", "add-host", "host.docker.internal:host-gateway"},
		{"init", "buildkitd-flags", "--debug --allow-insecure-entitlement=network.host"},
		{"build", "test-file", "yaml yml"}, // :8, files of these endings
	} {
		assert.Equal(t, newFakeCLI(t).first(t, 9, tc.command, "--"+tc.flag, ""), tc.want, tc.flag)
	}
}

// Labels and annotations have usual keys; annotations also what they are put on.
func TestCompleteAnnotations(t *testing.T) {
	for words, want := range map[string]string{
		"build --label org.opencontainers.image.s":            "org.opencontainers.image.source=",
		"build --annotation m":                                "manifest: manifest-descriptor:",
		"build --annotation index:org.opencontainers.image.r": "index:org.opencontainers.image.revision=",
		"merge --annotation index:org.opencontainers.image.u": "index:org.opencontainers.image.url=",
		"merge --annotation m":                                "manifest-descriptor[",
	} {
		assert.Equal(t, newFakeCLI(t).first(t, 9, strings.Fields(words)...), want, words)
	}
}

// Files are offered by what they end in.
func TestCompleteFiles(t *testing.T) {
	for flag, want := range map[string]string{
		"build --report": "xml json md html :8", "build --test-config": "yaml yml json :8",
		"init --buildkitd-config": "toml :8", "merge --from": "json :8", "build --file": " :0", "build": " :16",
		"publish --file": "hcl json yaml yml :8",
	} {
		values, directive := newFakeCLI(t).completed(t, append(strings.Fields(flag), "")...)
		assert.Equal(t, strings.Join(values, " ")+" "+directive, want, flag)
	}
}

// What others have written cannot reach the terminal, nor be taken for another value.
func TestCompleteHostileText(t *testing.T) {
	fake, folder := newFakeCLI(t), t.TempDir()
	machineRecord(
		t,
		fake,
		`{"platforms":["linux/\u001b[31mamd64","linux/arm64\nlinux/evil","linux/arm64\u202e","linux/s390x"]}`,
	)
	const evil = "FROM scratch AS \x1b]0;owned\x07\nARG \x1b[2Jx=1\nFROM scratch AS good\n"
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte(evil), 0o600))
	t.Chdir(folder)
	instances := filepath.Join(os.Getenv("BUILDX_CONFIG"), "instances")
	assert.NilError(t, os.MkdirAll(instances, 0o700))
	assert.NilError(t, os.WriteFile(filepath.Join(instances, "bad\x1b[31m"), []byte(`{"Name":"bad\u001b[31m"}`), 0o600))
	plugintest.SavePassed(t, plugintest.OpenStore(t, fake), "example.com/app:1", "app")
	index := filepath.Join(fake.Drafts(), "index.json")
	text, err := os.ReadFile(index)
	assert.NilError(t, err)
	text = []byte(strings.ReplaceAll(string(text), "example.com/app:1", `example.com/app:1\u001b[31m`))
	assert.NilError(t, os.WriteFile(index, text, 0o600))
	for _, words := range [][]string{
		{"build", "--platform", ""},
		{"build", "--target", ""},
		{"build", "--build-arg", ""},
		{"build", "--builder", ""},
		{"publish", ""},
		{"test", ""},
	} {
		values, _ := fake.completed(t, words...)
		bad := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Cf, r) }
		assert.Check(t, strings.IndexFunc(fake.Stdout.String(), bad) < 0, "%q: %q", words, fake.Stdout.String())
		assert.Check(t, !strings.Contains(strings.Join(values, " "), "evil"), "%q", values)
	}
	assert.Check(t, strings.Contains(fake.first(t, 2, "build", "--platform", "linux/s"), "linux/s390x"))
}

// Every flag that takes a value offers some, or is known to take free text.
func TestEveryFlagCompletes(t *testing.T) {
	root := NewCommand(t.Context(), newFakeCLI(t))
	for _, cmd := range root.Commands() {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Value.Type() == "bool" || f.Hidden {
				return
			}
			known := completion.Free(f.Name)
			if !known {
				_, known = cmd.GetFlagCompletionFunc(f.Name)
			}
			assert.Check(t, known, "%s --%s: name what it takes in plugin/internal/completion", cmd.Name(), f.Name)
		})
	}
}

// help offers the commands.
func TestCompleteHelp(t *testing.T) {
	assert.Equal(t, newFakeCLI(t).first(t, 9, "help", "p"), "promote prune publish")
	assert.Equal(t, fmt.Sprint(newFakeCLI(t).completed(t, "help", "publish", "")), "[]:36")
}

// Targets are those of the bake file that would be read; an override begins with one of them, and goes on with its keys.
func TestCompleteTargetsOfABakeFile(t *testing.T) {
	fake, folder := newFakeCLI(t), t.TempDir()
	other := filepath.Join(folder, "other.hcl")
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "docker-bake.hcl"), []byte(
		"variable \"TAG\" { default = \"1\" }\nvariable \"app\" {}\n"+
			"group \"all\" { targets = [\"app\", \"worker\"] }\ntarget \"app\" { args = { VERSION = \"1\" } }\ntarget \"worker\" {}\n",
	), 0o600))
	assert.NilError(t, os.WriteFile(other, []byte("target \"elsewhere\" {}\ntarget \"bad\\u001b[31m\" {}\n"), 0o600))
	t.Chdir(folder)
	assert.Equal(t, fake.first(t, 9, "bake", ""), "all app worker")
	assert.Equal(t, fake.first(t, 9, "bake", "app", "w"), "worker")
	assert.Equal(t, fake.first(t, 9, "bake", "-f", other, ""), "")
	assert.NilError(t, os.WriteFile(other, []byte("target \"elsewhere\" {}\n"), 0o600))
	assert.Equal(t, fake.first(t, 9, "bake", "-f", other, ""), "elsewhere")
	assert.Equal(t, fake.first(t, 9, "publish", "--file", other, ""), "elsewhere")
	assert.Equal(t, fake.first(t, 9, "bake", "https://example.com/x.git", ""), "")
	assert.Equal(t, fake.first(t, 9, "bake", "-f", "-", ""), "")
	assert.Equal(t, fake.first(t, 9, "bake", "--set", ""), "*. app. worker.")
	assert.Equal(t, fake.first(t, 3, "bake", "--set", "app."), "app.args. app.annotations= app.attest=")
	assert.Equal(t, fake.first(t, 9, "bake", "--set", "app.args."), "app.args.VERSION=")
	assert.Equal(t, fake.first(t, 9, "bake", "--var", ""), "TAG= app=")
	assert.Equal(t, fake.first(t, 9, "bake", "--set", "*.platform=linux/s3"), "*.platform=linux/s390x")
}

// Neither the engine nor a registry is contacted, nor a builder, by whatever is completed: the engine of the fake fails
// the test when it is used, and there is no way out but through it.
func TestCompletionContactsNobody(t *testing.T) {
	fake, folder := newFakeCLI(t), plugintest.BuildContext(t)
	fake.AddBuilder(t, "multiplat")
	plugintest.SavePassed(t, plugintest.OpenStore(t, fake), untouchedRegistry(t)+"/app:1", "app")
	t.Chdir(folder)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
		t.Setenv(name, "http://"+untouchedRegistry(t))
	}
	root := NewCommand(t.Context(), fake)
	for _, cmd := range root.Commands() {
		if !cmd.IsAvailableCommand() {
			continue
		}
		_, _ = fake.completed(t, cmd.Name(), "")
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Value.Type() != "bool" && !f.Hidden {
				_, _ = fake.completed(t, cmd.Name(), "--"+f.Name+"=")
			}
		})
	}
}
