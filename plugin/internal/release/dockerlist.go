package release

import (
	"strings"

	"github.com/containerd/containerd/v2/core/images"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// AttestedError is a Docker manifest list of images that have attestations, which it cannot carry.
type AttestedError struct{ Platforms []string }

// Error implements error.
func (e *AttestedError) Error() string {
	return "a Docker manifest list cannot carry the attestations of " + strings.Join(e.Platforms, ", ") +
		", among them test records"
}

// Unwrap tells that the command line is to be changed.
func (e *AttestedError) Unwrap() error { return failure.ErrUsage }

// asDockerList makes parts fit for a Docker manifest list, which has no place for attestations: they are left out if
// that was asked for, after the gate has read them, and said so.
func (m *merging) asDockerList(parts []source.Entry, platforms []Shipped) error {
	var attested, foreign []string
	for i := range parts {
		key := platform.Format(parts[i].Platform)
		if parts[i].Manifest.MediaType != images.MediaTypeDockerSchema2Manifest {
			foreign = append(foreign, key)
		}
		if parts[i].Attestation == nil {
			continue
		}
		attested = append(attested, key)
		if m.DropAttestations {
			parts[i].Attestation, platforms[i].Attestation = nil, nil
		}
	}
	if len(attested) > 0 && !m.DropAttestations {
		return &AttestedError{Platforms: attested}
	}
	if len(attested) > 0 {
		m.session.Notify("warning: the attestations of " + strings.Join(attested, ", ") +
			" are left out; no record will show that they were tested")
	}
	if len(foreign) > 0 {
		m.session.Notify("warning: " + strings.Join(foreign, ", ") + " in the Docker manifest list will be OCI images; " +
			"what does not know those cannot pull them")
	}
	return nil
}
