package plugin

import (
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// releaseTarget is one repository and the tags the image gets there.
type releaseTarget struct {
	name reference.Named
	// tags are empty where the image is pushed by digest.
	tags []string
}

// familiar is NAME:TAG as people write it.
func (t releaseTarget) familiar(tag string) string { return reference.FamiliarName(t.name) + ":" + tag }

// tagged are the names the image gets; by digest, its repository alone.
func (t releaseTarget) tagged() []string {
	if len(t.tags) == 0 {
		return []string{reference.FamiliarName(t.name)}
	}
	names := make([]string, 0, len(t.tags))
	for _, tag := range t.tags {
		names = append(names, t.familiar(tag))
	}
	return names
}

// targetsOf puts the tags of one repository together, in the order they were given.
func targetsOf(names []reference.NamedTagged) []releaseTarget {
	var targets []releaseTarget
	for _, name := range names {
		found := false
		for i := range targets {
			if targets[i].name.Name() == name.Name() {
				targets[i].tags = append(targets[i].tags, name.Tag())
				found = true
			}
		}
		if !found {
			targets = append(targets, targetOf(name))
		}
	}
	return targets
}

// targetOf is the target of one name.
func targetOf(name reference.NamedTagged) releaseTarget {
	return releaseTarget{name: reference.TrimNamed(name), tags: []string{name.Tag()}}
}

// shipment is one image for one target.
type shipment struct {
	publication manifest.Publication
	// blobs are where the image's bytes come from.
	blobs content.Provider
	// platforms are what the image consists of.
	platforms []shippedImage
	// refused is why it would not be published; only a dry run gets that far.
	refused error
	// done hears that the tags are written; it may be nil.
	done func() error
}

// images are the platforms without what is known of them.
func (s shipment) images() []manifest.Image {
	images := make([]manifest.Image, 0, len(s.platforms))
	for _, image := range s.platforms {
		images = append(images, image.Image)
	}
	return images
}

// shippedImage is one platform of what is published, and what is known of it.
type shippedImage struct {
	manifest.Image
	// Verdict is the result of its test record, or that there is none.
	Verdict string
	Reason  string
	// Carried is true for a platform taken over from another image.
	Carried bool
	// Config is the digest of its config, where that was read.
	Config digest.Digest
	// Source is what it was built from, where that is known.
	Source map[string]string

	// record is its test record as it was read; empty: there is none, or it was not read.
	record record.Result
}

// note takes over what a test record says, where there is one.
func (s *shippedImage) note(rec record.Result, recorded bool) {
	s.Verdict, s.record = string(draft.Untested), rec
	if recorded {
		s.Verdict, s.Reason = strings.ToLower(rec.Result), rec.Reason
	}
}
