package plugin

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/check"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// goldenFile is where a golden file is, also for a test that goes elsewhere afterwards.
func goldenFile(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	assert.NilError(t, err)
	return path
}

// base puts an index of these platforms under a tag of team/base.
func (r *fakeRegistry) base(t *testing.T, tag string, platforms ...ocispec.Platform) string {
	t.Helper()
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
	for _, p := range platforms {
		image := r.Image(t, "team/base", tag+"-"+p.Architecture+p.Variant, tag, p)
		image.Platform = &p
		index.Manifests = append(index.Manifests, image)
	}
	r.Write(t, "team/base", tag, index.MediaType, plugintest.Marshalled(t, index))
	return r.Host + "/team/base:" + tag
}

// inFolder makes a folder with a Dockerfile the one to be in.
func inFolder(t *testing.T, dockerfile string) {
	t.Helper()
	t.Chdir(t.TempDir())
	assert.NilError(t, os.WriteFile("Dockerfile", []byte(dockerfile), 0o600))
}

// checked is what check says in JSON.
func (f *fakeCLI) checked(t *testing.T, want int, args ...string) check.Result {
	t.Helper()
	f.Stdout.Reset()
	err := f.run(t, append([]string{"check", "--format", "json"}, args...)...)
	assert.Equal(t, ExitCode(err), want, "%v", err)
	var r check.Result
	assert.NilError(t, json.Unmarshal([]byte(f.Stdout.String()), &r), f.Stdout.String())
	return r
}

// rulesOf are the rules that found something, with line and platforms.
func rulesOf(r check.Result) []string {
	out := []string{}
	for _, f := range r.Findings {
		out = append(out, strings.TrimSpace(f.Rule+" "+string(rune('0'+f.Line))+" "+strings.Join(f.Platforms, ",")))
	}
	return out
}

// A base that lacks a platform is named, with what it has; each image is read once, and nothing else is asked for.
func TestCheckNamesABaseThatIsNotServed(t *testing.T) {
	fake, r, want := newFakeCLI(t), newFakeRegistry(t), goldenFile(t, "check.golden")
	base := r.base(t, "1", plugintest.Linux("amd64", ""), plugintest.Linux("arm64", ""))
	inFolder(t, "FROM "+base+" AS build\nRUN true\nFROM --platform=$BUILDPLATFORM nowhere.invalid/not/needed:1 AS other\n"+
		"FROM "+base+"\nCOPY --from=build /a /a\n")
	log := r.Count()
	err := fake.run(t, "check", "--platform", "linux/amd64,linux/arm64,linux/s390x", ".")
	assert.Equal(t, ExitCode(err), 5)
	assert.Equal(t, explained(err), "ERROR: checking \"Dockerfile\": 2 errors\n  nothing was built\n")
	golden.Assert(t, r.Steady(fake.Stdout.String()), want)
	assert.Check(t, is.Contains(fake.Stderr.String(), "no builder: images were looked up from here"))
	assert.Equal(t, len(log.Matching("GET /v2/team/base/manifests/")), 1)
	assert.Equal(t, len(log.Matching("GET /v2/team/base/blobs/")), 0)
}

// What is wrong with a base is told by its kind.
func TestCheckKindsOfBases(t *testing.T) {
	fake, r := newFakeCLI(t), newFakeRegistry(t)
	amd64, arm64 := plugintest.Linux("amd64", ""), plugintest.Linux("arm64", "")
	full := r.base(t, "full", amd64, arm64)
	r.base(t, "small", plugintest.Linux("386", ""), arm64)
	r.base(t, "lower", plugintest.Linux("arm", "v6"))
	r.base(t, "windows", plugintest.Windows("10.0.17763.1"))
	single := r.Image(t, "team/base", "single", "x", amd64)
	for _, tc := range []struct {
		name, from, platforms string
		want                  []check.State
		rule                  string
	}{
		{"served", full, "linux/amd64,linux/arm64", []check.State{check.Served, check.Served}, ""},
		{"single image", ":single", "linux/amd64,linux/arm64", []check.State{check.Served, check.SingleImage}, "BaseSingleImage"},
		{
			"pinned to one platform", ":single@" + single.Digest.String(), "linux/amd64,linux/arm64",
			[]check.State{check.Served, check.PinnedPlatform},
			"BasePinnedPlatform",
		},
		{"another architecture", ":small", "linux/amd64,linux/arm64", []check.State{check.OtherArchitecture, check.Served}, "BaseOtherArchitecture"},
		{"a lower variant", ":lower", "linux/arm/v7", []check.State{check.Served}, ""},
		{"another os.version", ":windows", "windows(10.0.20348.5)/amd64", []check.State{check.OtherOSVersion}, "BaseOtherOSVersion"},
		{"not there", ":none", "linux/amd64", []check.State{check.NotFound}, "BaseNotFound"},
		{"of the build platform", ":windows", "linux/amd64", []check.State{check.NotServed}, "BaseNotServed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			from := tc.from
			if strings.HasPrefix(from, ":") {
				from = r.Host + "/team/base" + from
			}
			inFolder(t, "FROM "+from+"\nCOPY a /a\n")
			seen := fake.checked(t, 0, "--platform", tc.platforms, "--fail-on", "never", ".")
			var got []check.State
			for _, c := range seen.Images[0].Platforms {
				got = append(got, c.State)
			}
			assert.DeepEqual(t, got, tc.want)
			rules := rulesOf(seen)
			if tc.rule == "" {
				assert.Equal(t, len(rules), 0, "%v", rules)
				return
			}
			assert.Equal(t, len(rules), 1, "%v", rules)
			assert.Assert(t, is.Contains(rules[0], tc.rule))
		})
	}
}

