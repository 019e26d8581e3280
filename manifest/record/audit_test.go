package record_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// A record shows the audit only by the rules of today, and only what is allowed now may have been allowed then.
func TestAudited(t *testing.T) {
	opt, err := audit.ParseGlobs([]string{"/opt"}, "the test")
	assert.NilError(t, err)
	settings := func(rules, allow string) []record.Setting {
		return []record.Setting{{Name: "audit", Value: rules}, {Name: "allow-foreign", Value: allow}}
	}
	for _, tc := range []struct {
		result record.Result
		allow  audit.Globs
		want   bool
	}{
		{result: record.Result{}},
		{result: record.Result{Configuration: settings("0", "")}},
		{result: record.Result{Configuration: settings(audit.Rules, "")}, want: true},
		{result: record.Result{Configuration: settings(audit.Rules, "")}, allow: opt, want: true},
		{result: record.Result{Configuration: settings(audit.Rules, "opt")}},
		{result: record.Result{Configuration: settings(audit.Rules, "opt")}, allow: opt, want: true},
		{result: record.Result{Configuration: settings(audit.Rules, ""), Failed: []string{"audit"}}},
		{result: record.Result{Configuration: settings(audit.Rules, ""), Failed: []string{"smoke test"}}, want: true},
	} {
		assert.Equal(t, record.Audited(tc.result, tc.allow), tc.want, "%+v", tc.result)
	}
}
