package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/jsonvalues"
	"github.com/docker-multiplat/docker-multiplat/manifest/internal/jsonkeys"
)

const (
	dockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
)

// manifestTypes are the media types asked for and accepted: OCI's and Docker's
// schema 2. Schema 1 is too old to be merged or pushed.
func manifestTypes() []string {
	return []string{ocispec.MediaTypeImageIndex, dockerList, ocispec.MediaTypeImageManifest, dockerManifest}
}

// manifestType is the media type of a manifest from the Content-Type it came
// with and its own mediaType field, which may be left out by OCI but must not
// contradict. A body that could be read as either kind is refused.
func manifestType(contentType string, body []byte) (string, error) {
	var doc struct {
		FSLayers  json.RawMessage `json:"fsLayers"`
		MediaType string          `json:"mediaType"`
		Config    json.RawMessage `json:"config"`
		Manifests json.RawMessage `json:"manifests"`
	}
	if err := jsonvalues.Check(body, jsonvalues.Manifest); err != nil {
		return "", fmt.Errorf("the content is not a manifest: %w", err)
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return "", fmt.Errorf("the content is not a manifest: %w", err)
	}
	if err := jsonkeys.Check(body); err != nil {
		return "", fmt.Errorf("the content is not a manifest: %w", err)
	}
	if doc.FSLayers != nil || strings.Contains(contentType, "docker.distribution.manifest.v1+") {
		return "", errors.New("it is an image of schema 1, which is too old: " +
			"pull it and push it again with a current Docker, or rebuild it")
	}
	if doc.Config != nil && doc.Manifests != nil {
		return "", errors.New("the content is both a manifest and an index")
	}
	header, _, err := mime.ParseMediaType(contentType)
	if err != nil || header == "application/json" || header == "application/octet-stream" || header == "text/plain" {
		header = ""
	}
	mediaType := header
	switch {
	case mediaType == "":
		mediaType = doc.MediaType
	case doc.MediaType != "" && doc.MediaType != header:
		return "", fmt.Errorf("it is sent as %q but says it is %q", header, doc.MediaType)
	}
	if !slices.Contains(manifestTypes(), mediaType) {
		return "", fmt.Errorf("the media type %q is not a manifest's or an index's", mediaType)
	}
	isIndex := mediaType == ocispec.MediaTypeImageIndex || mediaType == dockerList
	if isIndex && doc.Config != nil || !isIndex && doc.Manifests != nil {
		return "", fmt.Errorf("the content is not what its media type %q says", mediaType)
	}
	return mediaType, nil
}
