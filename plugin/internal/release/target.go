package release

import (
	"context"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
)

// Target is one repository and the tags the image gets there.
type Target struct {
	Name reference.Named
	// Tags are empty where the image is pushed by digest.
	Tags []string
}

// Familiar is NAME:TAG as people write it.
func (t Target) Familiar(tag string) string { return reference.FamiliarName(t.Name) + ":" + tag }

// Tagged are the names the image gets; by digest, its repository alone.
func (t Target) Tagged() []string {
	if len(t.Tags) == 0 {
		return []string{reference.FamiliarName(t.Name)}
	}
	names := make([]string, 0, len(t.Tags))
	for _, tag := range t.Tags {
		names = append(names, t.Familiar(tag))
	}
	return names
}

// TargetsOf puts the tags of one repository together, in the order they were given.
func TargetsOf(names []reference.NamedTagged) []Target {
	var targets []Target
	for _, name := range names {
		found := false
		for i := range targets {
			if targets[i].Name.Name() == name.Name() {
				targets[i].Tags = append(targets[i].Tags, name.Tag())
				found = true
			}
		}
		if !found {
			targets = append(targets, TargetOf(name))
		}
	}
	return targets
}

// TargetOf is the target of one name.
func TargetOf(name reference.NamedTagged) Target {
	return Target{Name: reference.TrimNamed(name), Tags: []string{name.Tag()}}
}

// Shipment is one image for one target.
type Shipment struct {
	Publication publish.Request
	// blobs are where the image's bytes come from.
	blobs content.Provider
	// Platforms are what the image consists of.
	Platforms []Shipped
	// refused is why it would not be published; only a dry run gets that far.
	refused error
	// companions belong to the image beside which they stand, and are to be taken along.
	companions []companion
	beside     ref.Source
	// done hears that the tags are written, and still is asked before whether they may be; both may be nil.
	done  func() error
	still func(context.Context) error
}

// images are the platforms without what is known of them.
func (s Shipment) images() []manifest.Image {
	images := make([]manifest.Image, 0, len(s.Platforms))
	for _, image := range s.Platforms {
		images = append(images, image.Image)
	}
	return images
}

// Shipped is one platform of what is published, and what is known of it.
type Shipped struct {
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
	// unattested tells that its attestations cannot be fetched, and are left out.
	unattested bool
}

// note takes over what a test record says, where there is one.
func (s *Shipped) note(rec record.Result, recorded bool) {
	s.Verdict, s.record = string(draft.Untested), rec
	if recorded {
		s.Verdict, s.Reason = strings.ToLower(rec.Result), rec.Reason
	}
}
