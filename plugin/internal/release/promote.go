package release

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
)

// AsItIs publishes the very bytes of an image in a registry.
type AsItIs struct {
	Source ref.Source
	// Referrers also takes to another repository what refers to the image: signatures, SBOMs.
	Referrers bool
	// Expected are platforms that have to be there.
	Expected []ocispec.Platform
}

// Prepare implements assembler: there is nothing to do.
func (a AsItIs) Prepare(context.Context, Request) error { return nil }

// expect refuses an image without a platform that has to be there.
func (a AsItIs) expect(image source.Image) error {
	var missing []string
	for _, want := range a.Expected {
		answers := func(e source.Entry) bool { return platform.Satisfies(e.Platform, want) }
		if !slices.ContainsFunc(image.Entries, answers) {
			missing = append(missing, platform.Format(want))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("looking for what is to be there: %w: %s has no %s; it has %s", source.ErrMissing,
		a.Source.Text, strings.Join(missing, ", "), strings.Join(partNames(image.Entries), ", "))
}

// assemble implements assembler: it reads the image, and asks the gate.
func (a AsItIs) assemble(
	ctx context.Context, s *Session, r Request, targets []Target,
) ([]Shipment, error) {
	origins := source.NewBlobs(nil)
	image, err := readPlace(ctx, s, a.Source, origins)
	if err != nil {
		return nil, err
	}
	if err := a.expect(image); err != nil {
		return nil, err
	}
	g := partGate{policy: r.Gate, configs: r.Configs, debts: s.host.Debts(), planned: r.DryRun}
	platforms, err := g.pass(ctx, image.Entries)
	if err != nil && !r.onlyPlanned(err) {
		return nil, err
	}
	shipments := r.shipments(targets)
	if err != nil {
		shipments[0].refused = NotBegun(targets, 0, err)
	}
	elsewhere := func(t Target) bool { return t.Name.Name() != a.Source.Image.Name.Name() }
	var belonging []companion
	if slices.ContainsFunc(targets, elsewhere) {
		if belonging, err = a.companions(ctx, s, image); err != nil {
			return nil, err
		}
	}
	for i, t := range targets {
		one := &shipments[i]
		one.blobs, one.Platforms = origins, platforms
		p := &one.Publication
		p.Index, p.Nested = image.Root, true
		if elsewhere(t) {
			one.companions, one.beside = belonging, a.Source
		} else {
			p.Present = []digest.Digest{image.Root.Digest}
			for _, part := range image.Entries {
				p.Unseen = append(p.Unseen, unseen(origins, part)...)
			}
		}
		p.MountFrom = mountFromPlaces(t.Name, origins, nil)
		if r.ArchTags {
			one.nameArch(s, t, source.Images(image.Entries))
		}
	}
	return shipments, nil
}
