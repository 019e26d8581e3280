package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// ReadBuilt reads what a solve has left: an index of one image manifest and its attestation manifest, or the
// image manifest alone. The image manifest is what is loaded, tested, arch-tagged and compared.
func ReadBuilt(ctx context.Context, s *store.Store, r builder.Result) (store.PlatformImage, error) {
	root, body, err := readRoot(ctx, s, r.Root)
	if err != nil {
		return store.PlatformImage{}, err
	}
	image := manifest.Image{Manifest: root}
	if root.MediaType == ocispec.MediaTypeImageIndex {
		images, err := manifest.ParseIndex(body)
		if err != nil {
			return store.PlatformImage{},
				fmt.Errorf("reading what was built for %s: %w", platform.Format(r.Platform), err)
		}
		if len(images) != 1 {
			return store.PlatformImage{}, fmt.Errorf("reading what was built for %s: there are %d images in it, not 1",
				platform.Format(r.Platform), len(images))
		}
		image = images[0]
		image.Annotations = nil // BuildKit's own notes on a layout of one platform
	}
	read, err := s.PlatformImage(ctx, image)
	if err != nil {
		return store.PlatformImage{}, err
	}
	read.Image.Platform, err = platformBuilt(ctx, s, read.Manifest.Config, r.Platform)
	return read, err
}

func readRoot(ctx context.Context, s *store.Store, root digest.Digest) (ocispec.Descriptor, []byte, error) {
	info, err := s.Content().Info(ctx, root)
	if err != nil {
		return ocispec.Descriptor{}, nil, fmt.Errorf("reading what was built: %w", err)
	}
	desc := ocispec.Descriptor{Digest: root, Size: info.Size}
	body, err := s.ReadBlob(ctx, desc)
	if err != nil {
		return desc, nil, err
	}
	var header struct {
		MediaType string `json:"mediaType"`
	}
	if err := json.Unmarshal(body, &header); err != nil {
		return desc, nil, fmt.Errorf("reading what was built: %w", err)
	}
	desc.MediaType = header.MediaType
	return desc, body, nil
}

// platformBuilt takes os.version and os.features from the config, and refuses an image whose config names another
// platform than the one asked for: a `FROM --platform` in the last stage does that.
func platformBuilt(
	ctx context.Context, s *store.Store, config ocispec.Descriptor, asked ocispec.Platform,
) (ocispec.Platform, error) {
	body, err := s.ReadBlob(ctx, config)
	if err != nil {
		return asked, err
	}
	got, err := manifest.PlatformOf(body)
	if err != nil {
		return asked, err
	}
	if !platform.Satisfies(got, asked) {
		return asked, failure.Wrap(failure.ErrTests, fmt.Errorf(
			"the image built for %s says that it is for %s; look at FROM --platform in the last stage",
			platform.Format(asked), platform.Format(got)), "")
	}
	return got, nil
}

// attested is an image that a solve has left with the attestation that it is to have in the draft. The records of tests
// and of second builds are ours alone: those that a builder has made, or the frontend that a Dockerfile names, are not
// believed.
func (b *run) attested(ctx context.Context, now manifest.Image) (manifest.Image, error) {
	now, err := record.DropAll(ctx, b.store, now)
	if err != nil {
		return now, err
	}
	return b.keepOldAttestation(ctx, now)
}

// keepOldAttestation makes an unchanged image keep the attestation it had, and returns it as it is then. BuildKit's
// provenance has timestamps: a rebuild that changed nothing would be another index otherwise, and would lose its test
// record.
func (b *run) keepOldAttestation(ctx context.Context, now manifest.Image) (manifest.Image, error) {
	d, err := b.store.Draft(ctx, b.plan.Names[0])
	// it may have been removed meanwhile, and what is damaged is not kept
	if err != nil && !errors.Is(err, store.ErrNoDraft) && d.Damaged == nil {
		return now, err
	}
	i := slices.IndexFunc(d.Images, func(old manifest.Image) bool {
		return old.Manifest.Digest == now.Manifest.Digest && platform.Equal(old.Platform, now.Platform)
	})
	if i < 0 || d.Images[i].Attestation == nil {
		return now, nil
	}
	oldKinds, err := AttestedKinds(ctx, b.store, d.Images[i])
	if errors.Is(err, store.ErrCorrupt) {
		return now, nil
	}
	if err != nil {
		return now, err
	}
	newKinds, err := AttestedKinds(ctx, b.store, now)
	if err != nil {
		return now, err
	}
	if slices.Equal(oldKinds, newKinds) {
		now.Attestation = d.Images[i].Attestation
	}
	return now, nil
}

// AttestedKinds lists the predicate types of an attestation manifest, without our own.
func AttestedKinds(ctx context.Context, s *store.Store, image manifest.Image) ([]string, error) {
	predicates, err := record.Predicates(ctx, s, image)
	if err != nil {
		return nil, err
	}
	delete(predicates, record.PredicateType)
	delete(predicates, record.ReproductionType)
	return slices.Sorted(maps.Keys(predicates)), nil
}
