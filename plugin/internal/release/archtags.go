package release

import (
	"slices"

	"github.com/containerd/containerd/v2/core/images"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
)

// archTagsOf names the tags of single images, and of their attestation manifests, below a tag.
func archTagsOf(tag string, images []manifest.Image) ([]publish.NamedManifest, error) {
	named := make([]publish.NamedManifest, 0, 2*len(images))
	for _, image := range images {
		arch, err := platform.ArchTag(tag, image.Platform)
		if err != nil {
			return nil, err
		}
		named = append(named, publish.NamedManifest{Tag: arch, Manifest: image.Manifest})
		if image.Attestation == nil {
			continue
		}
		if arch, err = platform.AttestationTag(tag, image.Platform); err != nil {
			return nil, err
		}
		named = append(named, publish.NamedManifest{Tag: arch, Manifest: *image.Attestation})
	}
	return named, nil
}

// nameArch gives images that stand in registries tags of their own, below each tag of the target. What can have none is
// told: a registry that deletes what has no tag would take it away.
func (s *Shipment) nameArch(session *Session, t Target, imgs []manifest.Image) {
	p := &s.Publication
	if images.IsManifestType(p.Index.MediaType) {
		return // the tag itself names it
	}
	for _, tag := range t.Tags {
		for _, image := range imgs {
			found, err := archTagsOf(tag, []manifest.Image{image})
			if err != nil {
				session.Notify("warning: " + image.Manifest.Digest.String() + " gets no tag of its own: " + err.Error())
				continue
			}
			for _, arch := range found {
				taken := slices.IndexFunc(p.ArchTags, func(n publish.NamedManifest) bool { return n.Tag == arch.Tag })
				switch {
				case taken < 0 && !slices.Contains(t.Tags, arch.Tag):
					p.ArchTags = append(slices.Clip(p.ArchTags), arch)
				case taken < 0 || p.ArchTags[taken].Manifest.Digest != arch.Manifest.Digest:
					session.Notify("warning: " + arch.Manifest.Digest.String() + " gets no tag of its own: " +
						t.Familiar(arch.Tag) + " is another image")
				}
			}
		}
	}
}
