package draft

import (
	"slices"
	"time"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// Draft is the local, unpublished image of a name and tag.
type Draft struct {
	// Name is the name and tag the draft is to be published as.
	Name reference.NamedTagged
	// Platforms are those asked for last, in the order of the request. Some may not be among the images: they
	// failed, or are not built yet.
	Platforms []ocispec.Platform
	// Images are those the index holds: the platforms asked for in their order, then those carried over.
	Images []manifest.Image
	// Annotations are the index's own.
	Annotations map[string]string
	// Notes says more of a platform; the key is [platform.Format].
	Notes map[string]Note
	// Published is the digest that was last published under the name, empty for none.
	Published digest.Digest
	// Index is the descriptor of the index blob. It is set by the store.
	Index ocispec.Descriptor
	// Damaged is what is wrong with the index blob, where it cannot be read: then nothing is known of the images. It is
	// set by the store.
	Damaged error
	// Updated is when the draft was changed last, in UTC. It is set by the store.
	Updated time.Time
}

// New tells that the draft was never stored.
func (d Draft) New() bool { return d.Index.Digest == "" }

// Select lists what is to ship: the platforms asked for, else those of the last build and those kept. One that is not
// there has an empty manifest.
func (d Draft) Select(asked []ocispec.Platform) []manifest.Image {
	if len(asked) == 0 {
		asked = slices.Clone(d.Platforms)
		for _, image := range d.Images {
			if _, found := answered(image.Platform, asked); !found {
				asked = append(asked, image.Platform)
			}
		}
	}
	selected := make([]manifest.Image, 0, len(asked))
	for _, p := range asked {
		image := manifest.Image{Platform: p}
		if i := slices.IndexFunc(d.Images, satisfying(p)); i >= 0 {
			image = d.Images[i]
		}
		selected = append(selected, image)
	}
	return selected
}

// AskedFor is what an image's platform was called when the draft was asked for it.
func (d Draft) AskedFor(image ocispec.Platform) ocispec.Platform {
	asked, _ := answered(image, d.Platforms)
	return asked
}

// Note is the note of an image: it stands under the platform that was asked for.
func (d Draft) Note(image ocispec.Platform) Note {
	return d.Notes[platform.Format(d.AskedFor(image))]
}

// Elsewhere are the manifests of the images whose layers are staged, and not here.
func (d Draft) Elsewhere() (list []digest.Digest) {
	for _, image := range d.Images {
		if len(d.Note(image.Platform).Staged) > 0 {
			list = append(list, image.Manifest.Digest)
		}
	}
	return list
}

// Put replaces what the draft holds of a platform. Where image is nil, an earlier one stays: the note says what it is
// worth.
func (d *Draft) Put(asked ocispec.Platform, image *manifest.Image, note Note) {
	if d.Notes == nil {
		d.Notes = map[string]Note{}
	}
	before := d.Notes[platform.Format(asked)]
	if image == nil {
		note.Staged = before.Staged
	}
	d.Notes[platform.Format(asked)] = note.After(before)
	if image == nil {
		return
	}
	// an earlier build of this platform may have had another os.version
	d.Images = append(slices.DeleteFunc(slices.Clone(d.Images), satisfying(asked)), *image)
}

// answered is the first platform asked for that an image satisfies, else its own.
func answered(image ocispec.Platform, asked []ocispec.Platform) (ocispec.Platform, bool) {
	i := slices.IndexFunc(asked, func(p ocispec.Platform) bool { return platform.Satisfies(image, p) })
	if i < 0 {
		return image, false
	}
	return asked[i], true
}

// satisfying finds images of what was asked for.
func satisfying(asked ocispec.Platform) func(manifest.Image) bool {
	return func(image manifest.Image) bool { return platform.Satisfies(image.Platform, asked) }
}

// IsDamaged tells that the index blob cannot be read.
func (d Draft) IsDamaged() bool { return d.Damaged != nil }
