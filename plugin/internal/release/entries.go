package release

import (
	"maps"
	"slices"
	"strings"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// EntryChanges say more of the entries of an index, and of the index itself, than the images do.
type EntryChanges struct {
	Platforms []source.SetPlatform
	// Index are the annotations of the index, Descriptors those of its entries.
	Index       map[string]string
	Descriptors map[exptypes.AnnotationKey]string
}

// setPlatforms applies all corrections; marked ones leave an annotation.
func (c EntryChanges) setPlatforms(parts []source.Entry, marked bool) (_ []source.Entry, err error) {
	for _, set := range c.Platforms {
		if parts, err = set.Apply(parts, marked); err != nil {
			return nil, failure.Wrap(failure.ErrUsage, err, "")
		}
	}
	return parts, nil
}

// indexOver takes over the annotations of an index that is amended, but for those given anew.
func (c EntryChanges) indexOver(annotations map[string]string) map[string]string {
	over := maps.Clone(annotations)
	if over == nil {
		over = map[string]string{}
	}
	maps.Copy(over, c.Index)
	return over
}

// annotate puts the annotations of entries on them. One for a platform that is not there is a mistake.
func (c EntryChanges) annotate(parts []source.Entry) error {
	for key, value := range c.Descriptors {
		found := false
		for i := range parts {
			if key.Platform != nil && !platform.Satisfies(parts[i].Platform, *key.Platform) {
				continue
			}
			found = true
			annotations := map[string]string{}
			for k, v := range parts[i].Annotations {
				annotations[k] = v
			}
			annotations[key.Key] = value
			parts[i].Annotations = annotations
		}
		if !found {
			return failure.Usage("the annotation %q is for %s, which is not merged; there are %s",
				key.Key, platform.Format(*key.Platform), strings.Join(partNames(parts), ", "))
		}
	}
	return nil
}

// partNames are the platforms of parts, each once.
func partNames(parts []source.Entry) []string {
	var names []string
	for _, part := range parts {
		names = append(names, platform.Format(part.Platform))
	}
	return slices.Compact(names)
}

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
	}
	if len(attested) > 0 && !m.DropAttestations {
		return &AttestedError{Platforms: attested}
	}
	m.dropAttestations(parts, platforms)
	if len(foreign) > 0 {
		m.session.Notify("warning: " + strings.Join(foreign, ", ") + " in the Docker manifest list will be OCI images; " +
			"what does not know those cannot pull them")
	}
	return nil
}

// dropAttestations leaves the attestations out, and says so.
func (m *merging) dropAttestations(parts []source.Entry, platforms []Shipped) {
	var attested []string
	for i := range parts {
		if parts[i].Attestation != nil || platforms[i].unattested {
			attested = append(attested, platform.Format(parts[i].Platform))
		}
		parts[i].Attestation, platforms[i].Attestation = nil, nil
	}
	if len(attested) > 0 {
		m.session.Notify("warning: the attestations of " + strings.Join(attested, ", ") +
			" are left out; no record will show that they were tested")
	}
}
