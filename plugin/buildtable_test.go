package plugin

import (
	"strings"
	"testing"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// The formats of build and test are refused before anything is contacted.
func TestBuildFormatRefusals(t *testing.T) {
	folder, digested := plugintest.BuildContext(t), untouchedRegistry(t)+"/app@sha256:"+strings.Repeat("0", 64)
	assertRefused(t, []refusal{
		{"build", []string{"build", "--format", "yaml", "-t", "a", folder}, []string{`"yaml"`, "table or json"}},
		{
			"build and push",
			[]string{"build", "--push", "--format", "json", "-t", "a", folder},
			[]string{`"json"`, "--report FILE"},
		},
		{"test", []string{"test", "--format", "{{", "a"}, []string{`"{{"`, "such as {{json .}}"}},
		{"test of a digest", []string{"test", "--format", "json", digested}, []string{`"json"`, "--report FILE"}},
	})
}
