package reproduce

import (
	"slices"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
)

// planCase is what is known of an image, what the command line says, and what the second build is then.
type planCase struct {
	name    string
	of      original
	build   request.Request
	flag    string
	want    request.Request
	from    map[string]string
	refused string
}

const base = "pkg:docker/busybox@latest"

func planCases() []planCase {
	is := digest.FromString("base")
	pins := map[string]digest.Digest{base: is}
	return []planCase{
		{
			name:  "a folder, and bases of provenance",
			of:    original{provenance: &inputs.Provenance{Dockerfile: "Dockerfile", Sources: pins}},
			build: request.Request{Context: "."}, want: request.Request{Context: ".", Pins: pins},
			from: map[string]string{"context": fromLine, "base " + base: fromProvenance},
		},
		{
			name: "no folder", of: original{provenance: &inputs.Provenance{Dockerfile: "Dockerfile"}},
			refused: "app:1 was built from a folder; name it: docker multiplat reproduce app:1 PATH",
		},
		{
			name: "a repository at its commit, and a folder in it",
			of: original{provenance: &inputs.Provenance{
				Context: "https://git.example/x/y.git#refs/heads/main:sub", Commit: "abc", Dockerfile: "build/Dockerfile",
			}},
			want: request.Request{Context: "https://git.example/x/y.git#abc:sub", File: "build/Dockerfile"},
			from: map[string]string{"context": fromProvenance, "Dockerfile": fromProvenance},
		},
		{
			name:  "a repository for what was built in a work tree of it",
			of:    original{note: &draft.Note{Source: map[string]string{request.InputRevision: "abc"}}},
			build: request.Request{Context: "https://git.example/x/y.git"},
			want:  request.Request{Context: "https://git.example/x/y.git#abc"}, from: map[string]string{"context": fromLine},
		},
		{
			name: "arguments, labels and target of provenance, under those of the command line",
			of: original{provenance: &inputs.Provenance{
				Target: "app", Arguments: map[string]string{"A": "1", "B": "2"}, Labels: map[string]string{"l": "x"},
			}},
			build: request.Request{Context: ".", BuildArgs: []string{"B=3"}},
			want: request.Request{
				Context: ".", Target: "app", BuildArgs: []string{"B=3", "A=1"}, Labels: []string{"l=x"},
			},
			from: map[string]string{
				"context": fromLine, "argument A": fromProvenance, "argument B": fromLine, "target": fromProvenance,
				"label l": fromProvenance,
			},
		},
		{
			name: "annotations of the image", build: request.Request{Context: "."},
			of:   original{manifest: ocispec.Manifest{Annotations: map[string]string{"k": "v"}}},
			want: request.Request{Context: ".", Annotations: []string{"manifest:k=v"}},
			from: map[string]string{"context": fromLine, "annotation k": fromImage},
		},
		{
			name: "the time and the target of the draft", build: request.Request{Context: "."},
			of: original{note: &draft.Note{Source: map[string]string{
				request.InputTimestamps: "rewritten to 7", request.InputTarget: "app",
				request.InputArgument + request.EpochArgument: "7902",
			}}},
			want: request.Request{
				Context: ".", Target: "app", BuildArgs: []string{"SOURCE_DATE_EPOCH=7"}, RewriteTimestamps: true,
			},
			from: map[string]string{"context": fromLine, "target": fromNotes, "SOURCE_DATE_EPOCH": fromNotes},
		},
	}
}

// timeCases are of the time that a second build has, and of what it leaves out.
func timeCases() []planCase {
	made := time.Unix(1700000000, 0).UTC()
	withFraction := made.Add(time.Millisecond)
	return []planCase{
		{
			name: "published: made on a whole second", build: request.Request{Context: "."},
			of: original{config: ocispec.Image{Created: &made}},
			want: request.Request{
				Context: ".", BuildArgs: []string{"SOURCE_DATE_EPOCH=1700000000"}, RewriteTimestamps: true,
			},
			from: map[string]string{"context": fromLine, "SOURCE_DATE_EPOCH": fromImage},
		},
		{
			name: "published: made at some time", build: request.Request{Context: "."},
			of:   original{config: ocispec.Image{Created: &withFraction}},
			want: request.Request{Context: "."}, from: map[string]string{"context": fromLine},
		},
		{
			name: "the time of the command line", build: request.Request{Context: "."}, flag: "9",
			of: original{config: ocispec.Image{Created: &made}},
			want: request.Request{
				Context: ".", BuildArgs: []string{"SOURCE_DATE_EPOCH=9"}, RewriteTimestamps: true,
			},
			from: map[string]string{"context": fromLine, "SOURCE_DATE_EPOCH": fromLine},
		},
		{
			name: "an argument whose value nobody knows", build: request.Request{Context: "."},
			of:      original{note: &draft.Note{Source: map[string]string{request.InputArgument + "V": "abcd"}}},
			refused: "app:1 was built with the argument V, whose value is not recorded; give it with --build-arg V=VALUE",
		},
		{
			name: "what only speeds up or describes a build is left out",
			build: request.Request{
				Context: ".", CacheFrom: []string{"x"}, CacheTo: []string{"y"}, SBOM: "true", Provenance: "mode=max",
				NoCacheFilter: []string{"z"}, Attest: []string{"type=sbom"},
			},
			want: request.Request{Context: "."}, from: map[string]string{"context": fromLine},
		},
	}
}

