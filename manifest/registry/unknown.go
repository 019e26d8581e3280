package registry

import (
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/opencontainers/go-digest"
)

// isBlobUnknown is true for the codes by which a registry refuses a manifest for
// want of what it refers to (distribution spec, "Error Codes").
func isBlobUnknown(code string) bool { return strings.HasSuffix(code, "BLOB_UNKNOWN") }

// unknownBlobs lists the digests an answer says are not there. Registries put
// them into the detail of an error, as a text or under "digest".
func unknownBlobs(answer *transport.Error) []digest.Digest {
	var unknown []digest.Digest
	for _, diagnostic := range answer.Errors {
		if !isBlobUnknown(string(diagnostic.Code)) {
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
