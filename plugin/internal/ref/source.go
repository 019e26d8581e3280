package ref

import (
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// layoutScheme begins a SOURCE that is a folder, as buildx writes it.
const layoutScheme = "oci-layout://"

// Source is one SOURCE as the user wrote it: an image in a registry, or in a folder.
type Source struct {
	Text   string
	Image  Image
	Folder string
	// Ref is the tag or digest in the folder.
	Ref string
}

// ParseSource reads NAME[:TAG], NAME@DIGEST or oci-layout://FOLDER[:TAG][@DIGEST].
func ParseSource(text string) (Source, error) {
	rest, isFolder := strings.CutPrefix(text, layoutScheme)
	if !isFolder {
		image, err := ParseImage(text)
		return Source{Text: text, Image: image}, err
	}
	place := Source{Text: text, Folder: rest}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		dgst, err := digest.Parse(rest[at+1:])
		if err != nil {
			return place, failure.Usage("invalid digest in %q: %s; give it as %sFOLDER@sha256:…", text, err, layoutScheme)
		}
		place.Folder, place.Ref = rest[:at], dgst.String()
	}
	if at := strings.LastIndex(place.Folder, ":"); at >= 0 && !strings.Contains(place.Folder[at:], "/") {
		tag := place.Folder[at+1:]
		if !IsTag(tag) {
			return place, failure.Usage("invalid tag %q in %q; give it as %sFOLDER:TAG", tag, text, layoutScheme)
		}
		place.Folder = place.Folder[:at]
		if place.Ref == "" {
			place.Ref = tag
		}
	}
	if place.Folder == "" {
		return place, failure.Usage("no folder in %q; give it as %sFOLDER[:TAG]", text, layoutScheme)
	}
	place.Folder = filepath.Clean(place.Folder)
	return place, nil
}
