package request

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	spb "github.com/moby/buildkit/sourcepolicy/pb"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// committed is a folder that is of one commit, made at second 1700000000.
func committed(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte("FROM scratch\n"), 0o600))
	for _, args := range [][]string{
		{"init", "-q"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "one"},
	} {
		command := exec.CommandContext(t.Context(), "git", args...)
		command.Dir = folder
		command.Env = append(os.Environ(), "GIT_COMMITTER_DATE=1700000000 +0100", "GIT_AUTHOR_DATE=1600000000 +0000")
		out, err := command.CombinedOutput()
		assert.NilError(t, err, string(out))
	}
	return folder
}

// The time is that of the commit, or the one given.
func TestReproducibleTakesTime(t *testing.T) {
	t.Setenv(EpochArgument, "")
	folder := committed(t)
	for _, tc := range []struct {
		name, value string
		request     Request
		environment string
		want        string
	}{
		{name: "commit", value: EpochOfCommit, request: Request{Context: folder}, want: "1700000000"},
		{
			name: "argument", value: EpochOfCommit,
			request: Request{Context: folder, BuildArgs: []string{EpochArgument + "=5"}}, want: "5",
		},
		{name: "environment", value: EpochOfCommit, request: Request{Context: folder}, environment: "6", want: "6"},
		{name: "seconds", value: "7", request: Request{Context: t.TempDir()}, want: "7"},
		{name: "time", value: "1970-01-02T00:00:00Z", request: Request{Context: "-"}, want: "86400"},
		{name: "git", value: EpochOfCommit, request: Request{Context: "https://git.example/x/y.git#v1"}, want: "context"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv(EpochArgument, tc.environment)
			r, err := tc.request.Reproducible(t.Context(), tc.value)
			assert.NilError(t, err)
			o, err := r.options()
			assert.NilError(t, err)
			assert.Equal(t, o.BuildArgs[EpochArgument], tc.want)
			r.Platforms = []ocispec.Platform{{OS: "linux", Architecture: "amd64"}}
			targets, err := r.Targets(nil)
			assert.NilError(t, err)
			assert.Equal(t, targets["linux/amd64"].Exports[0].Attrs["rewrite-timestamp"], "true")
		})
	}
}

// What has no time is refused in words, and where two are given.
func TestReproducibleRefuses(t *testing.T) {
	t.Setenv(EpochArgument, "")
	folder := t.TempDir()
	for _, tc := range []struct {
		value   string
		request Request
		want    string
	}{
		{EpochOfCommit, Request{Context: folder}, `the build context "` + folder +
			`" is of no commit; give a time with --reproducible=SECONDS`},
		{EpochOfCommit, Request{Context: "-"}, "standard input is of no commit; give a time with --reproducible=SECONDS"},
		{
			EpochOfCommit,
			Request{Context: "https://u:p@files.example/x.tar.gz"},
			"https://xxxxx:xxxxx@files.example/x.tar.gz is of no commit; give a time with --reproducible=SECONDS",
		},
		{"soon", Request{Context: folder}, "--reproducible=soon is no time; use commit, a number of seconds since 1970, or a " +
			"time such as 2026-01-31T12:00:00Z"},
		{"-1", Request{Context: folder}, "--reproducible=-1 is no time; use commit, a number of seconds since 1970, or a " +
			"time such as 2026-01-31T12:00:00Z"},
		{
			"7",
			Request{Context: folder, BuildArgs: []string{EpochArgument + "=8"}},
			"--reproducible=7 and SOURCE_DATE_EPOCH=8 do not go together; leave one out",
		},
		{
			EpochOfCommit,
			Request{Context: folder, BuildArgs: []string{EpochArgument + "=x"}},
			"SOURCE_DATE_EPOCH=x is no number of seconds since 1970",
		},
	} {
		_, err := tc.request.Reproducible(t.Context(), tc.value)
		assert.Error(t, err, tc.want)
		assert.ErrorIs(t, err, errdefs.ErrInput)
	}
}

// Without being asked for, files keep their times; and a description tells the two apart.
func TestDescriptionTellsTimestamps(t *testing.T) {
	t.Setenv(EpochArgument, "")
	plain := Request{Context: committed(t), Platforms: []ocispec.Platform{{OS: "linux", Architecture: "amd64"}}}
	targets, err := plain.Targets(nil)
	assert.NilError(t, err)
	assert.Equal(t, targets["linux/amd64"].Exports[0].Attrs["rewrite-timestamp"], "")
	values, err := plain.Inputs(t.Context())
	assert.NilError(t, err)
	_, set := EpochIn(values)
	assert.Check(t, !set)

	r, err := plain.Reproducible(t.Context(), EpochOfCommit)
	assert.NilError(t, err)
	values, err = r.Inputs(t.Context())
	assert.NilError(t, err)
	is, set := EpochIn(values)
	assert.Check(t, set)
	assert.Equal(t, is, "1700000000")
	assert.Check(t, MayBe(values, EpochArgument, "1700000000"))
	assert.Check(t, !MayBe(values, EpochArgument, "1700000001"))
	assert.Check(t, !MayBe(values, "OTHER", ""))
}

// Images and files are held to the digest they had; the policy of the environment stays.
func TestPins(t *testing.T) {
	is := digest.FromString("base")
	r := Request{Pins: map[string]digest.Digest{
		"pkg:docker/busybox@1.36?platform=linux%2Famd64":                      is,
		"pkg:docker/registry.example:5000/team/app@2?platform=linux%2Famd64":  is,
		"pkg:docker/alpine?digest=" + is.String() + "&platform=linux%2Famd64": is,
		"https://files.example/x.tar.gz":                                      is,
		"https://git.example/x/y.git":                                         "sha1:6adfb183a4a2c94a2f92dab5ade762a47889a5a1",
	}}
	before := &spb.Policy{Rules: []*spb.Rule{{Action: spb.PolicyAction_DENY, Selector: &spb.Selector{Identifier: "x"}}}}
	policy := r.pinned(before)
	got := map[string]string{}
	for _, rule := range policy.GetRules()[1:] {
		assert.Equal(t, rule.GetAction(), spb.PolicyAction_CONVERT)
		got[rule.GetSelector().GetIdentifier()] = rule.GetUpdates().
			GetIdentifier() +
			rule.GetUpdates().GetAttrs()["http.checksum"]
	}
	assert.DeepEqual(t, got, map[string]string{
		"docker-image://docker.io/library/busybox:1.36":   "docker-image://docker.io/library/busybox:1.36@" + is.String(),
		"docker-image://registry.example:5000/team/app:2": "docker-image://registry.example:5000/team/app:2@" + is.String(),
		"https://files.example/x.tar.gz":                  is.String(),
	})
	assert.Equal(t, len(before.GetRules()), 1)
	assert.Check(t, Request{}.pinned(nil) == nil)
}
