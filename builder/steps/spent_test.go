package steps_test

import (
	"testing"
	"time"

	"github.com/containerd/platforms"
	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
	"github.com/docker-multiplat/docker-multiplat/builder/lint"
	"github.com/docker-multiplat/docker-multiplat/builder/steps"
)

// silent is a display that shows nothing.
type silent struct{ progress.Writer }

func (silent) Write(*client.SolveStatus) {}

// ran is a step that ran for so many seconds.
type ran struct {
	name           string
	seconds        float64
	cached, failed bool
}

// spentOn is what a build for amd64, arm64 and s390x on amd64 says of a Dockerfile and steps.
func spentOn(t *testing.T, file string, list []ran, asked ...string) []steps.Spent {
	t.Helper()
	w, in := watched(t, file, list, asked...)
	got, err := w.Emulated(t.Context(), in)
	assert.NilError(t, err)
	return got
}

// watched is such a build.
func watched(t *testing.T, file string, list []ran, asked ...string) (*steps.Watch, lint.Input) {
	t.Helper()
	parsed, err := dockerfile.Parse("Dockerfile", []byte(file))
	assert.NilError(t, err)
	in := lint.Input{Emulated: func(p ocispec.Platform) bool { return p.Architecture != "amd64" }}
	if asked == nil {
		asked = []string{"linux/amd64", "linux/arm64", "linux/s390x"}
	}
	for _, name := range asked {
		view, err := parsed.For(platforms.MustParse(name), dockerfile.Setting{Build: platforms.MustParse("linux/amd64")})
		assert.NilError(t, err)
		in.Views = append(in.Views, view)
	}
	w := &steps.Watch{Writer: silent{}}
	began := time.Unix(1700000000, 0)
	for _, step := range list {
		v := client.Vertex{Name: step.name, Digest: digest.FromString(step.name), Started: &began}
		w.Write(&client.SolveStatus{Vertexes: []*client.Vertex{&v}}) // told when it begins, and when it ends
		done, end := v, began.Add(time.Duration(step.seconds*float64(time.Second)))
		done.Completed, done.Cached = &end, step.cached
		if step.failed {
			done.Error = "exit code: 1"
		}
		w.Write(&client.SolveStatus{Vertexes: []*client.Vertex{&done, &done}})
	}
	return w, in
}

const (
	twoStages = "FROM golang AS build\nCOPY . .\nRUN apk add git\nARG TARGETARCH\n" +
		"RUN --mount=type=cache,target=/c GOARCH=$TARGETARCH go build --tags=x .\nFROM alpine\nRUN adduser app\nCOPY --from=build /app /\n"
	crossed  = "FROM --platform=$BUILDPLATFORM golang AS build\nARG TARGETARCH\nRUN GOARCH=$TARGETARCH go build .\nFROM scratch\nCOPY --from=build /app /\n"
	oneStage = "FROM golang\nCOPY . .\nRUN apt-get update\nRUN go build .\n"
	page     = "https://github.com/docker-multiplat/docker-multiplat/blob/main/docs/checks/EmulatedCompiler.md"
)

// spending is a build and what it says of its emulated steps.
type spending struct {
	file  string
	ran   []ran
	asked []string
	want  []steps.Spent
}

// emulated are steps that an emulator ran on a platform.
func emulated(platform string, list ...steps.Step) []steps.Spent {
	return []steps.Spent{{Platform: platforms.MustParse(platform), Steps: list}}
}

// compiled is a step that the rule EmulatedCompiler would help.
func compiled(instruction string, took, native time.Duration) steps.Step {
	return steps.Step{
		Instruction: instruction, Took: took * time.Second, Native: native * time.Second,
		Rule: "EmulatedCompiler", URL: page,
	}
}

// other is a step that no rule would help.
func other(instruction string, took, native time.Duration) steps.Step {
	return steps.Step{Instruction: instruction, Took: took * time.Second, Native: native * time.Second}
}

