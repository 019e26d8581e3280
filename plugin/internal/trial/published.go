package trial

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// PublishedTest is the test of an image where it stands in a registry.
type PublishedTest struct {
	host dockercli.Host
	Plan Plan
	// name is that of the plan; asked are the platforms asked for, none: those that need no emulator here.
	name       reference.Canonical
	asked      []ocispec.Platform
	repository *registry.Repository
	// images are all of the index, and others what it has beside them; annotations are the index's own.
	images      []manifest.Image
	others      []ocispec.Descriptor
	annotations map[string]string
	bench       *Bench

	mu       sync.Mutex
	Outcomes []Outcome
}

// OpenPublished reads the image at a digest. Its record is pushed beside it, so that pushing has to be allowed.
func OpenPublished(
	ctx context.Context, h dockercli.Host, client *registry.Client, plan Plan, asked []ocispec.Platform,
) (*PublishedTest, error) {
	name, ok := plan.Name.(reference.Canonical)
	if !ok {
		return nil, fmt.Errorf("%q is no digest", plan.Name)
	}
	if plan.Alike().Required || len(plan.Alike().Allow.Patterns()) > 0 {
		return nil, failure.Usage("--require-parity and --allow-difference are for drafts; " +
			"what is published is compared by docker multiplat diff --exit-code")
	}
	t := &PublishedTest{host: h, Plan: plan, name: name, asked: asked}
	var err error
	if t.repository, err = client.Repository(ctx, name, registry.Push); err != nil {
		return nil, err
	}
	return t, t.read(ctx)
}

// read reads the index, or makes one of a single image.
func (t *PublishedTest) read(ctx context.Context) error {
	desc, body, err := t.repository.Resolve(ctx, t.name.Digest().String())
	if err != nil {
		return err
	}
	if images.IsIndexType(desc.MediaType) {
		return t.readIndex(ctx, body)
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
func (t *PublishedTest) Try(ctx context.Context, pw progress.Writer) error {
	var err error
	of := t.asked
	if len(of) == 0 {
		of = manifest.Platforms(t.images)
	}
	if t.bench, err = Open(ctx, t.host, t.Plan, pw, of); err != nil {
		return err
	}
	t.bench.Share(ctx)
	chosen, err := t.choose()
	if err != nil {
		return err
	}
	t.bench.SayWhere(manifest.Platforms(chosen))
	q := t.bench.quay(t.repository, t.name)
	rows := make([]*shown.Row, len(chosen))
	for i, image := range chosen {
		rows[i] = shown.Begin(pw, platform.Format(image.Platform), t.bench.How(image.Platform))
	}
	t.bench.Each(ctx, len(chosen), func(i int) {
		o := t.bench.Try(ctx, q.subject(chosen[i]))
		rows[i].End(o.Verdict(), o.Failure())
		t.mu.Lock()
		defer t.mu.Unlock()
		t.Outcomes = append(t.Outcomes, o)
	})
	order.Stable(t.Outcomes, func(a, b Outcome) int {
		return cmp.Compare(t.indexOf(a.Platform), t.indexOf(b.Platform))
	})
	return nil
}

// choose takes the platforms asked for, else those that need no emulator here, else the only one.
func (t *PublishedTest) choose() ([]manifest.Image, error) {
	var chosen []manifest.Image
	for _, image := range t.images {
		asked := slices.ContainsFunc(t.asked, func(p ocispec.Platform) bool {
			return platform.Satisfies(image.Platform, p)
		})
		if asked || len(t.asked) == 0 && (t.bench.at(image.Platform).Engine.Native(image.Platform) || len(t.images) == 1) {
			chosen = append(chosen, image)
		}
	}
	if len(chosen) == 0 || len(chosen) < len(t.asked) {
		return nil, failure.Usage("of the platforms of %s, %s, not all asked for are there or none runs here without an "+
			"emulator; choose with --platform",
			reference.FamiliarString(t.name), platform.List(manifest.Platforms(t.images)))
	}
	return chosen, nil
}

// indexOf is where in the index the image of a platform stands; -1: nowhere.
func (t *PublishedTest) indexOf(p ocispec.Platform) int {
	return slices.IndexFunc(t.images, func(image manifest.Image) bool { return platform.Equal(image.Platform, p) })
}

// Ask has a person try the images that were loaded. The answers are pushed in the end, all at once.
func (t *PublishedTest) Ask(ctx context.Context, who Person) error {
	for i := range t.Outcomes {
		var err error
		if t.Outcomes[i], err = t.bench.Ask(ctx, who, t.Outcomes[i]); err != nil {
			return err
		}
	}
	return nil
}
