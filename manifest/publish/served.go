package publish

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// without returns the words of list that are not in other, sorted, each once.
func without(list, other []string) []string {
	rest := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
	if len(rest) == 0 {
		return nil
	}
	slices.Sort(rest)
	return slices.Compact(rest)
}

// offered are the platforms of the new index.
func (c *contents) offered(ctx context.Context) ([]string, error) {
	var names []string
	for _, m := range c.children {
		switch {
		case manifest.IsAttestation(m.desc):
		case m.desc.Platform != nil:
			names = append(names, platform.Release(*m.desc.Platform))
		default:
			config, err := c.readLocal(ctx, m.manifest.Config)
			if err != nil {
				return nil, err
			}
			names = append(names, configPlatform(config)...)
		}
	}
	return names, nil
}

// livePlatforms are the platforms what stands at a registry serves: the entries
// of an index, or the platform in the config of a plain manifest. Parts that are
// gone serve nothing.
func livePlatforms(ctx context.Context, repo Repository, desc ocispec.Descriptor, body []byte) ([]string, error) {
	l := &liveReader{repo: repo, left: manifest.MaxEntries}
	return l.platforms(ctx, desc, body, manifest.MaxNesting)
}

// liveReader reads one live tag.
type liveReader struct {
	repo Repository
	// left is how many entries its indexes may still list, all together.
	left int
}

func (l *liveReader) platforms(
	ctx context.Context, desc ocispec.Descriptor, body []byte, depth int,
) ([]string, error) {
	if !images.IsIndexType(desc.MediaType) {
		var m ocispec.Manifest
		if err := json.Unmarshal(body, &m); err != nil {
			return nil, fmt.Errorf("reading manifest %s: %w: %w", desc.Digest, registry.ErrIntegrity, err)
		}
		config, err := l.repo.Fetch(ctx, m.Config)
		if cerrdefs.IsNotFound(err) {
			return nil, nil
		}
		return configPlatform(config), err
	}
	var index ocispec.Index
	if err := json.Unmarshal(body, &index); err != nil {
		return nil, fmt.Errorf("reading index %s: %w: %w", desc.Digest, registry.ErrIntegrity, err)
	}
	if l.left -= len(index.Manifests); l.left < 0 {
		return nil, fmt.Errorf("reading index %s: %w: it lists more than %d entries",
			desc.Digest, registry.ErrIntegrity, manifest.MaxEntries)
	}
	var names []string
	for _, entry := range index.Manifests {
		found, err := l.entryPlatforms(ctx, entry, depth)
		if err != nil {
			return nil, err
		}
		names = append(names, found...)
	}
	return names, nil
}

// entryPlatforms are the platforms one entry of an index serves.
func (l *liveReader) entryPlatforms(ctx context.Context, entry ocispec.Descriptor, depth int) ([]string, error) {
	nested := images.IsIndexType(entry.MediaType)
	switch {
	case manifest.IsAttestation(entry):
		return nil, nil
	case entry.Platform != nil && !nested:
		return []string{platform.Release(*entry.Platform)}, nil
	case depth == 0 || !nested && !images.IsManifestType(entry.MediaType):
		return nil, nil
	}
	desc, body, err := l.repo.Resolve(ctx, entry.Digest.String())
	if cerrdefs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return l.platforms(ctx, desc, body, depth-1)
}

// configPlatform is the platform an image config states; none for the configs of
// what is not an image.
func configPlatform(config []byte) []string {
	var image ocispec.Image
	if _, err := manifest.PlatformOf(config); err != nil || json.Unmarshal(config, &image) != nil {
		return nil
	}
	return []string{platform.Release(image.Platform)}
}

// attested tells that all images of an index come with attestations. What those say was read by nobody.
func attested(desc ocispec.Descriptor, body []byte) bool {
	if !images.IsIndexType(desc.MediaType) {
		return false
	}
	held, err := manifest.ParseIndex(body)
	return err == nil && len(held) > 0 && !slices.ContainsFunc(held, func(image manifest.Image) bool {
		return image.Attestation == nil
	})
}
