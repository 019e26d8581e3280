package draft_test

import (
	"encoding/json"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// image is one of a platform.
func image(t *testing.T, platform string) manifest.Image {
	t.Helper()
	return manifest.Image{
		Platform: parse(t, platform)[0], Manifest: ocispec.Descriptor{Digest: digest.FromString(platform)},
	}
}

func parse(t *testing.T, platforms ...string) []ocispec.Platform {
	t.Helper()
	parsed, err := platform.Parse(platforms)
	assert.NilError(t, err)
	return parsed
}

// What is asked for comes in its order, and what is not there has an empty manifest. Without any, it is what the last
// build was asked for, then what was kept.
func TestSelect(t *testing.T) {
	amd64, windows := image(t, "linux/amd64"), image(t, "windows(10.0.20348.1)/amd64")
	d := draft.Draft{
		Platforms: parse(t, "linux/arm64", "windows/amd64"), Images: []manifest.Image{windows, amd64},
	}
	missing := manifest.Image{Platform: parse(t, "linux/arm64")[0]}
	assert.DeepEqual(t, d.Select(nil), []manifest.Image{missing, windows, amd64})
	assert.DeepEqual(t, d.Select(parse(t, "linux/amd64")), []manifest.Image{amd64})
	assert.DeepEqual(t, d.Select(parse(t, "linux/arm64", "windows/amd64")), []manifest.Image{missing, windows})
	assert.DeepEqual(t, d.Platforms, parse(t, "linux/arm64", "windows/amd64")) // it is left as it is
}

// A note stands under the platform that was asked for, and an image replaces one with another os.version.
func TestPut(t *testing.T) {
	asked := parse(t, "windows/amd64")
	older, newer := image(t, "windows(10.0.20348.1)/amd64"), image(t, "windows(10.0.20348.2)/amd64")
	before := []manifest.Image{older, image(t, "linux/amd64")}
	d := draft.Draft{Platforms: asked, Images: before}
	d.Put(asked[0], nil, draft.Note{State: draft.NotBuilt, Reason: "RUN false"})
	assert.DeepEqual(t, d.Images, before)
	assert.Equal(t, d.Note(older.Platform).State, draft.NotBuilt)

	d.Put(asked[0], &newer, draft.Note{State: draft.Passed})
	assert.DeepEqual(t, d.Images, []manifest.Image{before[1], newer})
	assert.DeepEqual(t, before[0], older) // what was read is left as it is
	assert.Equal(t, d.Note(newer.Platform).State, draft.Passed)
	assert.DeepEqual(t, d.AskedFor(newer.Platform), asked[0])
	assert.DeepEqual(t, d.Note(before[1].Platform), draft.Note{}) // nothing is said of it
}

// Stores of before had no word for a build that did not end: they told it by the reason alone, and go by that still.
func TestUnfinished(t *testing.T) {
	body, err := json.Marshal(draft.UnfinishedNote())
	assert.NilError(t, err)
	assert.Equal(t, string(body), `{"failure":"its build did not end","verdict":"unfinished"}`)
	for _, tc := range []struct {
		body  string
		want  draft.State
		stale bool
	}{
		{string(body), draft.Unfinished, true},
		{`{"failure":"its build did not end"}`, draft.Unfinished, true},
		{`{"failure":"its build did not end","verdict":"not built"}`, draft.NotBuilt, true},
		{`{"failure":"RUN false","verdict":"error"}`, draft.Broken, true},
		{`{"failure":"no space"}`, "", false},
		{`{"source":{"a":"b"}}`, "", false},
	} {
		var note draft.Note
		assert.NilError(t, json.Unmarshal([]byte(tc.body), &note))
		assert.Equal(t, note.State, tc.want, tc.body)
		assert.Equal(t, note.State.Stale(), tc.stale, tc.body)
	}
}

// What a build has written into its context is remembered when the platform is built again, and while it is.
func TestNotesRememberWhatWasWritten(t *testing.T) {
	type files = map[string]map[string]string
	first := draft.Note{Source: map[string]string{"files": "1"}, Files: files{"files": {"a": "1", "r.xml": ""}}}
	during := draft.UnfinishedNote().After(first)
	assert.DeepEqual(t, during.Files, files{"files": {"r.xml": ""}})
	again := draft.Note{Source: map[string]string{"files": "2"}, Files: files{"files": {"a": "2", "r.xml": "3"}}}
	assert.DeepEqual(t, again.After(during).Files, files{"files": {"a": "2", "r.xml": ""}})
	assert.DeepEqual(t, again.Files, files{"files": {"a": "2", "r.xml": "3"}})
	other := draft.Note{Source: map[string]string{"context": "-"}}
	assert.Equal(t, len(other.After(during).Files), 0)
}
