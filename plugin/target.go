package plugin

import (
	"fmt"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// target is one image on its way to one repository.
type target struct {
	// name is the repository; the tags are in the plan.
	name       reference.Named
	repository *registry.Repository
	// blobs are where the image's bytes come from.
	blobs    content.Provider
	plan     manifest.Publication
	prepared *manifest.Prepared
	// refused is why it would not be published, known before its registry is asked; only a dry run gets that far.
	refused error
	// annotations are the index's own.
	annotations map[string]string
	// bases are the repositories of the images it was built from.
	bases []reference.Named
	// images are what the image consists of, for the metadata file.
	images []shippedImage
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

// familiar is NAME:TAG as people write it.
func (t target) familiar(tag string) string { return reference.FamiliarName(t.name) + ":" + tag }

// tagged are the names the image gets; by digest, its repository alone.
func (t target) tagged() []string {
	if len(t.plan.Tags) == 0 {
		return []string{reference.FamiliarName(t.name)}
	}
	names := make([]string, 0, len(t.plan.Tags))
	for _, tag := range t.plan.Tags {
		names = append(names, t.familiar(tag))
	}
	return names
}

// states says of every tag that nothing was changed.
func (t target) unchanged() []string {
	if len(t.plan.Tags) == 0 {
		return []string{"no tag was changed"}
	}
	states := make([]string, 0, len(t.plan.Tags))
	for _, name := range t.tagged() {
		states = append(states, fmt.Sprintf("tag %s unchanged", name))
	}
	return states
}

// groupNames puts the tags of one repository together, in the order they were given.
func groupNames(names []reference.NamedTagged) []target {
	var targets []target
	for _, name := range names {
		found := false
		for i := range targets {
			if targets[i].name.Name() == name.Name() {
				targets[i].plan.Tags = append(targets[i].plan.Tags, name.Tag())
				found = true
			}
		}
		if !found {
			targets = append(targets, target{
				name: reference.TrimNamed(name), plan: manifest.Publication{Tags: []string{name.Tag()}},
			})
		}
	}
	return targets
}