// A build says where its time went, if it is much: emulated steps that ran, beside the same ones without an emulator.
func TestEmulated(t *testing.T) {
	const mount = "RUN --mount=type=cache,target=/c GOARCH="
	for name, tc := range map[string]spending{
		"two steps, one of them cached natively": {file: twoStages, ran: []ran{
			{name: "[linux/amd64 build 3/4] RUN apk add git", seconds: 3, cached: true},
			{name: "[linux/amd64 build 4/4] " + mount + "amd64 go build --tags=x .", seconds: 2},
			{name: "[linux/arm64 build 3/4] RUN apk add git", seconds: 5},
			{name: "[linux/arm64 build 4/4] " + mount + "arm64 go build --tags=x .", seconds: 70},
			{name: "[linux/arm64 build 2/4] COPY . .", seconds: 99},
			{name: "[linux/arm64] exporting layers", seconds: 99},
		}, want: emulated("linux/arm64",
			compiled("RUN GOARCH=$TARGETARCH go build --tags=x .", 70, 2), compiled("RUN apk add git", 5, 0))},
		"the last stage needs no rule for another step": {file: twoStages, ran: []ran{
			{name: "[linux/s390x stage-1 2/3] RUN adduser app", seconds: 31},
		}, want: emulated("linux/s390x", other("RUN adduser app", 31, 0))},
		"two instructions that begin with a variable, a here-document, and one of the base image": {
			file:  "FROM x\nARG A\nRUN $A one\nRUN $A two\nRUN <<EOF\nthree\nEOF\n",
			asked: []string{"linux/arm64"},
			ran: []ran{
				{name: "[3/5] RUN secret two", seconds: 40},
				{name: "[4/5] RUN <<EOF (three...)", seconds: 30},
				{name: "[5/5] ONBUILD RUN secret four", seconds: 20},
			},
			want: emulated("linux/arm64",
				other("RUN $A two", 40, 0), other("RUN <<EOF", 30, 0), other("ONBUILD RUN (5/5)", 20, 0)),
		},
		"one platform, one stage": {file: oneStage, asked: []string{"linux/arm64"}, ran: []ran{
			{name: "[3/4] RUN apt-get update", seconds: 20},
			{name: "[4/4] RUN go build .", seconds: 40},
		}, want: emulated("linux/arm64", compiled("RUN go build .", 40, 0), other("RUN apt-get update", 20, 0))},
		"silenced": {file: "# check=skip=EmulatedCompiler\n" + oneStage, asked: []string{"linux/arm64"}, ran: []ran{
			{name: "[4/4] RUN go build .", seconds: 40},
		}, want: emulated("linux/arm64", other("RUN go build .", 40, 0))},
		"BuildKit names the platform, too": {file: oneStage, asked: []string{"linux/amd64", "linux/arm64"}, ran: []ran{
			{name: "[linux/amd64 linux/amd64 3/4] RUN apt-get update", seconds: 10},
			{name: "[linux/arm64 linux/arm64 3/4] RUN apt-get update", seconds: 40},
		}, want: emulated("linux/arm64", other("RUN apt-get update", 40, 10))},
	} {
		t.Run(name, func(t *testing.T) {
			assert.DeepEqual(t, spentOn(t, tc.file, tc.ran, tc.asked...), tc.want)
		})
	}
}

