package release

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// DraftGate is the gate before the platforms of a draft.
type DraftGate struct {
	Policy gate.Policy
	// Blobs are where records are, and Debts what images have failed.
	Blobs record.ReadWriter
	Debts Debts
	// Planned has no waiver kept.
	Planned bool
}

// Debts is where it is kept what images have failed.
type Debts interface {
	Any() bool
	trial.Debts
	Holders(ctx context.Context, config digest.Digest) ([]string, error)
}

// Pass checks every platform of a draft that is to ship and returns those images, in order. What is waived gets a
// record that says so. When the gate is shut, what is there is returned all the same, with a *gate.Error.
func (g DraftGate) Pass(ctx context.Context, d draft.Draft, asked []ocispec.Platform) ([]manifest.Image, error) {
	var shut gate.Error
	var out []manifest.Image
	for _, image := range d.Select(asked) {
		image.Platform = platform.AsSaid(image.Platform, asked)
		c, decision, err := g.decide(ctx, d, &image)
		if err != nil {
			return nil, err
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

// decide asks the gate about one image, and records a waiver in it.
func (g DraftGate) decide(
	ctx context.Context, d draft.Draft, image *manifest.Image,
) (c gate.Candidate, decision gate.Decision, err error) {
	note := d.Note(image.Platform)
	c = gate.Candidate{Image: *image, From: reference.FamiliarString(d.Name), Note: &note}
	if c.Record, c.Recorded, err = record.Of(ctx, g.Blobs, *image); err != nil {
		return c, decision, strangeRecord(d, err)
	}
	of := owing{debts: g.Debts}
	if image.Manifest.Digest != "" {
		if of, err = owed(ctx, g.Debts, g.Blobs, image.Manifest); err != nil {
			return c, decision, err
		}
	}
	c.Book, c.Holders = of.book, of.holders
	if err = seeReproduction(ctx, g.Blobs, g.Policy, &c); err != nil {
		return c, decision, err
	}
	decision = g.Policy.Decide(c)
	if !decision.Waive {
		return c, decision, nil
	}
	waiver := of.waived(g.Policy.Reason, c.From)
	if !g.Planned {
		if err := of.keep(ctx, waiver); err != nil {
			return c, decision, err
		}
	}
	*image, err = record.Add(
		ctx,
		g.Blobs,
		*image,
		d.Name.String(),
		*trial.WaivedResult(c.Record, of.book, g.Policy.Reason),
	)
	return c, decision, err
}

// strangeRecord is an error of reading a record of a draft. One of another image is no record of ours: the store was
// changed.
func strangeRecord(d draft.Draft, err error) error {
	if !errors.Is(err, record.ErrStatement) {
		return err
	}
	return &DraftError{Name: d.Name, Err: fmt.Errorf("reading draft %q: %w: %w", reference.FamiliarString(d.Name),
		store.ErrCorrupt, err)}
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
