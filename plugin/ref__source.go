package plugin

import (
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
)

// layoutScheme begins a SOURCE that is a folder, as buildx writes it.
const layoutScheme = "oci-layout://"

// sourcePlace is one SOURCE as the user wrote it: an image in a registry, or in a folder.
type sourcePlace struct {
	text   string
	image  sourceName
	folder string
	// ref is the tag or digest in the folder.
	ref string
}

// parsePlace reads NAME[:TAG], NAME@DIGEST or oci-layout://FOLDER[:TAG][@DIGEST].
func parsePlace(text string) (sourcePlace, error) {
	rest, isFolder := strings.CutPrefix(text, layoutScheme)
	if !isFolder {
		image, err := parseSource(text)
		return sourcePlace{text: text, image: image}, err
	}
	place := sourcePlace{text: text, folder: rest}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		dgst, err := digest.Parse(rest[at+1:])
		if err != nil {
			return place, usageError("invalid digest in %q: %s; give it as %sFOLDER@sha256:…", text, err, layoutScheme)
		}
		place.folder, place.ref = rest[:at], dgst.String()
	}
	if at := strings.LastIndex(place.folder, ":"); at >= 0 && !strings.Contains(place.folder[at:], "/") {
		tag := place.folder[at+1:]
		if !isTag(tag) {
			return place, usageError("invalid tag %q in %q; give it as %sFOLDER:TAG", tag, text, layoutScheme)
		}
		place.folder = place.folder[:at]
		if place.ref == "" {
			place.ref = tag
		}
	}
	if place.folder == "" {
		return place, usageError("no folder in %q; give it as %sFOLDER[:TAG]", text, layoutScheme)
	}
	place.folder = filepath.Clean(place.folder)
	return place, nil
}
