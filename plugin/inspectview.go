package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/docker/go-units"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// imageView is one index, of a draft or of a registry.
type imageView struct {
	Digest    string         `json:"digest"`
	MediaType string         `json:"mediaType"`
	Platforms []platformView `json:"platforms"`
}

// platformView is one platform of it, with what attests it.
type platformView struct {
	Platform     string   `json:"platform"`
	Manifest     string   `json:"manifest,omitempty"`
	Config       string   `json:"config,omitempty"`
	Size         int64    `json:"size,omitempty"`
	Attestation  string   `json:"attestation,omitempty"`
	Attestations []string `json:"attestations,omitempty"`
	Result       string   `json:"result,omitempty"`
	Reason       string   `json:"reason,omitempty"`
	// LookedAtBy is who tried it by hand, and Remark what they had to say.
	LookedAtBy string `json:"lookedAtBy,omitempty"`
	Remark     string `json:"remark,omitempty"`
}

func viewOfDraft(ctx context.Context, s *store.Store, draft store.Draft) (*imageView, error) {
	view := &imageView{Digest: draft.Index.Digest.String(), MediaType: draft.Index.MediaType}
	for _, image := range draft.Select(nil) {
		note := draft.Note(image.Platform)
		if image.Manifest.Digest == "" {
			view.Platforms = append(view.Platforms, platformView{
				Platform: manifest.FormatPlatform(image.Platform), Result: "missing", Reason: note.Reason,
			})
			continue
		}
		p, err := viewOfImage(ctx, s, image)
		if err != nil {
			return nil, err
		}
		if note.Reason != "" {
			p.Result, p.Reason = firstOf(string(note.State), unfinishedWord), note.Reason
		}
		view.Platforms = append(view.Platforms, p)
	}
	return view, nil
}

func viewOfPublished(
	ctx context.Context, repository *registry.Repository, desc ocispec.Descriptor, body []byte,
) (*imageView, error) {
	read := manifest.At(repository)
	view := &imageView{Digest: desc.Digest.String(), MediaType: desc.MediaType}
	list := []manifest.Image{{Manifest: desc}}
	if images.IsIndexType(desc.MediaType) {
		var err error
		if list, err = manifest.ParseIndex(body); err != nil {
			return nil, err
		}
	}
	for _, image := range list {
		p, err := viewOfImage(ctx, read, image)
		if err != nil {
			return nil, err
		}
		view.Platforms = append(view.Platforms, p)
	}
	return view, nil
}

func viewOfImage(ctx context.Context, read record.Reader, image manifest.Image) (platformView, error) {
	view := platformView{Manifest: image.Manifest.Digest.String()}
	body, err := read.Read(ctx, image.Manifest)
	if err != nil {
		return view, err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return view, fmt.Errorf("reading manifest %s: %w", image.Manifest.Digest, err)
	}
	view.Config = m.Config.Digest.String()
	for _, layer := range m.Layers {
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
	view.Platform = manifest.FormatPlatform(image.Platform)
	return view, view.attest(ctx, read, image)
}

// attest adds what the attestation manifest says.
func (v *platformView) attest(ctx context.Context, read record.Reader, image manifest.Image) error {
	if image.Attestation == nil {
		return nil
	}
	v.Attestation = image.Attestation.Digest.String()
	predicates, err := record.Predicates(ctx, read, image)
	if err != nil {
		return err
	}
	v.Attestations = slices.Sorted(maps.Keys(predicates))
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

func (v *imageView) table() *table {
	t := newTable("PLATFORM", "MANIFEST", "SIZE", "TESTS", "ATTESTATIONS")
	for _, p := range v.Platforms {
		kinds := make([]string, 0, len(p.Attestations))
		for _, kind := range p.Attestations {
			kinds = append(kinds, shortKind(kind))
		}
		short, size := "-", "-"
		if p.Manifest != "" {
			short, size = p.Manifest[:min(19, len(p.Manifest))], units.HumanSize(float64(p.Size))
		}
		result := firstOf(p.Result, string(untested))
		if p.LookedAtBy != "" {
			result += ", looked at by " + p.LookedAtBy
		}
		t.add(p.Platform, short, size, result, strings.Join(kinds, ", "))
	}
	return t
}

// shortKind is the part of a predicate type that people know.
func shortKind(predicateType string) string {
	for _, kind := range []string{"provenance", "spdx", "test-result", "cyclonedx"} {
		if strings.Contains(strings.ToLower(predicateType), kind) {
			return kind
		}
	}
	return predicateType
}
