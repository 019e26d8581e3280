package plugin

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// refusal is a command line that is refused before anything is contacted.
type refusal struct {
	name string
	args []string
	// says are parts of the message: the value and the fix.
	says []string
}

// untouchedRegistry fails the test when it is contacted.
func untouchedRegistry(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the registry was contacted: %s %s", r.Method, r.URL)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// assertRefused runs command lines and wants exit code 2, words that help, nothing on stdout, and no store.
func assertRefused(t *testing.T, cases []refusal) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			fake := newFakeCLI(t)
			err := fake.run(t, tc.args...)
			for _, text := range tc.says {
				assert.ErrorContains(t, err, text)
			}
			assert.Equal(t, ExitCode(err), failure.ExitInput, "%v", err)
			assert.Equal(t, fake.Stdout.String(), "")
			_, err = os.Stat(filepath.Join(fake.Folder, "drafts"))
			assert.Check(t, errors.Is(err, os.ErrNotExist), "the store was made for a command line that is refused")
		})
	}
}

func TestCommandLineRefusals(t *testing.T) {
	assertRefused(t, []refusal{
		{"unknown command", []string{"frobnicate"}, []string{`"frobnicate"`, "docker multiplat --help"}},
		{"start of a command", []string{"pub"}, []string{`"pub"`, "did you mean: docker multiplat publish"}},
		{
			"init with an argument",
			[]string{"init", "a"},
			[]string{"takes 0 arguments, not 1", "docker multiplat init [OPTIONS]"},
		},
		{"version with an argument", []string{"version", "a"}, []string{"takes 0 arguments, not 1"}},
		{"build without a context", []string{"build", "-t", "a"}, []string{"takes 1 argument, not 0", "PATH | URL | -"}},
		{"build of two contexts", []string{"build", "-t", "a", ".", "."}, []string{"takes 1 argument, not 2"}},
		{"publish of nothing", []string{"publish"}, []string{"takes at least 1 argument", "NAME[:TAG]..."}},
		{"inspect of nothing", []string{"inspect"}, []string{"takes 1 argument, not 0"}},
		{"inspect of two", []string{"inspect", "a", "b"}, []string{"takes 1 argument, not 2"}},
	})
}

func TestReferenceRefusals(t *testing.T) {
	folder := plugintest.BuildContext(t)
	registry := untouchedRegistry(t)
	long := strings.Repeat("t", 129)
	digested := registry + "/a@sha256:" + strings.Repeat("a", 64)
	for _, tc := range []struct{ name, reference, quoted, fix string }{
		{"empty", "", `""`, "NAME[:TAG]"},
		{"upper case", registry + "/App:1", "/App:1", "lowercase"},
		{"empty part", registry + "/a//b", "/a//b", "NAME[:TAG]"},
		{"empty tag", registry + "/a/b:", "/a/b:", "NAME[:TAG]"},
		{"long tag", registry + "/a:" + long, long, "NAME[:TAG]"},
		{"digest", digested, digested, "give a tag"},
		{"tag and digest", registry + "/a:1@sha256:" + strings.Repeat("a", 64), "/a:1@sha256", "give a tag"},
	} {
		assertRefused(t, []refusal{
			{"build " + tc.name, []string{"build", "-t", tc.reference, folder}, []string{tc.quoted, tc.fix}},
			{"publish " + tc.name, []string{"publish", "ok:1", tc.reference}, []string{tc.quoted, tc.fix}},
			{"inspect " + tc.name, []string{"inspect", tc.reference}, []string{tc.quoted, tc.fix}},
		})
	}
}

