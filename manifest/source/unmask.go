package source

import (
	"context"
	"encoding/json"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// Unmask returns the entries of an index as engines see them: of what claims to be no image the manifest is read, once,
// and where it is that of an image the claim is taken away: unless neither the entry nor its config, which fetch reads,
// says for which platform it is, so that no engine takes it for any. What read returns nothing of stays as it is.
func Unmask(
	ctx context.Context,
	entries []ocispec.Descriptor,
	read, fetch func(context.Context, ocispec.Descriptor) ([]byte, error),
) ([]ocispec.Descriptor, error) {
	seen := make([]ocispec.Descriptor, len(entries))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readJobs)
	for i, entry := range entries {
		if seen[i] = entry; !manifest.Doubtful(entry) {
			continue
		}
		group.Go(func() error {
			body, err := read(ctx, entry)
			if err == nil && body != nil && !isForNone(ctx, entry, body, fetch) {
				seen[i] = manifest.Unmask(entry, body)
			}
			return err
		})
	}
	return seen, group.Wait()
}

// isForNone tells an artifact that is for no platform, by its entry or by its config. Of a config that cannot be read
// nothing is known.
func isForNone(
	ctx context.Context, entry ocispec.Descriptor, body []byte,
	fetch func(context.Context, ocispec.Descriptor) ([]byte, error),
) bool {
	if p := entry.Platform; entry.ArtifactType == "" || p != nil && p.OS != "" && p.Architecture != "" {
		return false
	}
	var m ocispec.Manifest
	if json.Unmarshal(body, &m) != nil || !manifest.IsImage(m) {
		return false
	}
	config, err := fetch(ctx, m.Config)
	if err != nil {
		return false
	}
	_, err = manifest.PlatformOf(config)
	return err != nil
}
