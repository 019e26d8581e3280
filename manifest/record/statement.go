package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	testresult "github.com/in-toto/attestation/go/predicates/test_result/v0"
	intoto "github.com/in-toto/attestation/go/v1"
	digest "github.com/opencontainers/go-digest"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

// Encode returns the in-toto statement, version 1, that records the test result of an image under a name. It has
// no timestamps, so that the same result has the same bytes and testing again does not move the index.
func Encode(name string, image digest.Digest, r Result) ([]byte, error) {
	body, err := marshalStatement(name, image, r)
	if err != nil {
		return nil, fmt.Errorf("recording the test result of %q: %w", image, err)
	}
	return body, nil
}

func marshalStatement(name string, image digest.Digest, r Result) ([]byte, error) {
	if err := image.Validate(); err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	typed, err := r.predicate()
	if err != nil {
		return nil, err
	}
	predicate := &structpb.Struct{}
	if err := convert(typed, predicate); err != nil {
		return nil, err
	}
	if predicate.GetFields()["configuration"] == nil {
		// The predicate requires the field, and protojson leaves out an empty list.
		predicate.Fields["configuration"] = structpb.NewListValue(&structpb.ListValue{})
	}
	return encode(&intoto.Statement{
		Type:          intoto.StatementTypeUri,
		Subject:       []*intoto.ResourceDescriptor{subjectOf(name, image)},
		PredicateType: PredicateType,
		Predicate:     predicate,
	})
}

// Parse reads the test record of an image. What is not one of this very image is an error that wraps
// [ErrStatement]. That a record was read says nothing about who wrote it.
func Parse(body []byte, image digest.Digest) (Result, error) {
	r, err := parse(body, image)
	if err != nil {
		return Result{}, fmt.Errorf("reading the test record of %q: %w: %w", image, ErrStatement, err)
	}
	return r, nil
}

func parse(body []byte, image digest.Digest) (Result, error) {
	if err := image.Validate(); err != nil {
		return Result{}, err
	}
	lenient := protojson.UnmarshalOptions{DiscardUnknown: true}
	var read intoto.Statement
	if err := lenient.Unmarshal(body, &read); err != nil {
		return Result{}, err
	}
	if err := read.Validate(); err != nil {
		return Result{}, err
	}
	if read.GetType() != intoto.StatementTypeUri || read.GetPredicateType() != PredicateType {
		return Result{}, fmt.Errorf("it is a %q of type %q", read.GetPredicateType(), read.GetType())
	}
	if !isSubject(&read, image) {
		return Result{}, errors.New("its subject is another")
	}
	var predicate testresult.TestResult
	if err := convert(read.GetPredicate(), &predicate); err != nil {
		return Result{}, err
	}
	r := resultOf(&predicate)
	return r, r.check()
}

// isSubject reports whether a statement is about an image.
func isSubject(read *intoto.Statement, image digest.Digest) bool {
	for _, subject := range read.GetSubject() {
		if subject.GetDigest()[image.Algorithm().String()] == image.Encoded() {
			return true
		}
	}
	return false
}

// convert copies a message into another that has the same JSON.
func convert(from, to proto.Message) error {
	body, err := protojson.Marshal(from)
	if err != nil {
		return err
	}
	return protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(body, to)
}

// encode returns the JSON of a message without the random white space that protojson puts in.
func encode(message proto.Message) ([]byte, error) {
	body, err := protojson.Marshal(message)
	if err != nil {
		return nil, err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, body); err != nil {
		return nil, err
	}
	return compact.Bytes(), nil
}
