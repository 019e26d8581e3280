package ref

import (
	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// ParseName reads NAME[:TAG] as the Docker CLI does; without a tag it means latest.
func ParseName(text string) (reference.NamedTagged, error) {
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return nil, Invalid(text, "NAME[:TAG]", err)
	}
	if _, digested := named.(reference.Digested); digested {
		return nil, failure.Usage("%q is a digest; give a tag, as NAME[:TAG]", text)
	}
	tagged, ok := reference.TagNameOnly(named).(reference.NamedTagged)
	if !ok {
		return nil, failure.Usage("invalid reference %q: it has no tag; give it as NAME[:TAG]", text)
	}
	return tagged, nil
}

// ParseNames reads names and leaves out those that were given before.
func ParseNames(texts []string) ([]reference.NamedTagged, error) {
	var names []reference.NamedTagged
	seen := map[string]bool{}
	for _, text := range texts {
		name, err := ParseName(text)
		if err != nil {
			return nil, err
		}
		if !seen[name.String()] {
			seen[name.String()] = true
			names = append(names, name)
		}
	}
	return names, nil
}
