package ref

import (
	"strings"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Image is an image in a registry: a repository, and a tag or a digest there.
type Image struct {
	Name reference.Named
	Ref  string
}

// String is the name as people write it.
func (n Image) String() string {
	separator := ":"
	if n.IsDigest() {
		separator = "@"
	}
	return reference.FamiliarName(n.Name) + separator + n.Ref
}

// IsDigest tells a digest from a tag.
func (n Image) IsDigest() bool { return strings.Contains(n.Ref, ":") }

// ParseImage reads NAME[:TAG] or NAME[:TAG]@DIGEST; without either it means latest. Beside a digest the tag is of no
// account.
func ParseImage(text string) (Image, error) {
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return Image{}, Invalid(text, "NAME[:TAG] or NAME@DIGEST", err)
	}
	name := reference.TrimNamed(named)
	if digested, ok := named.(reference.Digested); ok {
		return Image{name, digested.Digest().String()}, nil
	}
	if tagged, ok := reference.TagNameOnly(named).(reference.NamedTagged); ok {
		return Image{name, tagged.Tag()}, nil
	}
	return Image{}, failure.Usage("invalid reference %q: it has no tag; give it as NAME[:TAG] or NAME@DIGEST", text)
}

// ParseImageAt is ParseImage, where a tag or a digest alone is one of the repository here.
func ParseImageAt(text string, here reference.Named) (Image, error) {
	if dgst, err := digest.Parse(text); err == nil {
		return Image{here, dgst.String()}, nil
	}
	if IsTag(text) {
		return Image{here, text}, nil
	}
	return ParseImage(text)
}

// IsTag tells a tag from a name: a name of its own has a slash or a colon.
func IsTag(text string) bool {
	return text != "" && reference.TagRegexp.FindString(text) == text
}
