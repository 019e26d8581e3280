package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// lookedRules is the version of what is kept of a look.
const lookedRules = Rules + "-looked-2"

// Keep keeps what was got of the files of an image, so that it can be audited later without its layers.
func (a *Auditor) Keep(ctx context.Context, image digest.Digest, looked *Looked) error {
	if kept := looked.beyond == nil && a.layers.cache != nil && looked.scan.size() <= maxKept; !kept {
		return nil
	}
	body, err := json.Marshal(looked.scan)
	if err != nil {
		return fmt.Errorf("keeping what was read of image %s: %w", image, err)
	}
	return a.layers.cache.Put(ctx, image, lookedRules, body)
}

// Looked is what was kept of the files of an image; nil: nothing.
func (a *Auditor) Looked(ctx context.Context, image digest.Digest) (*Looked, error) {
	if a.layers.cache == nil {
		return nil, nil
	}
	found, err := a.layers.cached(ctx, image, lookedRules)
	if found == nil || err != nil {
		return nil, err
	}
	return &Looked{scan: found}, nil
}

// overlay lays what was got of the files out, as the one layer that it is: which of the image's own they are from is
// not known.
func (now *auditing) overlay(looked *Looked) error {
	now.found.layers, now.found.history = []digest.Digest{""}, []string{""}
	now.tree, now.told = newTree(now.found.budget), [][]telling{looked.scan.Told}
	if looked.beyond != nil {
		return looked.beyond
	}
	for _, told := range looked.scan.Told {
		now.tree.budget.record(len(told.Packages))
	}
	if now.tree.budget.unpacked(looked.scan); now.tree.budget.ok() {
		now.tree.apply(looked.scan, 0)
	}
	return now.tree.budget.err
}

// sizeOf is that of the layers, in bytes as they are transferred.
func sizeOf(layers []ocispec.Descriptor) (size int64) {
	for _, layer := range layers {
		size += layer.Size
	}
	return size
}