// It says nothing where little was lost, or where it is not known that much was.
func TestEmulatedOfLittle(t *testing.T) {
	for name, tc := range map[string]spending{
		"not known natively, and not much": {file: twoStages, ran: []ran{
			{name: "[linux/s390x stage-1 2/3] RUN adduser app", seconds: 30},
		}},
		"not many times": {file: twoStages, ran: []ran{
			{name: "[linux/amd64 build 3/4] RUN apk add git", seconds: 20},
			{name: "[linux/arm64 build 3/4] RUN apk add git", seconds: 60},
		}},
		"many times, of little": {file: twoStages, ran: []ran{
			{name: "[linux/amd64 build 3/4] RUN apk add git", seconds: 1},
			{name: "[linux/arm64 build 3/4] RUN apk add git", seconds: 10},
		}},
		"cached or failed": {file: twoStages, ran: []ran{
			{name: "[linux/arm64 build 3/4] RUN apk add git", seconds: 100, cached: true},
			{name: "[linux/s390x build 3/4] RUN apk add git", seconds: 100, failed: true},
		}},
		"a stage on the build platform": {file: crossed, ran: []ran{
			{name: "[linux/amd64 build 2/2] RUN GOARCH=amd64 go build .", seconds: 2},
			{name: "[linux/arm64 build 2/2] RUN GOARCH=arm64 go build .", seconds: 100},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, len(spentOn(t, tc.file, tc.ran, tc.asked...)), 0)
		})
	}
}

// How many times as long is said of those steps alone that are known natively.
func TestTimes(t *testing.T) {
	spent := steps.Spent{Steps: []steps.Step{{Took: 40 * time.Second, Native: 2 * time.Second}, {Took: time.Minute}}}
	assert.Equal(t, spent.Times(), 20.0)
	assert.Equal(t, spent.Took(), 100*time.Second)
	assert.Equal(t, steps.Spent{Steps: spent.Steps[1:]}.Times(), 0.0)
}

// Of several works that are built together each is told its own time: their steps are named after them.
func TestEmulatedOfOneOfSeveralWorks(t *testing.T) {
	parsed, err := dockerfile.Parse("Dockerfile", []byte(oneStage))
	assert.NilError(t, err)
	view, err := parsed.For(
		platforms.MustParse("linux/arm64"),
		dockerfile.Setting{Build: platforms.MustParse("linux/amd64")},
	)
	assert.NilError(t, err)
	in := lint.Input{Emulated: func(ocispec.Platform) bool { return true }, Views: []*dockerfile.View{view}}
	w := &steps.Watch{Writer: silent{}}
	began := time.Unix(1700000000, 0)
	for work, seconds := range map[string]int{"app": 40, "app-slim": 50, "quick": 1} {
		end := began.Add(time.Duration(seconds) * time.Second)
		w.Write(&client.SolveStatus{Vertexes: []*client.Vertex{
			{
				Name:      "[" + work + " linux/arm64 3/4] RUN apt-get update",
				Digest:    digest.FromString(work),
				Started:   &began,
				Completed: &end,
			},
		}})
	}
	for work, want := range map[string]time.Duration{"app": 40 * time.Second, "app-slim": 50 * time.Second, "quick": 0, "none": 0} {
		spent, err := w.Of(work).Emulated(t.Context(), in)
		assert.NilError(t, err)
		var took time.Duration
		for _, s := range spent {
			took += s.Took()
		}
		assert.Equal(t, took, want, work)
	}
}

// Of each step that runs a program it is known whether an emulator ran it: the platform of its stage says so, not that
// of the image.
func TestRan(t *testing.T) {
	names := map[string]bool{
		"[linux/arm64 build 2/2] RUN GOARCH=arm64 go build .": false, "[linux/arm64 stage-1 2/3] RUN adduser app": true,
		"[linux/amd64 stage-1 2/3] RUN adduser app": false,
	}
	var list []ran
	for name := range names {
		list = append(list, ran{name: name, seconds: 1})
	}
	list = append(list, ran{name: "[linux/arm64 stage-1 3/3] COPY --from=build /app /"})
	w, in := watched(t, "FROM --platform=$BUILDPLATFORM golang AS build\nARG TARGETARCH\n"+
		"RUN GOARCH=$TARGETARCH go build .\nFROM alpine\nRUN adduser app\nCOPY --from=build /app /\n", list)
	got := w.Ran(in)
	assert.Equal(t, len(got), len(names))
	for name, want := range names {
		emulated, known := got[digest.FromString(name)]
		assert.Check(t, known && emulated == want, name)
	}
}
