package release

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
)

// PassDraft checks every platform of a draft that is to ship and returns those images, in order. What is waived gets a
// record that says so. When the gate is shut, what is there is returned all the same, with a *gate.Error.
func PassDraft(
	ctx context.Context, policy gate.Policy, blobs record.ReadWriter, d draft.Draft, asked []ocispec.Platform,
) ([]manifest.Image, error) {
	var shut gate.Error
	var out []manifest.Image
	for _, image := range d.Select(asked) {
		image.Platform = platform.AsSaid(image.Platform, asked)
		note := d.Note(image.Platform)
		c := gate.Candidate{Image: image, From: reference.FamiliarString(d.Name), Note: &note}
		var err error
		if c.Record, c.Recorded, err = record.Of(ctx, blobs, image); err != nil {
			return nil, err
		}
		if err = seeReproduction(ctx, blobs, policy, &c); err != nil {
			return nil, err
		}
		decision := policy.Decide(c)
		if decision.Waive {
			waiver := record.Result{Result: record.Warned, Reason: cmp.Or(policy.Reason, "--allow-untested")}
			if image, err = record.Add(ctx, blobs, image, d.Name.String(), waiver); err != nil {
				return nil, err
			}
		}
		if !decision.Open {
			shut.Refused = append(shut.Refused, gate.Refusal{Candidate: c, Decision: decision})
		} else {
			shut.Fit++
		}
		if image.Manifest.Digest != "" {
			out = append(out, image)
		}
	}
	if len(shut.Refused) > 0 {
		return out, &shut
	}
	return out, nil
}

// seeReproduction reads what came of a second build of a candidate, where the policy asks for one.
func seeReproduction(ctx context.Context, read record.Reader, policy gate.Policy, c *gate.Candidate) error {
	if !policy.RequireReproducible {
		return nil
	}
	found, ok, err := record.ReproductionOf(ctx, read, c.Image)
	if err != nil {
		return err
	}
	c.Rebuilt, c.Reproduced = ok, ok && found.Result == record.Reproduced
	return nil
}

// checkMixed tells platforms of different sources: an index should be of one.
func checkMixed(d store.Draft, images []manifest.Image) error {
	if len(images) == 0 {
		return nil
	}
	first := images[0]
	for _, other := range images[1:] {
		differing := inputs.Differences(d.Note(first.Platform), d.Note(other.Platform))
		if len(differing) > 0 {
			return fmt.Errorf("%s and %s are of different sources: %s: %w", platform.Format(first.Platform),
				platform.Format(other.Platform), strings.Join(differing, "; "), failure.ErrMixed)
		}
	}
	return nil
}
