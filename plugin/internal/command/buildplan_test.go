package command

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// plannedBuild is the text of the plan of a build, made without asking anybody.
func plannedBuild(t *testing.T, f *plugintest.CLI, args ...string) string {
	t.Helper()
	folder := plugintest.BuildContext(t)
	options := parseBuild(t, f, append(args, folder)...)
	plan, err := options.plan(f)
	assert.NilError(t, err)
	return strings.NewReplacer(folder, "CONTEXT", f.Folder, "CONFIG").
		Replace(view.PlanText(plan, build.Surveyed{Store: StoreFolder(f)}))
}

func TestBuildPlanText(t *testing.T) {
	for _, tc := range []struct {
		name, golden string
		args         []string
	}{
		{"build alone", "plan-build.golden", []string{"-t", "app:1"}},
		{"load", "plan-load.golden", []string{"--load", "-t", "app", "--platform", "arm/v7,windows(10.0.20348.1)/amd64"}},
		{
			"test two names", "plan-test.golden",
			[]string{"--test", "app --version", "--test", "-h", "-t", "reg.example/team/app:1", "-t", "app:2"},
		},
		{"smoke test", "plan-smoke.golden", []string{"--test-local", "-t", "app:1", "--platform", "riscv64"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fake := plugintest.NewCLI(t)
			fake.AddBuilder(t, "multiplat")
			golden.Assert(t, plannedBuild(t, fake, tc.args...), tc.golden)
		})
	}
}

// What is looked at for --dry-run stands in the plan: where each platform is built, from what, with which caches.
func TestBuildPlanOfWhatWasSeen(t *testing.T) {
	fake := plugintest.NewCLI(t)
	fake.AddBuilder(t, "multiplat")
	options := parseBuild(
		t,
		fake,
		"--push",
		"-t",
		"me/app:1",
		"--target",
		"last",
		"--build-arg",
		"A=1",
		"--cache-to",
		"type=registry,ref=me/cache:c",
		"--cache-from",
		"me/cache:c",
		"--cache-from",
		"type=gha",
		plugintest.BuildContext(t),
	)
	plan, err := options.plan(fake)
	assert.NilError(t, err)
	seen := build.Surveyed{Store: StoreFolder(fake), Builder: builder.Survey{
		Name:        "multiplat",
		Driver:      "docker-container",
		Endpoint:    "default",
		Stopped:     []string{"multiplat0"},
		OtherEngine: "ssh://elsewhere",
		Placements:  []builder.Placement{{Node: "multiplat0", Native: true}, {Node: "multiplat1"}},
	}}
	seen.Inputs, err = plan.Request.Inputs(t.Context())
	assert.NilError(t, err)
	golden.Assert(
		t,
		strings.NewReplacer(plan.Request.Context, "CONTEXT", fake.Folder, "CONFIG").Replace(view.PlanText(plan, seen)),
		"plan-seen.golden",
	)
}

// What a node was given and init has not proven is built all the same: a build that left it out would have the next
// image lose it.
func TestBuildPlanTakesWhatNodesWereGiven(t *testing.T) {
	fake := plugintest.NewCLI(t)
	fake.AddBuilder(t, "farm")
	fake.AddNode(t, "farm", "pi", "linux/arm64")
	assert.NilError(t, machine.WriteRecord(fake.Host(), machine.Record{Platforms: []string{"linux/amd64"}}))
	plan := plannedBuild(t, fake, "--builder", "farm", "-t", "app:1")
	assert.Check(t, strings.Contains(plan, "\nplatforms  linux/amd64,linux/arm64 (docker multiplat init)\n"), plan)
	plan = plannedBuild(t, fake, "--builder", "farm", "--platform", "linux/amd64", "-t", "app:1")
	assert.Check(t, strings.Contains(plan, "\nplatforms  linux/amd64 (--platform)\n"), plan)
}

func TestBuildPlanPlatforms(t *testing.T) {
	for _, tc := range []struct {
		name   string
		flag   []string
		proven []string
		env    string
		want   string
	}{
		{"flag", []string{"--platform", "s390x"}, []string{"linux/arm64"}, "linux/386", "linux/s390x (--platform)"},
		{"proven", nil, []string{"linux/arm64", "linux/386"}, "linux/arm", "linux/arm64,linux/386 (docker multiplat init)"},
		{"environment", nil, nil, "linux/386", "linux/386 (DOCKER_DEFAULT_PLATFORM)"},
		{"default", nil, nil, "", "linux/amd64,linux/arm64 (the default)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fake := plugintest.NewCLI(t)
			fake.AddBuilder(t, "multiplat")
			t.Setenv("DOCKER_DEFAULT_PLATFORM", tc.env)
			assert.NilError(t, machine.WriteRecord(fake.Host(), machine.Record{Platforms: tc.proven}))
			plan := plannedBuild(t, fake, append(tc.flag, "-t", "app:1")...)
			assert.Check(t, strings.Contains(plan, "\nplatforms  "+tc.want+"\n"), plan)
		})
	}
}

// One draft per name, however often and in whatever spelling it is given.
func TestParseNames(t *testing.T) {
	names, err := ref.ParseNames([]string{"app", "docker.io/library/app:latest", "app:1", "app:1"})
	assert.NilError(t, err)
	assert.Equal(t, len(names), 2)
	assert.Equal(t, names[0].String(), "docker.io/library/app:latest")
	assert.Equal(t, names[1].String(), "docker.io/library/app:1")
}

// What a build writes is no source of it, also where the format of a report stands before its path.
func TestBuildPlanKnowsWhatIsWritten(t *testing.T) {
	fake := plugintest.NewCLI(t)
	fake.AddBuilder(t, "multiplat")
	options := parseBuild(t, fake, "-t", "app:1", "--report", "md=summary", "--report", "r.xml", "--iidfile", "iid",
		plugintest.BuildContext(t))
	plan, err := options.plan(fake)
	assert.NilError(t, err)
	assert.DeepEqual(t, plan.Request.Written, []string{"", "iid", "summary", "r.xml"})
}
