package publish

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/containerd/containerd/v2/core/images"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// dropped names the entries of what a tag holds that nothing says of what it serves: no images, and images compressed
// otherwise. Those that the new index has as well are not dropped.
func (t *tags) dropped(ctx context.Context, desc ocispec.Descriptor, body []byte) ([]string, error) {
	if !images.IsIndexType(desc.MediaType) {
		return nil, nil
	}
	var index ocispec.Index
	if err := json.Unmarshal(body, &index); err != nil {
		return nil, fmt.Errorf("reading index %s: %w: %w", desc.Digest, registry.ErrIntegrity, err)
	}
	var names []string
	for _, entry := range index.Manifests {
		if t.contents.childOf(NamedManifest{Manifest: entry}) != nil {
			continue
		}
		silent, err := t.isSilent(ctx, entry)
		if err != nil {
			return nil, err
		}
		how := source.Compression(manifest.Image{Annotations: entry.Annotations})
		switch {
		case silent:
			names = append(names, manifest.DescribeOther(entry))
		case how != "" && entry.Platform != nil:
			names = append(names, entry.Digest.String()+" for "+platform.Format(*entry.Platform)+", compressed by "+how)
		}
	}
	return names, nil
}

// isSilent tells that an entry serves no platform, and is no attestation manifest of one. Of an entry that says no
// platform its config tells.
func (t *tags) isSilent(ctx context.Context, entry ocispec.Descriptor) (bool, error) {
	switch {
	case manifest.IsOther(entry):
		return true, nil
	case entry.Platform != nil || images.IsIndexType(entry.MediaType):
		return false, nil
	}
	served, err := (&liveReader{repo: t.repo, left: manifest.MaxEntries}).entryPlatforms(ctx, entry, 1)
	return len(served) == 0, err
}
