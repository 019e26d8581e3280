package request

import (
	"maps"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/solver/pb"
	srctypes "github.com/moby/buildkit/source/types"
	spb "github.com/moby/buildkit/sourcepolicy/pb"
	"github.com/moby/buildkit/util/purl"
	"github.com/opencontainers/go-digest"
)

// pinned is a source policy with rules that have BuildKit take of every pin the digest it has, and nothing else.
func (r Request) pinned(policy *spb.Policy) *spb.Policy {
	if len(r.Pins) == 0 {
		return policy
	}
	out := &spb.Policy{Version: 1}
	if policy != nil {
		out.Version, out.Rules = policy.GetVersion(), slices.Clone(policy.GetRules())
	}
	for _, uri := range slices.Sorted(maps.Keys(r.Pins)) {
		if rule := pinOf(uri, r.Pins[uri]); rule != nil {
			out.Rules = append(out.Rules, rule)
		}
	}
	return out
}

// Pinnable tells whether a source of a provenance, by its URI, can be held to its digest.
func Pinnable(uri string, is digest.Digest) bool { return pinOf(uri, is) != nil }

// pinOf is the rule for one source; nil for one that cannot be held: a repository of Git, or what has a digest by
// itself.
func pinOf(uri string, is digest.Digest) *spb.Rule {
	rule := &spb.Rule{
		Action:   spb.PolicyAction_CONVERT,
		Selector: &spb.Selector{MatchType: spb.MatchType_EXACT}, Updates: &spb.Update{},
	}
	switch {
	case is.Validate() != nil || is.Algorithm() != digest.SHA256:
		return nil
	case strings.HasPrefix(uri, "https://"), strings.HasPrefix(uri, "http://"):
		rule.Selector.Identifier = uri
		rule.Updates.Attrs = map[string]string{pb.AttrHTTPChecksum: is.String()}
		return rule
	case !strings.HasPrefix(uri, "pkg:docker/"):
		return nil
	}
	text, _, err := purl.PURLToRef(uri)
	if err != nil {
		return nil
	}
	name, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return nil
	}
	if _, digested := name.(reference.Digested); digested {
		return nil
	}
	name = reference.TagNameOnly(name)
	rule.Selector.Identifier = srctypes.DockerImageScheme + "://" + name.String()
	rule.Updates.Identifier = rule.Selector.Identifier + "@" + is.String()
	return rule
}
