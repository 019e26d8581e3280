package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// testRules is the version of how tests are run and judged. A change of it ends the reuse of older verdicts.
const testRules = "2"

// blobStore keeps blobs; *store.Store does.
type blobStore interface {
	ReadBlob(ctx context.Context, desc ocispec.Descriptor) ([]byte, error)
	WriteBlob(ctx context.Context, mediaType string, body []byte) (ocispec.Descriptor, error)
}

var _ blobStore = (*store.Store)(nil)

// recordOf reads the test record of an image; ok is false when there is none.
func recordOf(
	ctx context.Context, s blobStore, image manifest.Image,
) (record manifest.TestResult, ok bool, err error) {
	return recordIn(ctx, s.ReadBlob, image)
}

// passedBefore returns the record of the very image having passed the very tests already. Nothing but PASSED is reused:
// a flaky failure would stick.
func passedBefore(
	ctx context.Context, s *store.Store, image manifest.Image, settings []manifest.Setting,
) (manifest.TestResult, bool, error) {
	record, ok, err := recordOf(ctx, s, image)
	if err != nil || !ok {
		return record, false, err
	}
	return record, record.Result == manifest.Passed && slices.Equal(record.Configuration, settings), nil
}

// judgement is what is to be recorded of one image.
type judgement struct {
	// name is the reference the record speaks of.
	name     string
	report   localtest.Report
	settings []manifest.Setting
}

// recordVerdict puts a verdict into the attestation manifest of an image. What is neither passed nor failed
// leaves no record, and takes away one that says otherwise.
func recordVerdict(ctx context.Context, s *store.Store, image *manifest.Image, now judgement) error {
	result, ok := now.result()
	if !ok {
		return dropRecord(ctx, s, image)
	}
	return addRecord(ctx, s, image, now.name, result)
}

// result is the judgement as it is recorded; ok is false for what is neither passed nor failed.
func (j judgement) result() (result manifest.TestResult, ok bool) {
	result.Configuration = j.settings
	switch {
	case j.report.Verdict.Good():
		result.Result = manifest.Passed
	case j.report.Verdict == localtest.Failed:
		result.Result = manifest.Failed
	default:
		return result, false
	}
	for _, c := range j.report.Cases {
		switch c.Verdict {
		case localtest.Passed, localtest.NothingToRun:
			result.Passed = append(result.Passed, c.Name)
		case localtest.Failed:
			result.Failed = append(result.Failed, c.Name)
		default:
			result.Warned = append(result.Warned, c.Name)
		}
	}
	return result, true
}

// addRecord writes a test record as one more layer of the image's attestation manifest.
func addRecord(
	ctx context.Context, s blobStore, image *manifest.Image, name string, result manifest.TestResult,
) error {
	statement, err := manifest.Statement(name, image.Manifest.Digest, result)
	if err != nil {
		return err
	}
	existing, err := readAttestation(ctx, s, image.Attestation)
	if err != nil {
		return err
	}
	attestation, err := manifest.AddStatement(existing, image.Manifest, manifest.TestResultType, statement)
	if err != nil {
		return err
	}
	return writeAttestation(ctx, s, image, attestation)
}

func dropRecord(ctx context.Context, s blobStore, image *manifest.Image) error {
	existing, err := readAttestation(ctx, s, image.Attestation)
	if err != nil || existing == nil {
		return err
	}
	predicates, err := manifest.Predicates(existing.Manifest)
	if err != nil {
		return err
	}
	if _, recorded := predicates[manifest.TestResultType]; !recorded {
		return nil
	}
	without, err := manifest.WithoutStatement(*existing, image.Manifest, manifest.TestResultType)
	if err != nil {
		return err
	}
	if without == nil {
		image.Attestation = nil
		return nil
	}
	return writeAttestation(ctx, s, image, *without)
}

func readAttestation(ctx context.Context, s blobStore, desc *ocispec.Descriptor) (*manifest.Attestation, error) {
	if desc == nil {
		return nil, nil
	}
	attestation := manifest.Attestation{Descriptor: *desc}
	var err error
	if attestation.Manifest, err = s.ReadBlob(ctx, *desc); err != nil {
		return nil, err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(attestation.Manifest, &m); err != nil {
		return nil, fmt.Errorf("reading attestation manifest %s: %w", desc.Digest, err)
	}
	attestation.Config, err = s.ReadBlob(ctx, m.Config)
	return &attestation, err
}

func writeAttestation(
	ctx context.Context, s blobStore, image *manifest.Image, attestation manifest.Attestation,
) error {
	for _, blob := range attestation.New {
		if _, err := s.WriteBlob(ctx, blob.Descriptor.MediaType, blob.Body); err != nil {
			return err
		}
	}
	image.Attestation = &attestation.Descriptor
	return nil
}
