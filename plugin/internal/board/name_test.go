package board

import (
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"
)

// A step belongs to the row that its name begins with, the longest of them; a platform is one that nobody named.
func TestParse(t *testing.T) {
	known := []string{"linux/arm", "linux/arm64", "web linux/amd64", "web"}
	for name, want := range map[string]label{
		"[linux/arm64 builder 2/5] RUN make":        {"linux/arm64", "builder 2/5", "RUN make"},
		"[linux/arm internal] load metadata for x":  {"linux/arm", "internal", "load metadata for x"},
		"[linux/arm/v7] audit":                      {"linux/arm/v7", "", "audit"},
		"[web linux/amd64 1/2] FROM x":              {"web linux/amd64", "1/2", "FROM x"},
		"[windows(10.0.1)/amd64 1/2] COPY a b":      {"windows(10.0.1)/amd64", "1/2", "COPY a b"},
		"[2/4] RUN x":                               {"", "2/4", "RUN x"},
		"[stage-1 2/4] RUN x":                       {"", "stage-1 2/4", "RUN x"},
		"pushing manifests to host/app":             {"", "", "pushing manifests to host/app"},
		"[not closed":                               {"", "", "[not closed"},
		"[internal] booting buildkit":               {"", "internal", "booting buildkit"},
		"[linux/s390x 1/2] testing [linux/arm64] x": {"linux/s390x", "1/2", "testing [linux/arm64] x"},
	} {
		assert.Equal(t, parse(name, known), want, name)
	}
}

// What a row is at is said in one word.
func TestStageOf(t *testing.T) {
	for name, want := range map[string]string{
		"[linux/arm64 2/5] RUN building":              "building",
		"[linux/arm64 internal] load .dockerignore":   "reading",
		"[linux/arm64] exporting to oci image format": "exporting",
		"[linux/arm64] audit":                         "audit",
		"[linux/arm64] loading x":                     "loading",
		"[linux/arm64 1/2] testing x":                 "testing",
		"[linux/arm64] pushing layers to x":           "pushing",
		"[linux/arm64] left alone":                    "building",
	} {
		assert.Equal(t, stageOf(parse(name, nil)), want, name)
	}
}

// The step says nothing that the stage beside it says.
func TestStageIsSaidOnce(t *testing.T) {
	for name, want := range map[string]string{
		"[linux/arm64] loading app:1--arm64":          "app:1--arm64",
		"[linux/arm64 1/2] testing app --version":     "app --version",
		"[linux/arm64] exporting to oci image format": "to oci image format",
		"[linux/arm64 2/5] RUN building":              "RUN building",
		"[linux/arm64] audit":                         "",
	} {
		now := time.Unix(0, 0)
		var b Board
		b.Write(&client.SolveStatus{Vertexes: []*client.Vertex{
			{Digest: digest.FromString(name), Name: name, Started: &now},
		}}, now)
		assert.Equal(t, b.rows[0].cells(now).step, want)
	}
}

// In the end there is no title above nothing: a failure follows, or a plan.
func TestBoardOfNothing(t *testing.T) {
	b := Board{Title: "publishing"}
	assert.Equal(t, len(b.Screen(Size{Width: 80, Height: 24}, time.Unix(0, 0))), 1)
	b.Close(time.Unix(0, 0))
	assert.Equal(t, len(b.Last(80, false)), 0)
}

// What a signal has ended has not failed, whichever of the two ways there are to say so reached the step.
func TestStepWhenCanceled(t *testing.T) {
	now := time.Unix(1000, 0)
	for cause, want := range map[string]Tone{
		"context canceled": Off, "interrupt signal received": Off, "terminated signal received": Off, "no such engine": Bad,
	} {
		s := &step{begun: now}
		fault := "starting a container: Post \"http://engine\": " + cause
		s.update(&client.Vertex{Started: &now, Completed: &now, Error: fault}, now)
		assert.Equal(t, s.cells(now).tone, want, cause)
		assert.Equal(t, s.cells(now).stage == failed, want == Bad, cause)
	}
}