func TestBuildRefusals(t *testing.T) {
	folder, empty := plugintest.BuildContext(t), t.TempDir()
	build := func(args ...string) []string { return append([]string{"build"}, append(args, folder)...) }
	named := func(args ...string) []string { return build(append([]string{"-t", "app:1"}, args...)...) }
	edge := strings.Repeat("t", 122) // a tag by itself, but too long with --arm64 behind it
	assertRefused(t, []refusal{
		{"no name", build(), []string{"--tag NAME:TAG"}},
		{"no Dockerfile", []string{"build", "-t", "a", empty}, []string{filepath.Join(empty, "Dockerfile"), "--file"}},
		{"no folder", []string{"build", "-t", "a", empty + "/none"}, []string{empty + "/none", "neither a folder nor a URL"}},
		{"stdin twice", []string{"build", "-t", "a", "-f", "-", "-"}, []string{"standard input cannot be both"}},
		{"output", named("-o", "type=local,dest=out"), []string{`--output "type=local,dest=out"`, "docker buildx build"}},
		{"squash", named("--squash"), []string{"--squash", "use a multi-stage Dockerfile"}},
		{"isolation", named("--isolation", "hyperv"), []string{`--isolation "hyperv"`, "leave it out"}},
		{"security-opt", named("--security-opt", "x"), []string{`--security-opt "x"`, "--allow security.insecure"}},
		{"print", named("--print", "outline"), []string{`--print "outline"`, "use --call"}},
		{"resource", named("--resource", "memory=lots"), []string{"--resource", `"lots"`}},
		{"policy", named("--policy", "nonsense=x"), []string{"--policy", "nonsense"}},
		{"unknown platform", named("--platform", "linux/amd46"), []string{`"linux/amd46"`}},
		{"empty word", named("--platform", "amd64,"), []string{`""`, "for example linux/amd64"}},
		{"platform twice", named("--platform", "arm64", "--platform", "arm64"), []string{"given twice", "once"}},
		{"progress", named("--progress", "fancy"), []string{`"fancy"`, "use auto, plain"}},
		{"empty test", named("--test", ""), []string{`""`, "no word"}},
		{"unbalanced quote", named("--test", `sh -c "a`), []string{`"sh -c \"a"`, "EOF found when expecting closing quote"}},
		{"no time", named("--test-timeout", "0"), []string{"--test-timeout 0s", "30s"}},
		{"negative time", named("--test-timeout", "-1s"), []string{"--test-timeout -1s", "30s"}},
		{
			"factor",
			named("--test-emulated-factor", "0.5"),
			[]string{"--test-emulated-factor 0.5", "not a number of at least 1"},
		},
		{"jobs", named("--jobs", "-1"), []string{"--jobs -1", "less than 0"}},
		{
			"arch tag too long", build("-t", "app:"+edge, "--platform", "arm64"),
			[]string{edge + "--arm64", "129 characters, 128 are allowed", "shorten it by 1"},
		},
		{"reads as an arch tag", build("-t", "app:1--arm64"), []string{`"1--arm64"`, "choose one that does not end so"}},
		{"second name is wrong", named("-t", "Second"), []string{`"Second"`}},
		{"bad build argument", named("--build-arg", "=x"), []string{`--build-arg "=xxxxx"`, "no name"}},
		{
			"annotation elsewhere", named("--annotation", "index-descriptor:a=b"),
			[]string{`"index-descriptor"`, "use index or manifest"},
		},
		{"cache twice", named("--no-cache", "--no-cache-filter", "x"), []string{"exclude each other"}},
	})
}

func TestClusterRefusals(t *testing.T) {
	folder := plugintest.BuildContext(t)
	node := func(option string) []string {
		return []string{"init", "--driver", "kubernetes", "--node", "linux/arm64=kubernetes," + option}
	}
	on := func(place string) []string {
		return []string{"build", "-t", "app:1", "--platform", "arm64", "--test-on", "linux/arm64=" + place, folder}
	}
	assertRefused(t, []refusal{
		{"replicas", node("replicas=-1"), []string{`"-1"`, "give replicas=1 or more"}},
		{"tolerations", node("tolerations=x"), []string{`"x"`, "give key=KEY,value=VALUE,effect=NoSchedule"}},
		{"namespace", node("namespace=No Such"), []string{`"No Such"`, "give namespace=NAME"}},
		{"no namespace", node("namespace="), []string{`""`, "give namespace=NAME"}},
		{"account", node("serviceaccount=Me"), []string{`"Me"`, "give serviceaccount=NAME"}},
		{"no kubeconfig", on("kubernetes,kubeconfig="), []string{"kubeconfig names no file", "give kubeconfig=FILE"}},
		{
			"half a place",
			on("kubernetes:lab/"),
			[]string{"no namespace behind the /", "give kubernetes:lab, or kubernetes:lab/N"},
		},
		{"no place", on("kubernetes:"), []string{"names no context and no namespace", "give kubernetes, or"}},
	})
}

