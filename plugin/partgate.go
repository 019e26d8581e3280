package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// partGate lets through what has a passed test, or a waiver, among parts that stand in registries and folders.
type partGate struct {
	gateOptions
	// name is what a new record speaks of; origins get the blobs of it. Without origins nothing is recorded: then the
	// bytes of the image may not change.
	name    string
	origins *manifest.Origins
	// configs also finds out the digest of each config.
	configs bool
}

// pass reads the record of every part that is not carried over. A waiver with a reason is recorded in the part. All
// that is shut out is named at once; then what is known of the parts is returned all the same.
func (g partGate) pass(ctx context.Context, parts []manifest.Part) ([]shippedImage, error) {
	shipped := make([]shippedImage, len(parts))
	shut := make([]error, len(parts))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sourceJobs)
	for i := range parts {
		group.Go(func() error {
			var err error
			shipped[i], shut[i], err = g.look(ctx, &parts[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := errors.Join(shut...); err != nil {
		return shipped, fail(errGate, err, "",
			"--platform LIST takes fewer platforms")
	}
	return shipped, nil
}

// look reads one part's record; shut says why it is not let through.
func (g partGate) look(ctx context.Context, part *manifest.Part) (known shippedImage, shut, err error) {
	read := g.reader(part.Place)
	record, tested, err := recordIn(ctx, read, part.Image)
	if err != nil {
		return known, nil, fmt.Errorf("reading the test record of %s: %w", manifest.FormatPlatform(part.Platform), err)
	}
	known = shippedImage{Image: part.Image, Verdict: string(untested), Carried: part.Carried}
	if tested {
		known.Verdict, known.Reason = strings.ToLower(record.Result), record.Reason
	}
	if g.configs {
		if known.Config, err = configOf(ctx, read, part.Manifest); err != nil {
			return known, nil, err
		}
	}
	failed := tested && record.Result == manifest.Failed
	switch {
	case part.Carried, tested && !failed:
		return known, nil, nil
	case !g.waives(part.Platform, failed):
		return known, fmt.Errorf("%s of %s %s", manifest.FormatPlatform(part.Platform), part.Source,
			inWords(known.Verdict)), nil
	case g.origins == nil:
		known.Reason = g.reason
		return known, nil, nil
	case g.reason == "":
		return known, nil, nil
	}
	known.Verdict, known.Reason = strings.ToLower(manifest.Warned), g.reason
	err = g.record(ctx, read, part)
	known.Image = part.Image
	return known, nil, err
}

// reader reads at a place, and lets origins know what was read.
func (g partGate) reader(place manifest.Place) reader {
	read := readAt(place)
	return func(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
		body, err := read(ctx, desc)
		if err == nil && g.origins != nil {
			g.origins.Learn(place, desc, body)
		}
		return body, err
	}
}

// record puts the reason of a waiver into a part's attestation manifest.
func (g partGate) record(ctx context.Context, read reader, part *manifest.Part) error {
	result := manifest.TestResult{Result: manifest.Warned, Reason: g.reason}
	statement, err := manifest.Statement(g.name, part.Manifest.Digest, result)
	if err != nil {
		return err
	}
	existing, err := attestationOf(ctx, read, part.Attestation)
	if err != nil {
		return err
	}
	attestation, err := manifest.AddStatement(existing, part.Manifest, manifest.TestResultType, statement)
	if err != nil {
		return err
	}
	for _, blob := range attestation.New {
		g.origins.Keep(blob.Descriptor, blob.Body)
	}
	part.Attestation = &attestation.Descriptor
	return nil
}

// attestationOf reads an attestation manifest and its config; nil where there is none.
func attestationOf(ctx context.Context, read reader, desc *ocispec.Descriptor) (*manifest.Attestation, error) {
	if desc == nil {
		return nil, nil
	}
	attestation := manifest.Attestation{Descriptor: *desc}
	var err error
	if attestation.Manifest, err = read(ctx, *desc); err != nil {
		return nil, err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(attestation.Manifest, &m); err != nil {
		return nil, fmt.Errorf("reading attestation manifest %s: %w", desc.Digest, err)
	}
	attestation.Config, err = read(ctx, m.Config)
	return &attestation, err
}
