package advice

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/reproducible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/reproduce"
)

// Where only times of files differ, what helps depends on whether the first build set them: then its steps came from a
// cache that is older, and without a cache they would not have.
func TestAfterReproduction(t *testing.T) {
	line := Line{Verb: "docker multiplat reproduce", Args: []string{"app:1", "."}}
	const cached = "were in the builder's cache before"
	for _, tc := range []struct {
		epoch string
		from  string
		cause reproducible.Cause
		next  string
		note  bool
	}{
		{"none", "", reproducible.ModTime, "next: docker multiplat build --reproducible -t app:1 .\n", false},
		{
			"1795860121, times of files too", "draft", reproducible.ModTime,
			"next: docker multiplat build --no-cache --reproducible=1795860121 -t app:1 .\n", true,
		},
		{"1795860121, times of files too", "draft", reproducible.Order, "", false},
		{"1795860121, times of files too", "command line", reproducible.ModTime, "", false},
	} {
		r := reproduce.Result{Name: "app:1", Revision: "abc", Platforms: []reproduce.Platform{{
			Result: reproduce.Differs, Report: reproducible.Report{Layers: []reproducible.Layer{
				{Number: 2, Findings: []reproducible.Finding{{Cause: tc.cause}}},
			}},
		}}, Inputs: []reproduce.Taken{{What: "SOURCE_DATE_EPOCH", Value: tc.epoch, From: tc.from}, {What: "context", Value: "."}}}
		err := failure.Wrap(failure.ErrDifferent, failure.ErrDifferent, "")
		told := explained(AfterReproduction(r, err, line))
		assert.Check(t, strings.Contains(told, "next:") == (tc.next != "") && strings.Contains(told, tc.next), told)
		assert.Equal(t, strings.Contains(told, cached), tc.note, told)
	}
}
