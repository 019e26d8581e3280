package bake

import (
	"slices"

	"github.com/docker/buildx/bake"
	"github.com/docker/buildx/util/buildflags"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// policies are --policy, which says how the policies of every target are judged: as --set has it, or that there is to
// be none.
func policies(values []string) (sets []string, none bool, err error) {
	for _, text := range values {
		p, err := buildflags.ParsePolicyConfig(text)
		switch {
		case err != nil:
			return nil, false, failure.Usage("--policy %q: %w", text, err)
		case len(p.Files) > 0 || p.Reset:
			return nil, false, failure.Usage("--policy %q: filename and reset are of one target; put them into the "+
				"definition, as policy = [%[1]q]", text)
		case p.Disabled && (p.Strict != nil || p.LogLevel != nil || len(values) > 1):
			return nil, false, failure.Usage("--policy %q: where there is no policy, nothing else can be said of it; "+
				"give disabled=true alone", text)
		}
		none = none || p.Disabled
		sets = append(sets, "*.policy+="+text)
	}
	if none {
		return nil, true, nil
	}
	return sets, false, nil
}

// withoutPolicies takes the policies of all targets away.
func withoutPolicies(targets map[string]*bake.Target) {
	none := buildflags.PolicyConfigs{{Disabled: true}}
	for _, t := range targets {
		t.Policy = slices.Clone(none)
	}
}
