package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	intoto "github.com/in-toto/attestation/go/v1"
	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// ReproductionType is the predicate type of the record of a second build.
const ReproductionType = "https://github.com/docker-multiplat/docker-multiplat/reproduction/v0.1"

// The results that the record of a second build can state.
const (
	// Reproduced says that a second build has made the same bytes.
	Reproduced = "REPRODUCED"
	// Differs says that it has made others.
	Differs = "DIFFERS"
)

// Reproduction is what came of building an image once more from the same inputs. It is a record, not a signature.
type Reproduction struct {
	// Result is [Reproduced] or [Differs].
	Result string `json:"result"`
	// Differences are what differs, and why, without what it was in the one build and in the other.
	Differences []Difference `json:"differences,omitempty"`
	// Inputs are what the second build was held to.
	Inputs []Input `json:"inputs,omitempty"`
}

// Difference is one thing that differs.
type Difference struct {
	// Layer counts from 1, the lowest; 0 is the config.
	Layer int    `json:"layer"`
	Path  string `json:"path,omitempty"`
	Cause string `json:"cause"`
}

// Input is something that the second build was held to.
type Input struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// reproductionStatement is the in-toto statement around it.
type reproductionStatement struct {
	Type          string            `json:"_type"`
	Subject       []reproducedImage `json:"subject"`
	PredicateType string            `json:"predicateType"`
	Predicate     *Reproduction     `json:"predicate"`
}

type reproducedImage struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

func (r Reproduction) check() error {
	if r.Result != Reproduced && r.Result != Differs {
		return fmt.Errorf("the result %q is none of %s, %s", r.Result, Reproduced, Differs)
	}
	return nil
}

// EncodeReproduction returns the in-toto statement that records a second build of an image under a name. It has no
// timestamps, and nothing in it depends on when the second build was made.
func EncodeReproduction(name string, image digest.Digest, r Reproduction) ([]byte, error) {
	if err := errors.Join(image.Validate(), r.check()); err != nil {
		return nil, fmt.Errorf("recording the second build of %q: %w", image, err)
	}
	return json.Marshal(reproductionStatement{
		Type:          intoto.StatementTypeUri,
		Subject:       []reproducedImage{{name, map[string]string{image.Algorithm().String(): image.Encoded()}}},
		PredicateType: ReproductionType,
		Predicate:     &r,
	})
}

// ParseReproduction reads the record of a second build of an image. What is not one of this very image is an error that
// wraps [ErrStatement].
func ParseReproduction(body []byte, image digest.Digest) (Reproduction, error) {
	read := reproductionStatement{Predicate: &Reproduction{}}
	err := errors.Join(image.Validate(), json.Unmarshal(body, &read))
	switch {
	case err != nil:
	case read.Predicate == nil || read.Type != intoto.StatementTypeUri || read.PredicateType != ReproductionType:
		err = fmt.Errorf("it is a %q of type %q", read.PredicateType, read.Type)
	case !read.isOf(image):
		err = errors.New("its subject is another")
	default:
		err = read.Predicate.check()
	}
	if err != nil {
		return Reproduction{}, fmt.Errorf("reading the record of the second build of %q: %w: %w", image, ErrStatement, err)
	}
	return *read.Predicate, nil
}

// isOf tells whether the statement is about an image.
func (s reproductionStatement) isOf(image digest.Digest) bool {
	for _, subject := range s.Subject {
		if subject.Digest[image.Algorithm().String()] == image.Encoded() {
			return true
		}
	}
	return false
}

// ReproductionOf reads the record of the second build of an image; ok is false when there is none.
func ReproductionOf(ctx context.Context, r Reader, image manifest.Image) (found Reproduction, ok bool, err error) {
	predicates, err := Predicates(ctx, r, image)
	if err != nil {
		return found, false, err
	}
	return ReproductionFrom(ctx, r, image, predicates)
}

// ReproductionFrom is [ReproductionOf], where the predicates of the image were read already.
func ReproductionFrom(
	ctx context.Context, r Reader, image manifest.Image, predicates map[string]ocispec.Descriptor,
) (found Reproduction, ok bool, err error) {
	desc, ok := predicates[ReproductionType]
	if !ok {
		return found, false, nil
	}
	body, err := r.Read(ctx, desc)
	if err != nil {
		return found, false, err
	}
	found, err = ParseReproduction(body, image.Manifest.Digest)
	return found, err == nil, err
}

// AddReproduction puts the record of a second build into the attestation manifest of an image, in the place of an
// earlier one, and returns the image as it is then.
func AddReproduction(
	ctx context.Context, at ReadWriter, image manifest.Image, name string, r Reproduction,
) (manifest.Image, error) {
	statement, err := EncodeReproduction(name, image.Manifest.Digest, r)
	if err != nil {
		return image, err
	}
	return Attest(ctx, at, image, ReproductionType, statement)
}
