package plugin

import "github.com/distribution/reference"

// parseName reads NAME[:TAG] as the Docker CLI does; without a tag it means latest.
func parseName(text string) (reference.NamedTagged, error) {
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return nil, usageError("invalid reference %q: %s; give it as NAME[:TAG]", text, err)
	}
	if _, digested := named.(reference.Digested); digested {
		return nil, usageError("%q is a digest; give a tag, as NAME[:TAG]", text)
	}
	tagged, ok := reference.TagNameOnly(named).(reference.NamedTagged)
	if !ok {
		return nil, usageError("invalid reference %q: it has no tag; give it as NAME[:TAG]", text)
	}
	return tagged, nil
}

// parseNames reads names and leaves out those that were given before.
func parseNames(texts []string) ([]reference.NamedTagged, error) {
	var names []reference.NamedTagged
	seen := map[string]bool{}
	for _, text := range texts {
		name, err := parseName(text)
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
