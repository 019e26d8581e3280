package record

import (
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/manifest/internal/statement"
)

// PredicateType is the predicate type of a test record (in-toto attestation framework, "Test Result", v0.1).
const PredicateType = statement.PredicateType

// The results a test record can state. A test that was not run or was inconclusive has no record.
const (
	// Passed says that every test passed.
	Passed = statement.Passed
	// Warned says that the image was let through without every test passing; the reason is recorded.
	Warned = statement.Warned
	// Failed says that a test failed.
	Failed = statement.Failed
)

// ErrStatement marks a statement that is not the test record of the image asked for.
var ErrStatement = statement.ErrStatement

// Setting is one part of the configuration a test ran with, such as the digest of the test specification.
type Setting = statement.Setting

// Result is what the tests of one platform's image said. It is a record, not a signature.
type Result = statement.Result

// Encode returns the in-toto statement, version 1, that records the test result of an image under a name. It has
// no timestamps, so that the same result has the same bytes and testing again does not move the index.
func Encode(name string, image digest.Digest, r Result) ([]byte, error) {
	return statement.Encode(name, image, r)
}

// Parse reads the test record of an image. What is not one of this very image is an error that wraps
// [ErrStatement]. That a record was read says nothing about who wrote it.
func Parse(body []byte, image digest.Digest) (Result, error) { return statement.Parse(body, image) }
