package plugin

import (
	"strings"

	"github.com/containerd/containerd/v2/core/images"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// asDockerList makes parts fit for a Docker manifest list, which has no place for attestations: they are left out if
// that was asked for, after the gate has read them, and said so.
func (m merging) asDockerList(d *delivery, parts []manifest.Part, shipped []shippedImage) error {
	var attested, foreign []string
	for i := range parts {
		platform := manifest.FormatPlatform(parts[i].Platform)
		if parts[i].Manifest.MediaType != images.MediaTypeDockerSchema2Manifest {
			foreign = append(foreign, platform)
		}
		if parts[i].Attestation == nil {
			continue
		}
		attested = append(attested, platform)
		if m.dropAttestations {
			parts[i].Attestation, shipped[i].Attestation = nil, nil
		}
	}
	if len(attested) > 0 && !m.dropAttestations {
		return fail(nil, usageError("a Docker manifest list cannot carry the attestations of %s, among them test records",
			strings.Join(attested, ", ")), m.line.with("--drop-attestations").String()+"   (or --media-type oci)")
	}
	if len(attested) > 0 {
		notify(d.display, "warning: the attestations of "+strings.Join(attested, ", ")+
			" are left out; no record will show that they were tested")
	}
	if len(foreign) > 0 {
		notify(d.display, "warning: "+strings.Join(foreign, ", ")+" in the Docker manifest list will be OCI images; "+
			"what does not know those cannot pull them")
	}
	return nil
}
