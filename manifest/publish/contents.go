package publish

import (
	"slices"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// contents is what is published: an index and all below it.
type contents struct {
	// root is the index, or the plain manifest in its place, and body its bytes.
	root ocispec.Descriptor
	body []byte
	// follow allows indexes in the index.
	follow bool
	// present is what the repository is known to hold.
	present []digest.Digest
	blobs   content.Provider
	// children are the manifests below the index, nested are the indexes there,
	// those without any of their own first.
	children []child
	nested   []child
}

// child is one manifest of the index.
type child struct {
	desc     ocispec.Descriptor
	body     []byte
	manifest ocispec.Manifest
	// present is true for what the repository holds, whose bytes were not read.
	present bool
}

// blobs are the config and the layers to be sent: not those that may not be
// distributed and say where else they are, such as base layers of Windows.
func (c child) blobs() []ocispec.Descriptor {
	all := []ocispec.Descriptor{c.manifest.Config}
	for _, layer := range c.manifest.Layers {
		if !images.IsNonDistributable(layer.MediaType) || len(layer.URLs) == 0 {
			all = append(all, layer)
		}
	}
	return all
}

// allBlobs lists the configs and layers of all manifests, each digest once, in
// the order of the index.
func (c *contents) allBlobs() []ocispec.Descriptor {
	seen := map[digest.Digest]bool{}
	var all []ocispec.Descriptor
	for _, m := range c.children {
		if m.present {
			continue
		}
		for _, desc := range m.blobs() {
			if !seen[desc.Digest] {
				seen[desc.Digest] = true
				all = append(all, desc)
			}
		}
	}
	return all
}

// absent lists the manifests below the index that are to be written.
func (c *contents) absent() []child {
	var absent []child
	for _, m := range c.children {
		if !m.present && m.desc.Digest != c.root.Digest {
			absent = append(absent, m)
		}
	}
	return absent
}

// isPresent tells whether the repository is known to hold a manifest.
func (c *contents) isPresent(desc ocispec.Descriptor) bool {
	return slices.Contains(c.present, desc.Digest)
}

// childOf is the child an arch tag names, nil for none.
func (c *contents) childOf(arch NamedManifest) *child {
	for i := range c.children {
		if c.children[i].desc.Digest == arch.Manifest.Digest {
			return &c.children[i]
		}
	}
	return nil
}
