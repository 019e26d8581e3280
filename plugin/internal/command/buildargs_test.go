package command

import (
	"context"
	"testing"
	"time"

	"github.com/docker/cli/cli/command"
	"github.com/moby/moby/api/types/container"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// parseBuild returns the options of `docker multiplat build ARGS PATH`.
func parseBuild(t *testing.T, fake *plugintest.CLI, args ...string) buildOptions {
	t.Helper()
	var got buildOptions
	parse(t, newBuildCommand(fake, func(_ context.Context, _ command.Cli, options buildOptions) error {
		got = options
		return nil
	}), args...)
	return got
}

// defaultTests are the options of the test group without any flag.
func defaultTests() option.Test {
	return option.Test{
		Timeout: 30 * time.Second, Factor: 8,
		TestRun: option.TestRun{Network: "none", Sandbox: "plain", Memory: 2 << 30, Pids: 4096},
	}
}

// defaultBuild are the options of a build without any flag.
func defaultBuild() buildOptions {
	return buildOptions{
		Registry:  option.Registry{RetryTimeout: option.DefaultRetryTimeout},
		Progress:  view.Progress{Mode: "auto"},
		Test:      defaultTests(),
		call:      "build",
		emulation: trial.EmulationAllow,
		format:    view.FormatTable,
		request: request.Request{
			Context: ".", Network: "default",
		},
	}
}

func TestNewBuildCommandOwnOptions(t *testing.T) {
	for _, tc := range []struct {
		name string
		env  string
		args []string
		want func(*buildOptions)
	}{
		{name: "defaults", want: func(*buildOptions) {}},
		{name: "builder of the environment", env: "theirs", want: func(o *buildOptions) { o.Name = "theirs" }},
		{
			name: "the flag wins over the environment", env: "theirs", args: []string{"--builder=mine"},
			want: func(o *buildOptions) { o.Name = "mine" },
		},
		{
			name: "tags are repeated and never split", args: []string{"-t", "a:1", "--tag", "b,c:2"},
			want: func(o *buildOptions) { o.tags = []string{"a:1", "b,c:2"} },
		},
		{
			name: "platforms in a list and repeated", args: []string{"--platform", "amd64,arm64", "--platform", "s390x"},
			want: func(o *buildOptions) { o.Values = []string{"amd64", "arm64", "s390x"} },
		},
		{
			name: "switches", args: []string{"--load", "--dry-run", "--jobs", "3", "--progress=plain", "--quiet"},
			want: func(o *buildOptions) {
				o.load, o.dryRun, o.request.Jobs, o.Mode, o.Quiet = true, true, 3, "plain", true
			},
		},
		{
			name: "tests keep their commas and quotes",
			args: []string{"--test-local", "--test", `sh -c 'a, b'`, "--test", "-v"},
			want: func(o *buildOptions) { o.Local, o.Commands = true, []string{`sh -c 'a, b'`, "-v"} },
		},
		{
			name: "limits of tests", args: []string{"--test-timeout", "90s", "--test-emulated-factor", "2.5", "--no-test-cache"},
			want: func(o *buildOptions) { o.Timeout, o.Factor, o.NoCache = 90*time.Second, 2.5, true },
		},
		{
			name: "push and what it needs", args: []string{"--push", "--insecure-registry", "a:1,b:2", "--emulation", "never"},
			want: func(o *buildOptions) { o.push, o.Insecure, o.emulation = true, []string{"a:1", "b:2"}, "never" },
		},
		{
			name: "files for the result", args: []string{"--metadata-file", "m.json", "--iidfile", "id"},
			want: func(o *buildOptions) { o.MetadataFile, o.IidFile = "m.json", "id" },
		},
		{
			name: "questions to the Dockerfile", args: []string{"--call", "outline", "--check"},
			want: func(o *buildOptions) { o.call, o.check = "outline", true },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fake := plugintest.NewCLI(t)
			t.Setenv("BUILDX_BUILDER", tc.env)
			want := defaultBuild()
			tc.want(&want)
			assertBuild(t, parseBuild(t, fake, append(tc.args, ".")...), want)
		})
	}
}

