package plugin

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// publishedTest is the test of an image where it stands in a registry.
type publishedTest struct {
	host host
	plan trialPlan
	// name is that of the plan; asked are the platforms asked for, none: those that need no emulator here.
	name       reference.Canonical
	asked      []ocispec.Platform
	repository *registry.Repository
	// images are all of the index; annotations are the index's own.
	images      []manifest.Image
	annotations map[string]string
	bench       *bench

	mu       sync.Mutex
	outcomes []trialOutcome
}

// openPublished reads the image at a digest. Its record is pushed beside it, so that pushing has to be allowed.
func openPublished(
	ctx context.Context, h host, client *registry.Client, plan trialPlan, asked []ocispec.Platform,
) (*publishedTest, error) {
	name, ok := plan.name.(reference.Canonical)
	if !ok {
		return nil, fmt.Errorf("%q is no digest", plan.name)
	}
	t := &publishedTest{host: h, plan: plan, name: name, asked: asked}
	var err error
	if t.repository, err = client.Repository(ctx, name, registry.Push); err != nil {
		return nil, err
	}
	return t, t.read(ctx)
}

// read reads the index, or makes one of a single image.
func (t *publishedTest) read(ctx context.Context) error {
	desc, body, err := t.repository.Resolve(ctx, t.name.Digest().String())
	if err != nil {
		return err
	}
	if images.IsIndexType(desc.MediaType) {
		var index ocispec.Index
		if err := json.Unmarshal(body, &index); err != nil {
			return fmt.Errorf("%w: %w", manifest.ErrIndex, err)
		}
		t.annotations = index.Annotations
		t.images, err = manifest.ParseIndex(body)
		return err
	}
	_, config, err := readConfig(ctx, t.repository, desc)
	if err != nil {
		return err
	}
	p, err := manifest.PlatformOf(config)
	t.images = []manifest.Image{{Platform: p, Manifest: desc}}
	return err
}

// Try tests what was chosen.
func (t *publishedTest) Try(ctx context.Context, pw progress.Writer) error {
	var err error
	if t.bench, err = openBench(ctx, t.host, t.plan, pw); err != nil {
		return err
	}
	t.bench.share(ctx)
	chosen, err := t.choose()
	if err != nil {
		return err
	}
	q := t.bench.quay(t.repository, t.name)
	t.bench.each(ctx, len(chosen), func(i int) {
		o := t.bench.try(ctx, q.subject(chosen[i]))
		t.mu.Lock()
		defer t.mu.Unlock()
		t.outcomes = append(t.outcomes, o)
	})
	slices.SortStableFunc(t.outcomes, func(a, b trialOutcome) int {
		return cmp.Compare(t.indexOf(a.platform), t.indexOf(b.platform))
	})
	return nil
}

// choose takes the platforms asked for, else those that need no emulator here, else the only one.
func (t *publishedTest) choose() ([]manifest.Image, error) {
	var chosen []manifest.Image
	for _, image := range t.images {
		asked := slices.ContainsFunc(t.asked, func(p ocispec.Platform) bool {
			return manifest.Satisfies(image.Platform, p)
		})
		if asked || len(t.asked) == 0 && (t.bench.engine.Native(image.Platform) || len(t.images) == 1) {
			chosen = append(chosen, image)
		}
	}
	if len(chosen) == 0 || len(chosen) < len(t.asked) {
		return nil, usageError("of the platforms of %s, %s, not all asked for are there or none runs here without an "+
			"emulator; choose with --platform",
			reference.FamiliarString(t.name), manifest.PlatformList(manifest.Platforms(t.images)))
	}
	return chosen, nil
}

// indexOf is where in the index the image of a platform stands; -1: nowhere.
func (t *publishedTest) indexOf(p ocispec.Platform) int {
	return slices.IndexFunc(t.images, func(image manifest.Image) bool { return manifest.SamePlatform(image.Platform, p) })
}

// Ask has a person try the images that were loaded. The answers are pushed in the end, all at once.
func (t *publishedTest) Ask(ctx context.Context, who person) error {
	for i := range t.outcomes {
		var err error
		if t.outcomes[i], err = t.bench.ask(ctx, who, t.outcomes[i]); err != nil {
			return err
		}
	}
	return nil
}
