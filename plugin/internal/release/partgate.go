package release

import (
	"context"
	"fmt"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// partGate lets through what has a passed test, or a waiver, among parts that stand in registries and folders.
type partGate struct {
	policy gate.Policy
	// name is what a new record speaks of; origins get the blobs of it. Without origins nothing is recorded: then the
	// bytes of the image may not change.
	name    string
	origins *source.Blobs
	// configs also finds out the digest of each config.
	configs bool
	// unattested takes parts without the attestations that cannot be fetched.
	unattested bool
	// debts is what images have failed on this machine; planned has no waiver kept.
	debts   Debts
	planned bool
	// deep tells that what is not carried over is audited after the gate, but for what allow lets pass.
	deep  bool
	allow audit.Globs
	// own tells that what is carried over is under a tag to be written already.
	own bool
}

// UnattestedError is an image that names attestations which cannot be fetched: whether it was tested is not known, and
// as it is it cannot be put anywhere.
type UnattestedError struct {
	Platform ocispec.Platform
	// Source is the image as the user wrote it.
	Source string
	Err    error
}

// Error implements error.
func (e *UnattestedError) Error() string {
	return fmt.Sprintf("%s of %s: its attestations cannot be fetched: %s", platform.Format(e.Platform), e.Source, e.Err)
}

// Unwrap lets errors.Is find the class: what an index names is to be there.
func (e *UnattestedError) Unwrap() []error { return []error{registry.ErrIntegrity, e.Err} }

// pass reads the record of every part that is not carried over. A waiver with a reason is recorded in the part. All
// that is shut out is named at once; then what is known of the parts is returned all the same.
func (g partGate) pass(ctx context.Context, parts []source.Entry) ([]Shipped, error) {
	shipped := make([]Shipped, len(parts))
	refused := make([]*gate.Refusal, len(parts))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sourceJobs)
	for i := range parts {
		group.Go(func() error {
			var err error
			shipped[i], refused[i], err = g.decide(ctx, &parts[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var shut gate.Error
	for _, r := range refused {
		if r != nil {
			shut.Refused = append(shut.Refused, *r)
		}
	}
	if shut.Fit = len(parts) - len(shut.Refused); len(shut.Refused) > 0 {
		return shipped, &shut
	}
	return shipped, nil
}

// decide reads one part's record and what it has failed here, and records a waiver; refused says why the part is not
// let through.
func (g partGate) decide(
	ctx context.Context, part *source.Entry,
) (known Shipped, refused *gate.Refusal, err error) {
	read := learning{source.At(part.Place), part.Place, g.origins}
	if known, err = g.describe(ctx, read, part); err != nil {
		return known, nil, err
	}
	c := gate.Candidate{Image: part.Image, From: part.Source, Root: part.Root, Record: known.record}
	c.Recorded, c.Carried = known.record.Result != "", part.Carried && g.own
	of, err := owed(ctx, g.debts, read, part.Manifest)
	if err != nil {
		return known, nil, err
	}
	if g.deep && !part.Carried {
		of.book = trial.PaidByLook(of.book, g.allow)
	}
	c.Book, c.Holders = of.book, of.holders
	decision := g.policy.Decide(c)
	if !decision.Open {
		return known, &gate.Refusal{Candidate: c, Decision: decision}, nil
	}
	if !decision.Waive {
		return known, nil, nil
	}
	waiver := of.waived(g.policy.Reason, part.Source)
	if !g.planned {
		if err := of.keep(ctx, waiver); err != nil {
			return known, nil, err
		}
	}
	return g.record(ctx, read, part, known, of.book)
}

// record records a waiver with a reason, where the bytes of the image may change.
func (g partGate) record(
	ctx context.Context, at record.ReadWriter, part *source.Entry, known Shipped, book debt.Book,
) (_ Shipped, refused *gate.Refusal, err error) {
	switch {
	case g.origins == nil:
		known.Reason = g.policy.Reason
		return known, nil, nil
	case g.policy.Reason == "" && len(book.Debts) == 0:
		return known, nil, nil
	}
	waiver := trial.WaivedResult(known.record, book, g.policy.Reason)
	known.Verdict, known.Reason = strings.ToLower(waiver.Result), waiver.Reason
	part.Image, err = record.Add(ctx, at, part.Image, g.name, *waiver)
	known.Image = part.Image
	return known, nil, err
}

// describe says what is known of a part.
func (g partGate) describe(
	ctx context.Context, read record.Reader, part *source.Entry,
) (known Shipped, err error) {
	rec, recorded, err := record.Of(ctx, read, part.Image)
	if cerrdefs.IsNotFound(err) && g.unattested {
		part.Attestation, err = nil, nil
		known.unattested = true
	}
	if cerrdefs.IsNotFound(err) {
		return known, &UnattestedError{part.Platform, part.Source, err}
	}
	if err != nil {
		return known, fmt.Errorf("reading the test record of %s: %w", platform.Format(part.Platform), err)
	}
	known.Image, known.Carried = part.Image, part.Carried
	known.note(rec, recorded)
	if g.configs {
		known.Config, err = configOf(ctx, read, part.Manifest)
	}
	return known, err
}