// A registry that does not answer is a warning: it is not known whether the build works.
func TestCheckBaseNotKnown(t *testing.T) {
	fake, r := newFakeCLI(t), newFakeRegistry(t)
	base := r.base(t, "1", plugintest.Linux("amd64", ""))
	r.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusUnauthorized)
		return true
	})
	inFolder(t, "FROM "+base+"\nCOPY a /a\n")
	seen := fake.checked(t, 0, "--platform", "linux/amd64", "--retry-timeout", "0s", ".")
	assert.DeepEqual(t, rulesOf(seen), []string{"BaseNotKnown 1 linux/amd64"})
	assert.Assert(t, is.Contains(seen.Images[0].Platforms[0].Reason, "401"))
	fake.checked(t, 5, "--platform", "linux/amd64", "--retry-timeout", "0s", "--fail-on", "warning", ".")
}

// Only what the target needs is looked at, with the arguments and contexts that the build has.
func TestCheckReadsAsTheBuild(t *testing.T) {
	fake, r := newFakeCLI(t), newFakeRegistry(t)
	good := r.base(t, "good", plugintest.Linux("amd64", ""), plugintest.Linux("arm64", ""))
	bad := r.base(t, "bad", plugintest.Linux("amd64", ""))
	inFolder(t, "ARG BASE="+bad+"\nFROM $BASE AS one\nCOPY a /a\nFROM "+bad+" AS two\nCOPY a /a\n")
	both := []string{"--platform", "linux/amd64,linux/arm64"}
	assert.DeepEqual(t, rulesOf(fake.checked(t, 5, append(both, ".")...)), []string{"BaseNotServed 4 linux/arm64"})
	assert.DeepEqual(t, rulesOf(fake.checked(t, 5, append(both, "--target", "one", ".")...)),
		[]string{"BaseNotServed 2 linux/arm64"})
	for _, flags := range [][]string{
		{"--target", "one", "--build-arg", "BASE=" + good},
		{"--target", "one", "--build-context", bad + "=docker-image://" + good},
		{"--build-context", "two=docker-image://" + good},
	} {
		seen := fake.checked(t, 0, append(append(both, flags...), ".")...)
		assert.DeepEqual(t, rulesOf(seen), []string{})
		assert.Equal(t, seen.Images[0].Name, good)
	}
}

// The rule names work in BuildKit's own comment, and what the Dockerfile is strict about is an error here, too.
func TestCheckSilencedAndStrict(t *testing.T) {
	fake, r := newFakeCLI(t), newFakeRegistry(t)
	bad := r.base(t, "bad", plugintest.Linux("amd64", ""))
	both := []string{"--platform", "linux/amd64,linux/arm64", "."}
	inFolder(t, "# check=skip=BaseNotServed\nFROM "+bad+"\nCOPY a /a\n")
	assert.DeepEqual(t, rulesOf(fake.checked(t, 0, both...)), []string{})
	inFolder(t, "FROM "+bad+"\nCOPY a /a\nFROM scratch\n# check=skip=NoEmptyContinuation\nCOPY a /a\n")
	assert.DeepEqual(t, rulesOf(fake.checked(t, 0, both...)), []string{})
	inFolder(t, "# check=error=true\nFROM scratch\nMAINTAINER me\n")
	assert.DeepEqual(t, rulesOf(fake.checked(t, 5, both...)), []string{"MaintainerDeprecated 3"})
	inFolder(t, "FROM scratch\nMAINTAINER me\n")
	fake.checked(t, 0, both...)
}

// BuildKit's own checks are shown with ours, but for those that ours say better.
func TestCheckShowsBuildKitsOwn(t *testing.T) {
	fake, r := newFakeCLI(t), newFakeRegistry(t)
	base := r.base(t, "1", plugintest.Linux("amd64", ""), plugintest.Linux("arm64", ""))
	inFolder(t, "from "+base+" AS Build\nFROM --platform=linux/amd64 "+base+"\nCOPY x-$TARGETARCH /x\nENV a=$b\n")
	seen := fake.checked(t, 5, "--platform", "linux/amd64,linux/arm64", ".")
	assert.DeepEqual(t, rulesOf(seen), []string{
		"ConsistentInstructionCasing 1", "FromAsCasing 1", "StageNameCasing 1", "ConstantPlatform 2 linux/arm64",
		"UndeclaredPlatformArgument 3 linux/amd64,linux/arm64", "UndefinedVar 4",
	})
}