func TestNewBuildCommandRequest(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want func(*request.Request)
	}{
		{[]string{"-f", "D"}, func(r *request.Request) { r.File = "D" }},
		{[]string{"--file", "-"}, func(r *request.Request) { r.File = "-" }},
		{[]string{"--target", "t"}, func(r *request.Request) { r.Target = "t" }},
		{[]string{"--build-arg=A=1,2", "--build-arg=B"}, func(r *request.Request) { r.BuildArgs = []string{"A=1,2", "B"} }},
		{[]string{"--cache-to", "type=local,dest=x"}, func(r *request.Request) { r.CacheTo = []string{"type=local,dest=x"} }},
		{[]string{"--label", "a=b,c"}, func(r *request.Request) { r.Labels = []string{"a=b,c"} }},
		{[]string{"--annotation", "a=b,c"}, func(r *request.Request) { r.Annotations = []string{"a=b,c"} }},
		{[]string{"--build-context", "a=b"}, func(r *request.Request) { r.BuildContexts = []string{"a=b"} }},
		{[]string{"--secret", "id=a,src=b"}, func(r *request.Request) { r.Secrets = []string{"id=a,src=b"} }},
		{[]string{"--ssh", "default"}, func(r *request.Request) { r.SSH = []string{"default"} }},
		{[]string{"--cache-from", "type=gha,url=a"}, func(r *request.Request) { r.CacheFrom = []string{"type=gha,url=a"} }},
		{[]string{"--no-cache"}, func(r *request.Request) { r.NoCache = true }},
		{[]string{"--no-cache-filter", "a"}, func(r *request.Request) { r.NoCacheFilter = []string{"a"} }},
		{[]string{"--pull"}, func(r *request.Request) { r.Pull = true }},
		{[]string{"--network", "none"}, func(r *request.Request) { r.Network = "none" }},
		{[]string{"--add-host", "a:1,b:2"}, func(r *request.Request) { r.AddHosts = []string{"a:1", "b:2"} }},
		{[]string{"--allow", "network.host"}, func(r *request.Request) { r.Allow = []string{"network.host"} }},
		{[]string{"--cgroup-parent", "c"}, func(r *request.Request) { r.CgroupParent = "c" }},
		{[]string{"--provenance"}, func(r *request.Request) { r.Provenance = "true" }},
		{[]string{"--provenance=mode=max"}, func(r *request.Request) { r.Provenance = "mode=max" }},
		{[]string{"--sbom"}, func(r *request.Request) { r.SBOM = "true" }},
		{[]string{"--sbom=false"}, func(r *request.Request) { r.SBOM = "false" }},
		{[]string{"--attest", "type=sbom,name=x"}, func(r *request.Request) { r.Attest = []string{"type=sbom,name=x"} }},
		{[]string{"--resource", "memory=2g"}, func(r *request.Request) { r.Resources = []string{"memory=2g"} }},
		{[]string{"--policy", "disabled=true"}, func(r *request.Request) { r.Policies = []string{"disabled=true"} }},
		{[]string{"--rm", "--force-rm=false", "--compress"}, func(*request.Request) {}},
		{[]string{"--shm-size", "2m"}, func(r *request.Request) { r.ShmSize = 2 << 20 }},
		{[]string{"--ulimit", "nofile=1:2"}, func(r *request.Request) { r.Ulimits = []*container.Ulimit{{Name: "nofile", Soft: 1, Hard: 2}} }},
	} {
		t.Run(tc.args[0]+" "+tc.args[len(tc.args)-1], func(t *testing.T) {
			fake := plugintest.NewCLI(t)
			want := defaultBuild()
			tc.want(&want.request)
			assertBuild(t, parseBuild(t, fake, append(tc.args, ".")...), want)
		})
	}
}

// The older flags for what --resource says do what they did.
func TestLegacyResources(t *testing.T) {
	options := parseBuild(t, plugintest.NewCLI(t), "-m", "1g", "--cpuset-cpus", "0", "--resource", "cpu-quota=5", ".")
	assert.DeepEqual(t, options.request.Resources, []string{"memory=1g", "cpuset-cpus=0", "cpu-quota=5"})
}

func TestBuildFlagGroupsNameFlags(t *testing.T) {
	flags := newBuildCommand(plugintest.NewCLI(t), nil).Flags()
	for _, group := range buildFlagGroups() {
		for _, flag := range group.flags {
			assert.Check(t, flags.Lookup(flag) != nil, "the help names --%s, which does not exist", flag)
		}
	}
}

// assertBuild compares the options of two builds, but for standard input, which cannot be compared.
func assertBuild(t *testing.T, got, want buildOptions) {
	t.Helper()
	assert.Check(t, got.request.Stdin != nil, "a build from standard input has none")
	got.request.Stdin, got.line = nil, advice.Line{}
	plugintest.AssertSame(t, withoutEmpty(got), want)
}

// withoutEmpty makes empty lists nil: pflag leaves either behind.
func withoutEmpty(o buildOptions) buildOptions {
	for _, list := range []*[]string{
		&o.Execs, &o.Scripts, &o.Files, &o.Env, &o.Reports, &o.Values, &o.Commands, &o.tags, &o.Insecure, &o.request.BuildArgs, &o.request.Labels,
		&o.request.Resources, &o.request.Policies,
		&o.request.Annotations, &o.request.BuildContexts, &o.request.Secrets, &o.request.SSH, &o.request.CacheFrom,
		&o.request.CacheTo, &o.request.NoCacheFilter, &o.request.AddHosts, &o.request.Allow, &o.request.Attest,
	} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	return o
}
