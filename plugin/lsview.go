package plugin

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/go-units"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// draftView is one row of ls. The names of its keys and fields are part of the contract.
type draftView struct {
	Name      string   `json:"name"`
	Digest    string   `json:"digest"`
	Platforms []string `json:"platforms"`
	// Verdict is the word for the whole draft, Verdicts the one for each platform.
	Verdict   string            `json:"verdict"`
	Verdicts  map[string]string `json:"verdicts,omitempty"`
	Published string            `json:"published"`
	At        string            `json:"publishedDigest,omitempty"`
	Size      int64             `json:"size"`
	Updated   time.Time         `json:"updated"`
}

// FullHeader names the columns of a table that is made by a template.
func (draftView) FullHeader() any {
	return map[string]string{
		"Name": "NAME", "Digest": "DIGEST", "Platforms": "PLATFORMS", "Verdict": "VERDICT", "Verdicts": "VERDICTS",
		"Published": "PUBLISHED", "At": "PUBLISHED DIGEST", "Size": "BYTES", "HumanSize": "SIZE", "Updated": "UPDATED",
		"Age": "AGE",
	}
}

// HumanSize is the size as people read it.
func (v draftView) HumanSize() string { return units.HumanSize(float64(v.Size)) }

// Age is how long ago the draft was changed last.
func (v draftView) Age() string { return units.HumanDuration(time.Since(v.Updated)) }

// summary is the verdict, with the platforms it is about where that is not all of them.
func (v draftView) summary() string {
	byWord := map[string][]string{}
	for _, platform := range v.Platforms {
		if word := v.Verdicts[platform]; word != passedWord {
			byWord[word] = append(byWord[word], platform)
		}
	}
	if len(byWord) == 0 || len(byWord[v.Verdict]) == len(v.Platforms) {
		return v.Verdict
	}
	var parts []string
	for _, word := range slices.Sorted(maps.Keys(byWord)) {
		parts = append(parts, word+" "+shortPlatforms(byWord[word]))
	}
	return strings.Join(parts, "; ")
}

// published says which digest the name has got from here, as far as it fits.
func (v draftView) published() string {
	const shown = 12 // as docker shortens identifiers
	_, hash, _ := strings.Cut(v.At, ":")
	if hash == "" {
		return v.Published
	}
	return v.Published + " " + hash[:min(shown, len(hash))]
}

func viewOf(ctx context.Context, s *store.Store, draft store.Draft) (draftView, error) {
	view := draftView{
		Name: reference.FamiliarString(draft.Name), Digest: draft.Index.Digest.String(), Published: publishedState(draft),
		At: draft.Published.String(), Updated: draft.Updated, Verdicts: map[string]string{},
	}
	for _, image := range draft.Select(nil) {
		state, err := platformState(ctx, s, draft, image)
		if err != nil {
			return view, err
		}
		name := manifest.FormatPlatform(image.Platform)
		view.Platforms = append(view.Platforms, name)
		view.Verdicts[name] = state
	}
	var err error
	if view.Verdict, err = verdictOf(ctx, s, draft); err != nil {
		return view, err
	}
	view.Size, err = s.Size(ctx, draft.Index)
	return view, err
}

// shortPlatforms lists platforms without the os most images are for.
func shortPlatforms(names []string) string {
	short := make([]string, 0, len(names))
	for _, name := range names {
		short = append(short, strings.TrimPrefix(name, "linux/"))
	}
	return strings.Join(short, ",")
}
