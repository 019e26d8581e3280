package plugin

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// plannedBuild is the text of the plan of a build, made without asking anybody.
func plannedBuild(t *testing.T, f *testCLI, args ...string) string {
	t.Helper()
	folder := buildContext(t)
	options := parseBuild(t, f, append(args, folder)...)
	plan, err := options.plan(f)
	assert.NilError(t, err)
	return strings.NewReplacer(folder, "CONTEXT", f.folder, "CONFIG").Replace(planText(plan, surveyed{store: storeFolder(f)}))
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
			fake := newTestCLI(t)
			fake.addBuilder(t, "multiplat")
			golden.Assert(t, plannedBuild(t, fake, tc.args...), tc.golden)
		})
	}
}

// What is looked at for --dry-run stands in the plan: where each platform is built, from what, with which caches.
func TestBuildPlanOfWhatWasSeen(t *testing.T) {
	fake := newTestCLI(t)
	fake.addBuilder(t, "multiplat")
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
		buildContext(t),
	)
	plan, err := options.plan(fake)
	assert.NilError(t, err)
	seen := surveyed{store: storeFolder(fake), builder: builder.Survey{
		Name: "multiplat", Driver: "docker-container", Endpoint: "default", OtherEngine: "ssh://elsewhere",
		Placements: []builder.Placement{{Node: "multiplat0", Native: true}, {Node: "multiplat1"}},
	}}
	seen.inputs, err = plan.request.Source(t.Context())
	assert.NilError(t, err)
	golden.Assert(t, strings.NewReplacer(plan.request.Context, "CONTEXT", fake.folder, "CONFIG").Replace(planText(plan, seen)),
		"plan-seen.golden")
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
			fake := newTestCLI(t)
			fake.addBuilder(t, "multiplat")
			t.Setenv("DOCKER_DEFAULT_PLATFORM", tc.env)
			assert.NilError(t, writeMachine(fake.host(), machineRecord{Platforms: tc.proven}))
			plan := plannedBuild(t, fake, append(tc.flag, "-t", "app:1")...)
			assert.Check(t, strings.Contains(plan, "\nplatforms  "+tc.want+"\n"), plan)
		})
	}
}

// One draft per name, however often and in whatever spelling it is given.
func TestParseNames(t *testing.T) {
	names, err := parseNames([]string{"app", "docker.io/library/app:latest", "app:1", "app:1"})
	assert.NilError(t, err)
	assert.Equal(t, len(names), 2)
	assert.Equal(t, names[0].String(), "docker.io/library/app:latest")
	assert.Equal(t, names[1].String(), "docker.io/library/app:1")
}
