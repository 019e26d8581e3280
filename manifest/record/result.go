package record

import (
	"errors"
	"fmt"

	testresult "github.com/in-toto/attestation/go/predicates/test_result/v0"
	intoto "github.com/in-toto/attestation/go/v1"
	digest "github.com/opencontainers/go-digest"
	"google.golang.org/protobuf/types/known/structpb"
)

// PredicateType is the predicate type of a test record (in-toto attestation framework, "Test Result", v0.1).
const PredicateType = "https://in-toto.io/attestation/test-result/v0.1"

// The results a test record can state. A test that was not run or was inconclusive has no record.
const (
	// Passed says that every test passed.
	Passed = "PASSED"
	// Warned says that the image was let through without every test passing; the reason is recorded.
	Warned = "WARNED"
	// Failed says that a test failed.
	Failed = "FAILED"
)

// Keys of the annotations that hold the text of a configuration entry.
const (
	settingKey = "value"
	reasonKey  = "reason"
)

// ErrStatement marks a statement that is not the test record of the image asked for.
var ErrStatement = errors.New("not a test record of this image")

// Setting is one part of the configuration a test ran with, such as the digest of the test specification.
type Setting struct {
	// Name says what was set; it may not be empty.
	Name string
	// Value is its text.
	Value string
}

// Result is what the tests of one platform's image said. It is a record, not a signature.
type Result struct {
	// Result is [Passed], [Warned] or [Failed].
	Result string
	// Passed, Warned and Failed are the names of the tests, in the order they ran.
	Passed, Warned, Failed []string
	// Configuration is what has to be the same for this result to hold again.
	Configuration []Setting
	// Reason is what the user gave for letting an untested image through; empty otherwise.
	Reason string
}

// check refuses a result the predicate cannot state.
func (r Result) check() error {
	switch r.Result {
	case Passed, Warned, Failed:
	default:
		return fmt.Errorf("the result %q is none of %s, %s, %s", r.Result, Passed, Warned, Failed)
	}
	for _, setting := range r.Configuration {
		if setting.Name == "" {
			return fmt.Errorf("the setting with value %q has no name", setting.Value)
		}
	}
	return nil
}

// predicate returns the result as the in-toto predicate.
func (r Result) predicate() (*testresult.TestResult, error) {
	predicate := &testresult.TestResult{
		Result:      r.Result,
		PassedTests: r.Passed,
		WarnedTests: r.Warned,
		FailedTests: r.Failed,
	}
	for _, setting := range r.Configuration {
		entry, err := configurationEntry(setting.Name, settingKey, setting.Value)
		if err != nil {
			return nil, err
		}
		predicate.Configuration = append(predicate.Configuration, entry)
	}
	if r.Reason != "" {
		entry, err := configurationEntry(reasonKey, reasonKey, r.Reason)
		if err != nil {
			return nil, err
		}
		predicate.Configuration = append(predicate.Configuration, entry)
	}
	return predicate, nil
}

// configurationEntry returns a named descriptor that holds a text as an annotation, where people can read it.
func configurationEntry(name, key, text string) (*intoto.ResourceDescriptor, error) {
	annotations, err := structpb.NewStruct(map[string]any{key: text})
	if err != nil {
		return nil, fmt.Errorf("recording the setting %q: %w", name, err)
	}
	return &intoto.ResourceDescriptor{Name: name, Annotations: annotations}, nil
}

// resultOf is the reverse of [Result.predicate].
func resultOf(predicate *testresult.TestResult) Result {
	r := Result{
		Result: predicate.GetResult(),
		Passed: predicate.GetPassedTests(),
		Warned: predicate.GetWarnedTests(),
		Failed: predicate.GetFailedTests(),
	}
	for _, entry := range predicate.GetConfiguration() {
		fields := entry.GetAnnotations().GetFields()
		if reason, ok := fields[reasonKey]; ok {
			r.Reason = reason.GetStringValue()
			continue
		}
		r.Configuration = append(r.Configuration, Setting{
			Name:  entry.GetName(),
			Value: fields[settingKey].GetStringValue(),
		})
	}
	return r
}

// subjectOf returns the subject of a statement about one image.
func subjectOf(name string, image digest.Digest) *intoto.ResourceDescriptor {
	return &intoto.ResourceDescriptor{
		Name:   name,
		Digest: map[string]string{image.Algorithm().String(): image.Encoded()},
	}
}
