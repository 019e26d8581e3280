package view

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// bakedOf is a result of a target.
func bakedOf(t *testing.T, target, name string) build.Result {
	t.Helper()
	r := outcomes(t, name, "amd64", "arm64")
	r.Plan.Target, r.Plan.Names = target, []reference.NamedTagged{plugintest.Named(t, name)}
	r.Draft.Index.Digest = digest.FromString(target)
	return r
}

// read is a report in JSON.
type read struct {
	Image, Verdict, Summary, Failure string
	Images                           []report.Image
	Platforms                        []struct {
		Target, Platform string
		Timeline         []struct {
			Phase, Step string
			Emulated    bool
		}
		Audit *report.Audit
	}
}

// step goes through a display in no time.
func step(t *testing.T, pw progress.Writer, name string) {
	t.Helper()
	assert.NilError(t, progress.Wrap(name, pw.Write, func(progress.SubLogger) error { return nil }))
}

// A report says what was seen of each platform, also of what is published by a second display: by the platform and its
// repository, for targets share platforms. It is written once before, and once after that.
func TestReportsOfWhatIsPublished(t *testing.T) {
	fake, file := plugintest.NewCLI(t), filepath.Join(t.TempDir(), "r.json")
	shownBy := &Progress{Mode: "quiet"}
	o := &Reports{Files: []string{file}, Shown: shownBy}
	o.Remember()
	building, err := shownBy.Open(t.Context(), fake, "building")
	assert.NilError(t, err)
	web := shown.Of(building, "web")
	shown.Begin(web, "linux/arm64", shown.Emulated)
	step(t, shown.Of(web, "linux/arm64"), "[build 2/2] RUN make")
	assert.NilError(t, building.Wait())
	results := []build.Result{bakedOf(t, "web", "me/web:1"), bakedOf(t, "job", "me/job:1")}
	results[0].Rows[1].Audit = &audit.Report{Layers: 2, Read: 1, Findings: []audit.Finding{{
		Severity: audit.Note, Path: "/a", What: "x", Layer: digest.FromString("layer"),
	}}}
	assert.NilError(t, o.Write(results, nil))
	before := readReport(t, file)
	assert.Equal(t, before.Image, "me/web:1, me/job:1")
	assert.Equal(t, before.Summary, "passed on 4 platforms")
	assert.Equal(t, before.Platforms[1].Audit.Findings[0].Layer, digest.FromString("layer").String())
	assert.Equal(t, len(before.Platforms[1].Timeline), 1)
	assert.Check(t, before.Platforms[1].Timeline[0].Emulated)

	publishing, err := shownBy.Open(t.Context(), fake, "publishing")
	assert.NilError(t, err)
	shown.Begin(publishing, "linux/arm64", "")
	for _, name := range []string{"web", "job"} {
		step(t, publishing, "[linux/arm64] pushing layers to docker.io/me/"+name)
	}
	assert.NilError(t, publishing.Wait())
	var outcome release.Outcome
	for _, r := range results {
		outcome.Published = append(outcome.Published, release.Delivered{
			Target: release.TargetsOf(r.Plan.Names)[0],
			Result: publish.Result{Index: digest.FromString("index of " + r.Plan.Target)},
		})
	}
	o.Publish(outcome)
	assert.NilError(t, o.Again(nil))
	after := readReport(t, file)
	assert.Equal(t, after.Summary, "passed on 4 platforms, and published")
	assert.DeepEqual(t, after.Images, []report.Image{
		{Target: "web", Name: "me/web:1", Digest: digest.FromString("index of web").String(), Published: true},
		{Target: "job", Name: "me/job:1", Digest: digest.FromString("index of job").String(), Published: true},
	})
	for i, want := range []string{"", "build upload", "", "upload"} {
		var phases []string
		for _, s := range after.Platforms[i].Timeline {
			phases = append(phases, s.Phase)
		}
		assert.Equal(t, strings.Join(phases, " "), want, after.Platforms[i].Target)
	}
	assert.NilError(t, o.Again(errors.New("the registry said no")))
	failed := readReport(t, file)
	assert.Equal(t, failed.Failure, "the registry said no")
	assert.Equal(t, failed.Verdict, "error")
}

func readReport(t *testing.T, file string) (r read) {
	t.Helper()
	body, err := os.ReadFile(file)
	assert.NilError(t, err)
	assert.NilError(t, json.Unmarshal(body, &r))
	return r
}

// What the Dockerfile shows of a step counts more than its name; what runs the tests is known from them.
func TestReportsOfEmulatedSteps(t *testing.T) {
	r := bakedOf(t, "", "me/web:1")
	began := time.Unix(1000, 0)
	ended := began.Add(time.Second)
	var h history
	var list []*client.Vertex
	for _, name := range []string{"[linux/arm64 assets 2/2] RUN make", "[linux/arm64 2/2] RUN make", "[linux/arm64] testing x"} {
		list = append(list, &client.Vertex{
			Digest: digest.FromString(name), Name: name, Started: &began, Completed: &ended,
		})
	}
	shown.Begin(recorderOf(func(s *client.SolveStatus) { h.write(s, began) }), "linux/arm64", shown.Emulated)
	h.write(&client.SolveStatus{Vertexes: list}, began)
	r.Emulated = map[digest.Digest]bool{list[0].Digest: false}
	for _, emulated := range []bool{true, false} {
		r.Rows[1].Emulated = emulated
		_, _, rows := h.past()
		steps := platformsOf(r, rows)[1].Steps
		assert.Equal(t, len(steps), 3)
		assert.Check(t, !steps[0].Emulated)
		assert.Check(t, steps[1].Emulated)
		assert.Equal(t, steps[2].Emulated, emulated)
	}
}

// recorderOf is a display that passes on what it is given.
type recorderOf func(*client.SolveStatus)

// Write implements [progress.Writer].
func (r recorderOf) Write(s *client.SolveStatus) { r(s) }

// WriteBuildRef implements [progress.Writer].
func (recorderOf) WriteBuildRef(string, string) {}

// ValidateLogSource implements [progress.Writer].
func (recorderOf) ValidateLogSource(digest.Digest, any) bool { return false }

// ClearLogSource implements [progress.Writer].
func (recorderOf) ClearLogSource(any) {}
