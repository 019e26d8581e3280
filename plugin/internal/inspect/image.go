package inspect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
)

// Image is one index, of a draft or of a registry.
type Image struct {
	Digest    string     `json:"digest"`
	MediaType string     `json:"mediaType"`
	Platforms []Platform `json:"platforms"`
	// Others are the entries that are no images.
	Others []ocispec.Descriptor `json:"others,omitempty"`
	// Within are the indexes within it, whose images are among the platforms.
	Within []digest.Digest `json:"within,omitempty"`
}

// Platform is one platform of it, with what attests it.
type Platform struct {
	Platform string `json:"platform"`
	// Compression is that of the layers, where the index has the same image in another one too.
	Compression  string   `json:"compression,omitempty"`
	Manifest     string   `json:"manifest,omitempty"`
	Config       string   `json:"config,omitempty"`
	Size         int64    `json:"size,omitempty"`
	Attestation  string   `json:"attestation,omitempty"`
	Attestations []string `json:"attestations,omitempty"`
	// Staged are the repositories that hold its layers, which are not here.
	Staged []string `json:"staged,omitempty"`
	// Result is the word of its test record, else the state of the platform in the draft.
	Result string `json:"result,omitempty"`
	Reason string `json:"reason,omitempty"`
	// LookedAtBy is who tried it by hand, and Remark what they had to say.
	LookedAtBy string `json:"lookedAtBy,omitempty"`
	Remark     string `json:"remark,omitempty"`
	// Reproduction is the word of the record of a second build: reproduced, or differs. Differences say in what.
	Reproduction string              `json:"reproduction,omitempty"`
	Differences  []record.Difference `json:"differences,omitempty"`
}

// viewOfDraft is what a draft holds, and what it was to hold.
func viewOfDraft(ctx context.Context, s *store.Store, d draft.Draft) (*Image, error) {
	view := &Image{Digest: d.Index.Digest.String(), MediaType: d.Index.MediaType}
	for _, image := range d.Select(nil) {
		note := d.Note(image.Platform)
		if image.Manifest.Digest == "" {
			view.Platforms = append(view.Platforms, Platform{
				Platform: platform.Format(image.Platform), Result: string(draft.Missing), Reason: note.Reason,
			})
			continue
		}
		p, err := viewOfImage(ctx, s, image)
		if err != nil {
			return nil, err
		}
		p.Staged = note.Staged
		noted := cmp.Or(note.State, draft.Unfinished)
		waived := p.Result == strings.ToLower(record.Warned)
		if note.Reason != "" && (noted.Stale() || !waived) { // a later verdict would have replaced the waiver
			p.Result, p.Reason = string(noted), note.Reason
		}
		if err := p.owing(ctx, s, image); err != nil {
			return nil, err
		}
		view.Platforms = append(view.Platforms, p)
	}
	return view, nil
}

// owing says of an image that it has failed what it has not made good, whatever its record and its note say.
func (v *Platform) owing(ctx context.Context, s *store.Store, image manifest.Image) error {
	book, err := drafts.BookOf(ctx, s, image)
	if failing := book.Failing(); len(failing) > 0 && v.Result != string(draft.Failed) {
		v.Result, v.Reason = string(draft.Failed), failing[0].Reason
	}
	return err
}

// viewOfPublished is what a tag holds: an index, or one image. Where only attestations cannot be fetched, it is not nil
// beside the error.
func viewOfPublished(
	ctx context.Context, repository *registry.Repository, desc ocispec.Descriptor,
) (*Image, error) {
	view := &Image{Digest: desc.Digest.String(), MediaType: desc.MediaType}
	found, err := source.Read(ctx, repository, desc.Digest.String(), desc.Digest.String(), source.NewBlobs(nil))
	if err != nil {
		return nil, err
	}
	var lost error
	view.Others, view.Within = found.Others, found.Within
	for _, entry := range found.Entries {
		p, err := viewOfImage(ctx, source.At(repository), entry.Image)
		if cerrdefs.IsNotFound(err) && p.Attestation != "" { // the image is there
			p.Attestations, lost = []string{"cannot be fetched"}, errors.Join(lost, err)
		} else if err != nil {
			return nil, err
		}
		p.Compression = source.Compression(entry.Image)
		view.Platforms = append(view.Platforms, p)
	}
	return view, lost
}

// viewOfImage is one image, wherever it is.
func viewOfImage(ctx context.Context, read record.Reader, image manifest.Image) (Platform, error) {
	view := Platform{Manifest: image.Manifest.Digest.String()}
	body, err := read.Read(ctx, image.Manifest)
	if err != nil {
		return view, err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return view, fmt.Errorf("reading manifest %s: %w: %w", image.Manifest.Digest, manifest.ErrIndex, err)
	}
	view.Config = m.Config.Digest.String()
	for _, layer := range m.Layers {
		if layer.Size < 0 || layer.Size > math.MaxInt64-view.Size {
			return view, fmt.Errorf("reading manifest %s: %w: layer %s has size %d",
				image.Manifest.Digest, manifest.ErrIndex, layer.Digest, layer.Size)
		}
		view.Size += layer.Size
	}
	if image.Platform.OS == "" {
		config, err := read.Read(ctx, m.Config)
		if err != nil {
			return view, err
		}
		if image.Platform, err = manifest.PlatformOf(config); err != nil {
			return view, err
		}
	}
	view.Platform = platform.Format(image.Platform)
	return view, view.attest(ctx, read, image)
}

// attest adds what the attestation manifest says.
func (v *Platform) attest(ctx context.Context, read record.Reader, image manifest.Image) error {
	if image.Attestation == nil {
		return nil
	}
	v.Attestation = image.Attestation.Digest.String()
	predicates, err := record.Predicates(ctx, read, image)
	if err != nil {
		return err
	}
	v.Attestations = slices.Sorted(maps.Keys(predicates))
	again, rebuilt, err := record.ReproductionFrom(ctx, read, image, predicates)
	if err != nil {
		return err
	}
	if rebuilt {
		v.Reproduction, v.Differences = strings.ToLower(again.Result), again.Differences
	}
	result, recorded, err := record.From(ctx, read, image, predicates)
	if err != nil || !recorded {
		return err
	}
	v.Result, v.Reason = strings.ToLower(result.Result), result.Reason
	if looked := record.ManualIn(result); looked != nil {
		v.LookedAtBy, v.Remark = looked.Who, looked.Remark
	}
	return nil
}
