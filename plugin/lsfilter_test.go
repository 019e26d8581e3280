package plugin

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// ls --filter chooses drafts as the filters of docker do: one of the values of a key, and every key.
func TestLsFilter(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	plugintest.MixedDraft(t, s, "example.com/team/mixed:1") // failed on arm64, nothing for s390x
	whole := plugintest.SaveDraft(t, s, "whole:1", "linux/amd64", plugintest.PassedImage(t, s, "linux/amd64", "app"))
	assert.NilError(t, s.MarkPublished(t.Context(), whole.Name, whole.Index.Digest))
	for filters, want := range map[string]string{
		"name=whole":                      "whole:1",
		"name=team/":                      "example.com/team/mixed:1",
		"name=example.com/*/mixed:*":      "example.com/team/mixed:1",
		"name=who*":                       "whole:1",
		"name=nothing":                    "",
		"name=mixed name=whole":           "whole:1 example.com/team/mixed:1",
		"platform=arm64":                  "example.com/team/mixed:1",
		"platform=linux/amd64":            "whole:1 example.com/team/mixed:1",
		"platform=linux/amd64 name=whole": "whole:1",
		"state=passed":                    "whole:1",
		"state=missing":                   "example.com/team/mixed:1",
		"state=passed state=failed":       "whole:1 example.com/team/mixed:1",
		"published=yes":                   "whole:1",
		"published=no state=failed":       "example.com/team/mixed:1",
		"until=0s":                        "whole:1 example.com/team/mixed:1",
		"until=24h":                       "",
	} {
		args := []string{"ls", "-q"}
		for _, one := range strings.Fields(filters) {
			args = append(args, "--filter", one)
		}
		fake.Stdout.Reset()
		assert.NilError(t, fake.run(t, args...), filters)
		assert.Equal(t, strings.Join(strings.Fields(fake.Stdout.String()), " "), want, filters)
	}
}

// What is no filter is refused with those that there are.
func TestLsFilterRefusals(t *testing.T) {
	const all = "name, platform, published, state, until"
	assertRefused(t, []refusal{
		{"key", []string{"ls", "--filter", "dangling=true"}, []string{`"dangling"`, all}},
		{"state", []string{"ls", "--filter", "state=green"}, []string{`"green"`, "passed", "not run", "damaged"}},
		{"platform", []string{"ls", "--filter", "platform=linux/amd46"}, []string{"amd46"}},
		{"published", []string{"ls", "--filter", "published=maybe"}, []string{`"maybe"`, "yes, no or older"}},
		{"until", []string{"ls", "--filter", "until=yesterday"}, []string{`"yesterday"`, "24h"}},
		{"pattern", []string{"ls", "-f", "name=[a"}, []string{`"[a"`}},
	})
}