// What was found is written for programs, too, and as SARIF for code scanning.
func TestCheckFormats(t *testing.T) {
	fake, r := newFakeCLI(t), newFakeRegistry(t)
	base := r.base(t, "1", plugintest.Linux("amd64", ""))
	files := map[string]string{"json": goldenFile(t, "check.json.golden"), "sarif": goldenFile(t, "check.sarif.golden")}
	inFolder(t, "FROM "+base+"\nRUN wget https://example.com/x-linux-amd64\n")
	for format, file := range files {
		fake.Stdout.Reset()
		err := fake.run(t, "check", "--format", format, "--platform", "linux/amd64,linux/arm64", ".")
		assert.Equal(t, ExitCode(err), 5)
		golden.Assert(t, r.Steady(plugintest.Indented(t, fake.Stdout.String())), file)
	}
	fake.Stdout.Reset()
	err := fake.run(t, "check", "--format", "{{range .Findings}}{{.Rule}};{{end}}", "--platform", "linux/arm64", ".")
	assert.Equal(t, ExitCode(err), 5)
	assert.Equal(t, fake.Stdout.String(), "BaseNotServed;SpelledArchitecture;\n")
}

// Bad input is told in a line that names it, before anything is contacted.
func TestCheckBadInput(t *testing.T) {
	fake := newFakeCLI(t)
	inFolder(t, "FROM scratch AS one\n")
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"--format", "xml", "."}, `unknown format "xml"; use table, json or sarif, or a Go template`},
		{[]string{"--format", "{{", "."}, `use table, json, sarif or a Go template`},
		{[]string{"--target", "0", "."}, `--target "0" is no stage of the Dockerfile, which has one`},
		{[]string{"--fail-on", "note", "."}, `unknown --fail-on "note"; use error, warning or never`},
		{[]string{"--platform", "linux/nothing/at/all", "."}, "linux/nothing/at/all"},
		{[]string{"--target", "two", "."}, `--target "two" is no stage of the Dockerfile, which has one`},
		{[]string{"nowhere"}, `the build context "nowhere" is neither a folder nor a URL`},
		{[]string{"--build-arg", "=x", "."}, `--build-arg "=xxxxx" has no name before the =`},
		{nil, `takes 1 argument, not 0`},
	} {
		err := fake.run(t, append([]string{"check"}, tc.args...)...)
		assert.Equal(t, ExitCode(err), 2, "%q: %v", tc.args, err)
		assert.Check(t, is.Contains(err.Error(), tc.want))
	}
	inFolder(t, "FROM scratch\nTHIS is nothing\n")
	err := fake.run(t, "check", ".")
	assert.Equal(t, ExitCode(err), 2)
	assert.Check(t, is.Contains(err.Error(), "unknown instruction: THIS"))
	err = fake.run(t, "check", "https://example.invalid/a.git")
	assert.Equal(t, ExitCode(err), 3)
	assert.Check(t, is.Contains(explained(err), "no builder runs that could read it"))
	err = fake.run(t, "check", "--builder", "nosuch", ".")
	assert.Equal(t, ExitCode(err), 3)
}

// A Dockerfile and a registry are others' words: none of it reaches the terminal as it is.
func TestCheckHostileWords(t *testing.T) {
	fake, r := newFakeCLI(t), newFakeRegistry(t)
	r.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no \x1b[31m\u202e red\"}]}"))
		return true
	})
	inFolder(t, "FROM "+r.Host+"/team/base:1\nRUN wget https://example.com/\x1b[31mx-linux-amd64\n")
	for _, format := range []string{"table", "json", "sarif", "{{range .Findings}}{{.Cause}}{{end}}"} {
		fake.Stdout.Reset()
		err := fake.run(t, "check", "--format", format, "--platform", "linux/arm64", "--retry-timeout", "0s", ".")
		assert.Equal(t, ExitCode(err), 5)
		said := fake.Stdout.String() + fake.Stderr.String() + explained(err)
		assert.Check(t, !strings.ContainsAny(said, "\x1b\u202e"), "%s: %q", format, said)
	}
}

// A file of another tool is no Dockerfile, also to be checked, and a file that never ends is not read.
func TestCheckOtherFiles(t *testing.T) {
	fake := newFakeCLI(t)
	inFolder(t, "FROM scratch\n")
	assert.NilError(t, os.WriteFile("compose.yaml", []byte("services:\n  a: {build: .}\n"), 0o600))
	for file, want := range map[string]string{
		"compose.yaml": "is a compose file", "/dev/zero": "is not a regular file", "none": "there is no Dockerfile",
	} {
		err := fake.run(t, "check", "--file", file, ".")
		assert.Equal(t, ExitCode(err), 2, file)
		assert.Check(t, is.Contains(err.Error(), want))
	}
}
