package publish

import (
	"slices"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
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

// part are the blobs that are sent for one platform, and what that is called.
type part struct {
	what  string
	blobs []ocispec.Descriptor
}

// whatOf says what is sent with a manifest, after its platform where it is an image for one.
func (c child) whatOf() string {
	switch {
	case c.desc.Platform == nil:
		return "pushing layers"
	case c.desc.Platform.OS == "unknown":
		return "pushing attestations"
	}
	return "[" + platform.Format(*c.desc.Platform) + "] pushing layers"
}

// parts are the configs and layers of all manifests by platform, each digest once: with the first that has it, in the
// order of the index.
func (c *contents) parts() (list []*part) {
	seen := map[digest.Digest]bool{}
	byWhat := map[string]*part{}
	for _, m := range c.children {
		if m.present {
			continue
		}
		what := m.whatOf()
		if byWhat[what] == nil {
			byWhat[what] = &part{what: what}
			list = append(list, byWhat[what])
		}
		for _, desc := range m.blobs() {
			if !seen[desc.Digest] {
				seen[desc.Digest] = true
				byWhat[what].blobs = append(byWhat[what].blobs, desc)
			}
		}
	}
	return list
}

// allBlobs are the blobs of all parts.
func (c *contents) allBlobs() (all []ocispec.Descriptor) {
	for _, p := range c.parts() {
		all = append(all, p.blobs...)
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

// isPlain tells that a plain manifest is published, its own only child, and no index.
func (c *contents) isPlain() bool {
	return len(c.children) > 0 && c.children[0].desc.Digest == c.root.Digest
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
