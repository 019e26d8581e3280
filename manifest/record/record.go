package record

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// Reader reads a manifest, config or statement, and checks its hash.
type Reader interface {
	Read(ctx context.Context, desc ocispec.Descriptor) ([]byte, error)
}

// Writer keeps what was made, in the order it is given.
type Writer interface {
	Write(ctx context.Context, blob manifest.Blob) error
}

// ReadWriter is where an image stands, and may be changed.
type ReadWriter interface {
	Reader
	Writer
}

// Of reads the record of an image; ok is false when there is none.
func Of(ctx context.Context, r Reader, image manifest.Image) (result Result, ok bool, err error) {
	predicates, err := Predicates(ctx, r, image)
	if err != nil {
		return result, false, err
	}
	return From(ctx, r, image, predicates)
}

// From is [Of], where the predicates of the image were read already.
func From(
	ctx context.Context, r Reader, image manifest.Image, predicates map[string]ocispec.Descriptor,
) (result Result, ok bool, err error) {
	desc, ok := predicates[PredicateType]
	if !ok {
		return result, false, nil
	}
	body, err := r.Read(ctx, desc)
	if err != nil {
		return result, false, err
	}
	result, err = Parse(body, image.Manifest.Digest)
	return result, err == nil, err
}

// Add puts a record into the attestation manifest of an image, in the place of an earlier one, and returns the image as
// it is then. The name is what the record speaks of.
func Add(
	ctx context.Context, at ReadWriter, image manifest.Image, name string, result Result,
) (manifest.Image, error) {
	statement, err := Encode(name, image.Manifest.Digest, result)
	if err != nil {
		return image, err
	}
	return Attest(ctx, at, image, PredicateType, statement)
}

// Drop takes the record away, and the attestation manifest with it where it held nothing else.
func Drop(ctx context.Context, at ReadWriter, image manifest.Image) (manifest.Image, error) {
	return drop(ctx, at, image, PredicateType)
}

// DropAll is [Drop] for the record of a second build as well: nothing is left of what only we say of an image.
func DropAll(ctx context.Context, at ReadWriter, image manifest.Image) (manifest.Image, error) {
	return drop(ctx, at, image, PredicateType, ReproductionType)
}

// drop takes statements away, and the attestation manifest with them where it held nothing else.
func drop(ctx context.Context, at ReadWriter, image manifest.Image, types ...string) (manifest.Image, error) {
	existing, err := attestationOf(ctx, at, image)
	if err != nil || existing == nil {
		return image, err
	}
	predicates, err := manifest.Predicates(existing.Manifest)
	if err != nil {
		return image, err
	}
	dropped := false
	for _, one := range types {
		if _, there := predicates[one]; !there {
			continue
		}
		dropped = true
		if existing, err = manifest.WithoutStatement(*existing, image.Manifest, one); err != nil {
			return image, err
		}
		if existing == nil {
			image.Attestation = nil
			return image, nil
		}
	}
	if !dropped {
		return image, nil
	}
	return write(ctx, at, image, *existing)
}