func TestPublishAndInspectRefusals(t *testing.T) {
	name := untouchedRegistry(t) + "/app:1"
	assertRefused(t, []refusal{
		{"platform", []string{"publish", "--platform", "linux/amd46", name}, []string{`"linux/amd46"`}},
		{"platform twice", []string{"publish", "--platform", "arm64,arm64", name}, []string{"given twice", "once"}},
		{"waived platform", []string{"publish", "--allow-untested=x86", name}, []string{`"x86"`}},
		{"reason", []string{"publish", "--reason", "why not", name}, []string{`"why not"`, "--allow-untested"}},
		{"arch tags", []string{"publish", "--arch-tags", "some", name}, []string{`"some"`, "keep or none"}},
		{"publish progress", []string{"publish", "--progress", "x", name}, []string{`"x"`, "use auto, plain"}},
		{"format", []string{"inspect", "--format", "yaml", name}, []string{`"yaml"`, "table or json"}},
		{"version format", []string{"version", "--format", "yaml"}, []string{`"yaml"`, "table or json"}},
		{"both sides", []string{"inspect", "--local", "--remote", name}, []string{"--local and --remote exclude each other"}},
		{"init progress", []string{"init", "--progress", "x"}, []string{`"x"`, "use auto, plain"}},
		{"init format", []string{"init", "--format", "x"}, []string{`"x"`, "table or json"}},
		{"init platform", []string{"init", "--platform", "vax"}, []string{`"vax"`}},
	})
}

// No draft is bad input as well, and the registry is not asked for one.
func TestPublishWithoutDraftIsRefused(t *testing.T) {
	fake := newFakeCLI(t)
	name := untouchedRegistry(t) + "/app:1"
	err := fake.run(t, "publish", name)
	assert.ErrorContains(t, err, name)
	assert.Equal(t, ExitCode(err), failure.ExitInput)
	assert.Check(t, strings.Contains(explained(err), "next: docker multiplat build --test-local -t "+name+" ."))
}

// A flag that does not exist is the Docker CLI's own refusal.
func TestUnknownFlagIsTheDockerCLIs(t *testing.T) {
	err := newFakeCLI(t).run(t, "build", "--nonsense")
	assert.ErrorContains(t, err, "--nonsense")
	assert.Check(t, !strings.Contains(err.Error(), "did you mean"))
	assert.Equal(t, ExitCode(err), 125)
}

// A flag that was mistyped names the one that was meant.
func TestMistypedFlags(t *testing.T) {
	for _, tc := range []struct{ command, typed, meant string }{
		{"build", "--platfomr=linux/amd64", "--platform"},
		{"build", "--pltform", "--platform"},
		{"build", "--tags", "--tag"},
		{"build", "--Pull=x", "--pull"},
		{"build", "--test-confg", "--test-config"},
		{"build", "--metadata", "--metadata-file"},
		{"init", "--platforms", "--platform"},
		{"merge", "--form", "--from"},
		{"ls", "--fromat", "--format"},
		{"publish", "--dry-rnu", "--dry-run"},
		{"publish", "--allow-shrnik", "--allow-shrink"},
	} {
		err := newFakeCLI(t).run(t, tc.command, tc.typed)
		assert.ErrorContains(t, err, "; did you mean: "+tc.meant+"\n")
		assert.Equal(t, ExitCode(err), 125)
	}
	for _, typed := range []string{"--zzz", "--x", "--outpu"} { // no flag of ours is near
		err := newFakeCLI(t).run(t, "build", typed)
		assert.Check(t, !strings.Contains(err.Error(), "did you mean"), "%v", err)
	}
}
