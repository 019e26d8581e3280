package plugin

import (
	"strings"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
)

// sourceName is an image in a registry: a repository, and a tag or a digest there.
type sourceName struct {
	name reference.Named
	ref  string
}

// String is the name as people write it.
func (n sourceName) String() string {
	separator := ":"
	if n.isDigest() {
		separator = "@"
	}
	return reference.FamiliarName(n.name) + separator + n.ref
}

// isDigest tells a digest from a tag.
func (n sourceName) isDigest() bool { return strings.Contains(n.ref, ":") }

// parseSource reads NAME[:TAG] or NAME[:TAG]@DIGEST; without either it means latest. Beside a digest the tag is of no
// account.
func parseSource(text string) (sourceName, error) {
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return sourceName{}, usageError("invalid reference %q: %s; give it as NAME[:TAG] or NAME@DIGEST", text, err)
	}
	name := reference.TrimNamed(named)
	if digested, ok := named.(reference.Digested); ok {
		return sourceName{name, digested.Digest().String()}, nil
	}
	if tagged, ok := reference.TagNameOnly(named).(reference.NamedTagged); ok {
		return sourceName{name, tagged.Tag()}, nil
	}
	return sourceName{}, usageError("invalid reference %q: it has no tag; give it as NAME[:TAG] or NAME@DIGEST", text)
}

// parseSourceAt is parseSource, where a tag or a digest alone is one of the repository here.
func parseSourceAt(text string, here reference.Named) (sourceName, error) {
	if dgst, err := digest.Parse(text); err == nil {
		return sourceName{here, dgst.String()}, nil
	}
	if isTag(text) {
		return sourceName{here, text}, nil
	}
	return parseSource(text)
}

// isTag tells a tag from a name: a name of its own has a slash or a colon.
func isTag(text string) bool {
	return text != "" && reference.TagRegexp.FindString(text) == text
}