// What a second build is made from is what is known of the first, and the command line for the rest; who says what is
// told.
func TestPlan(t *testing.T) {
	t.Setenv(request.EpochArgument, "")
	asked, err := platform.Parse([]string{"linux/amd64"})
	assert.NilError(t, err)
	for _, tc := range append(planCases(), timeCases()...) {
		t.Run(tc.name, func(t *testing.T) {
			tc.of.asked = asked[0]
			got, taken, err := Request{Build: tc.build, Reproducible: tc.flag}.planOf(t.Context(), "app:1", []original{tc.of})
			if tc.refused != "" {
				assert.Error(t, err, tc.refused)
				assert.ErrorIs(t, err, failure.ErrUsage)
				return
			}
			assert.NilError(t, err)
			tc.want.Platforms, tc.want.NoCache, tc.want.Provenance = asked, true, "false"
			if tc.want.Pins == nil {
				tc.want.Pins = map[string]digest.Digest{}
			}
			assert.DeepEqual(t, got, tc.want)
			from := map[string]string{}
			for _, one := range taken {
				if one.What == "arguments" { // of what is published nobody knows that there were none
					assert.Check(t, tc.of.note == nil)
					continue
				}
				from[one.What] = one.From
			}
			assert.DeepEqual(t, from, tc.from)
		})
	}
}

// The time that a draft or an image says weighs more than one that this shell happens to have; one that was given to the
// command weighs more than that.
func TestPlanKeepsTheTimeOfTheImage(t *testing.T) {
	t.Setenv(request.EpochArgument, "5")
	made := time.Unix(1700000000, 0).UTC()
	asked, err := platform.Parse([]string{"linux/amd64"})
	assert.NilError(t, err)
	for _, tc := range []struct {
		of    original
		given []string
		want  string
	}{
		{original{note: &draft.Note{Source: map[string]string{request.InputTimestamps: "rewritten to 7"}}}, nil, "7"},
		{original{config: ocispec.Image{Created: &made}}, nil, "1700000000"},
		{original{config: ocispec.Image{Created: &made}}, []string{"SOURCE_DATE_EPOCH=6"}, "6"},
		{original{config: ocispec.Image{Created: &made}}, []string{"SOURCE_DATE_EPOCH"}, "5"},
	} {
		tc.of.asked = asked[0]
		build := request.Request{Context: ".", BuildArgs: tc.given}
		got, _, err := Request{Build: build}.planOf(t.Context(), "app:1", []original{tc.of})
		assert.NilError(t, err)
		is, _ := got.GivenEpoch()
		assert.Equal(t, is, tc.want)
	}
}

// What the first build was lent and the second is not is said by name, and how to give it; what is given is not missed.
func TestPlanMissesSecrets(t *testing.T) {
	t.Setenv("TOKEN", "s3cret")
	first := original{
		note:       &draft.Note{Lent: []string{"secret a", "ssh default"}},
		provenance: &inputs.Provenance{Lent: []string{"secret b", "secret a"}},
	}
	build := request.Request{Context: ".", Secrets: []string{"id=a,env=TOKEN"}}
	_, taken, err := Request{Build: build}.planOf(t.Context(), "app:1", []original{first})
	assert.NilError(t, err)
	result := Result{Name: "app:1", Inputs: taken}
	assert.Equal(
		t,
		result.missing(),
		"app:1 was built with ssh default, secret b, which is not given now, so that it may "+
			"differ or fail; give it with --ssh default --secret id=b,src=FILE",
	)
	assert.Assert(t, slices.Contains(taken, Taken{What: "secret a", From: fromLine}))
	build.Secrets = append(build.Secrets, "id=b,env=TOKEN")
	first.note.Lent = nil
	_, taken, err = Request{Build: build}.planOf(t.Context(), "app:1", []original{first})
	assert.NilError(t, err)
	assert.Equal(t, Result{Inputs: taken}.missing(), "")
}

// Platforms of different inputs are not made again by one build.
func TestPlanRefusesMixed(t *testing.T) {
	asked, err := platform.Parse([]string{"linux/amd64", "linux/arm64"})
	assert.NilError(t, err)
	note := func(target string) *draft.Note {
		return &draft.Note{Source: map[string]string{request.InputTarget: target}}
	}
	on := func(text string) *inputs.Provenance {
		return &inputs.Provenance{Sources: map[string]digest.Digest{base: digest.FromString(text)}}
	}
	for _, tc := range []struct {
		all  []original
		want string
	}{
		{
			[]original{{asked: asked[0], note: note("a")}, {asked: asked[1], note: note("b")}},
			"linux/amd64 and linux/arm64 of app:1 were built from different inputs (target (a, b)); choose those of one build " +
				"with --platform",
		},
		{
			[]original{{asked: asked[0], provenance: on("a")}, {asked: asked[1], provenance: on("b")}},
			"linux/amd64 and linux/arm64 of app:1 were built on different " + base + "; choose those of one build with " +
				"--platform",
		},
	} {
		_, _, err := Request{Build: request.Request{Context: "."}}.planOf(t.Context(), "app:1", tc.all)
		assert.Error(t, err, tc.want)
	}
}
