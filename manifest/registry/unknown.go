package registry

import (
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/opencontainers/go-digest"
)

// isPartUnknown is true for the codes by which a registry refuses a manifest for
// want of what it refers to (distribution spec, "Error Codes"). Of an index that may
// also be a manifest.
func isPartUnknown(code string) bool {
	return strings.HasSuffix(code, "BLOB_UNKNOWN") || code == "MANIFEST_UNKNOWN"
}

// LacksPart is true when a registry refused a manifest because it does not know what
// that refers to.
func (e *Error) LacksPart() bool { return isPartUnknown(e.Code) }

// unknownBlobs lists the digests an answer says are not there. Registries put
// them into the detail of an error, as a text or under "digest".
func unknownBlobs(answer *transport.Error) []digest.Digest {
	var unknown []digest.Digest
	for _, diagnostic := range answer.Errors {
		if !isPartUnknown(string(diagnostic.Code)) {
			continue
		}
		detail := diagnostic.Detail
		if fields, ok := detail.(map[string]any); ok {
			detail = fields["digest"]
			if detail == nil {
				detail = fields["Digest"]
			}
		}
		text, ok := detail.(string)
		if !ok {
			continue
		}
		if dgst, err := digest.Parse(text); err == nil {
			unknown = append(unknown, dgst)
		}
	}
	return unknown
}
