//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// targets makes a bake file of so many targets, each with a file of its own.
func (b *bench) targets(_ context.Context, n int) error {
	if err := b.fresh(); err != nil {
		return err
	}
	all := map[string]any{}
	for i := range n {
		id := fmt.Sprintf("t%d", i)
		all[id] = map[string]any{
			"context": b.path("app"), "platforms": eight(), "tags": []string{b.wire.host + "/bench/" + id + ":1"},
			"dockerfile-inline": "FROM scratch\nARG TARGETARCH\nCOPY " + id + " /" + id + "-$TARGETARCH\n",
		}
		if err := write(b.path("app", id), rand.Reader, 1<<10); err != nil {
			return err
		}
	}
	body, err := json.Marshal(map[string]any{
		"group": map[string]any{"default": map[string]any{"targets": slices.Sorted(maps.Keys(all))}}, "target": all,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(b.path("app", "docker-bake.json"), body, 0o600)
}

// builtTargets are targets that have been built.
func (b *bench) builtTargets(ctx context.Context, n int) error {
	if err := b.targets(ctx, n); err != nil {
		return err
	}
	_, err := b.exec(ctx, b.plugin(), "multiplat", "bake", "--quiet", "-f", b.path("app", "docker-bake.json"))
	return err
}

// layers puts an image of so many layers into the registry.
func (b *bench) layers(ctx context.Context, n int) error {
	image, err := imageFor(v1.Platform{OS: "linux", Architecture: "amd64"}, n)
	if err != nil {
		return err
	}
	at, err := name.ParseReference(fmt.Sprintf("%s/bench/layers:%d", b.wire.host, n), name.Insecure)
	if err != nil {
		return err
	}
	return remote.Write(at, image, remote.WithContext(ctx), remote.WithJobs(8))
}

// index puts an index of so many platforms into the registry.
func (b *bench) index(ctx context.Context, n int) error {
	index := v1.ImageIndex(empty.Index)
	for i := range n {
		p := v1.Platform{OS: "linux", Architecture: "arm64", Variant: fmt.Sprintf("v%d", 8+i)}
		image, err := imageFor(p, 1)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: &p}})
	}
	at, err := name.ParseReference(fmt.Sprintf("%s/bench/index:%d", b.wire.host, n), name.Insecure)
	if err != nil {
		return err
	}
	return remote.WriteIndex(at, index, remote.WithContext(ctx), remote.WithJobs(8))
}

// imageFor is an image of so many layers of 1 KiB.
func imageFor(p v1.Platform, layers int) (v1.Image, error) {
	image, err := random.Image(1<<10, int64(layers))
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Variant = p.OS, p.Architecture, p.Variant
	return mutate.ConfigFile(image, config)
}

// layer makes a build context whose only layer has so many MB, which cannot be compressed.
func (b *bench) layer(_ context.Context, megabytes int) error {
	if err := b.fresh(); err != nil {
		return err
	}
	dockerfile := []byte("FROM scratch\nCOPY payload /payload\n")
	if err := os.WriteFile(b.path("app", "Dockerfile"), dockerfile, 0o600); err != nil {
		return err
	}
	return write(b.path("app", "payload"), rand.Reader, int64(megabytes)<<20)
}
