package drafts

import (
	"context"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/go-units"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// Row is one draft as ls shows it. The names of its keys and fields are part of the contract.
type Row struct {
	Name      string   `json:"name"`
	Digest    string   `json:"digest"`
	Platforms []string `json:"platforms"`
	// Verdict is the state of the whole draft, Verdicts that of each platform: plain strings, for the functions of
	// templates take no others.
	Verdict   string            `json:"verdict"`
	Verdicts  map[string]string `json:"verdicts,omitempty"`
	Published string            `json:"published"`
	// PublishedDigest is what the name has got from here last.
	PublishedDigest string    `json:"publishedDigest,omitempty"`
	Size            int64     `json:"size"`
	Updated         time.Time `json:"updated"`
}

// FullHeader names the columns of a table that is made by a template.
func (Row) FullHeader() any {
	return map[string]string{
		"Name": "NAME", "Digest": "DIGEST", "Platforms": "PLATFORMS", "Verdict": "VERDICT", "Verdicts": "VERDICTS",
		"Published": "PUBLISHED", "PublishedDigest": "PUBLISHED DIGEST",
		"At": "PUBLISHED DIGEST", "Size": "BYTES", "HumanSize": "SIZE", "Updated": "UPDATED",
		"Age": "AGE",
	}
}

// At is PublishedDigest under the name that it had in templates first.
func (r Row) At() string { return r.PublishedDigest }

// HumanSize is the size as people read it.
func (r Row) HumanSize() string { return units.HumanSize(float64(r.Size)) }

// Age is how long ago the draft was changed last.
func (r Row) Age() string { return units.HumanDuration(time.Since(r.Updated)) }

// RowOf says what is known of a draft.
func RowOf(ctx context.Context, s *store.Store, d draft.Draft) (Row, error) {
	row := Row{
		Name: reference.FamiliarString(d.Name), Digest: d.Index.Digest.String(), Published: publishedState(d),
		PublishedDigest: d.Published.String(), Updated: d.Updated, Verdicts: map[string]string{},
	}
	states, err := statesOf(ctx, s, d)
	if err != nil {
		return row, err
	}
	for i, image := range d.Select(nil) {
		name := platform.Format(image.Platform)
		row.Platforms = append(row.Platforms, name)
		row.Verdicts[name] = string(states[i])
	}
	row.Verdict = string(sumOf(d, states))
	row.Size, err = s.Size(ctx, d.Index)
	return row, err
}
