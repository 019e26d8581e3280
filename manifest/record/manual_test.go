package record_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// A manual test is added to tests that have passed, takes the place of an earlier one, and stands alone otherwise.
func TestManualRecord(t *testing.T) {
	tested := []record.Setting{{Name: "tests", Value: "[]"}}
	alone := []record.Setting{{Name: "engine", Value: "linux/amd64, native"}}
	jane := record.Manual{Passed: true, Who: "Jane", Remark: "fine"}
	bob := record.Manual{Who: "Bob"}
	passed := record.Result{Result: record.Passed, Passed: []string{"smoke test"}, Configuration: tested}
	failed := record.Result{Result: record.Failed, Failed: []string{"smoke test"}, Configuration: tested}
	waived := record.Result{Result: record.Warned, Reason: "no board"}

	both := jane.AddTo(passed, alone)
	assert.DeepEqual(t, both, record.Result{
		Result: record.Passed,
		Passed: []string{"smoke test", "manual look by Jane"},
		Configuration: []record.Setting{
			tested[0],
			{Name: "manual look", Value: "Jane"},
			{Name: "manual look remark", Value: "fine"},
		},
	})
	assert.Equal(t, *record.ManualIn(both), jane)
	refused := bob.AddTo(both, alone)
	assert.DeepEqual(t, refused, record.Result{
		Result: record.Failed, Passed: []string{"smoke test"}, Failed: []string{"manual look by Bob"},
		Configuration: []record.Setting{tested[0], {Name: "manual look", Value: "Bob"}},
	})
	assert.Equal(t, *record.ManualIn(refused), bob)
	assert.DeepEqual(t, jane.AddTo(refused, alone), both)
	only := record.Result{
		Result: record.Passed, Passed: []string{"manual look by Jane"},
		Configuration: append(alone[:1:1], jane.Settings()...),
	}
	for _, before := range []record.Result{{}, failed, waived, only} {
		assert.DeepEqual(t, jane.AddTo(before, alone), only)
	}
	assert.Assert(t, record.ManualIn(passed) == nil)
	assert.Assert(t, record.ManualIn(record.Result{Configuration: jane.Settings()}) == nil, "nothing was said")
}

// What is recorded and shown again is a line of text, whoever wrote it.
func TestPrintable(t *testing.T) {
	assert.Equal(t, record.Printable("  Jane \x1b[31mDoe\u202e\n "), "Jane [31mDoe")
	assert.Equal(t, len([]rune(record.Printable(strings.Repeat("ü", 300)))), 200)
}
