package publish

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// readBack reads every tag that was written: registries have no condition on a write, so only this shows that somebody
// else wrote in the same moment. shown is true where all of them show what was written.
func (t *tags) readBack(ctx context.Context) (shown bool, err error) {
	seen := make([]bool, len(t.changes))
	err = inParallel(ctx, len(t.changes), func(ctx context.Context, i int) error {
		var err error
		seen[i], err = t.readTagBack(ctx, &t.changes[i])
		t.changes[i].Unshown = !seen[i] && err == nil
		return err
	})
	return len(seen) > 0 && !slices.Contains(seen, false), err
}

// readTagBack reads one tag, and reads it again while it does not show what was written. What then shows nothing, or
// what it held before, is shown late, or was never written.
func (t *tags) readTagBack(ctx context.Context, change *TagChange) (shown bool, failed error) {
	if !change.Written {
		return true, nil
	}
	desc, body, err := t.look(ctx, change.Tag, change.New)
	if err != nil && (ctx.Err() != nil || errors.Is(err, registry.ErrIntegrity)) {
		return false, fmt.Errorf("reading back: %w", err)
	}
	if err != nil {
		desc.Digest = "" // it cannot be read now, and was accepted all the same
	}
	switch desc.Digest {
	case change.New:
		return true, nil
	case "", change.Old, t.last:
		return false, nil
	}
	what, class := t.lostIn(*change, desc.Digest, body)
	if class == nil {
		change.Extended = desc.Digest
		return true, nil
	}
	t.done.lost(change.Tag)
	const format = "publishing tag %q: %w: it holds %s, without %s"
	return false, fmt.Errorf(format, t.name(change.Tag), class, desc.Digest, what)
}

// lostIn says what of the contents another index has not, and how that is to be understood; nil: it has all.
func (t *tags) lostIn(change TagChange, root digest.Digest, body []byte) (what string, class error) {
	if lost := t.unservedIn(change, body); len(lost) > 0 {
		return strings.Join(lost, ", ") + ", which it had before", ErrStripped
	}
	if lost := t.contents.missingIn(root, body); len(lost) > 0 {
		return "this image of " + strings.Join(lost, ", "), ErrReplaced
	}
	if lost := t.contents.unattestedIn(body); len(lost) > 0 {
		return "the attestations of " + strings.Join(lost, ", "), ErrStripped
	}
	return "", nil
}

// unservedIn names the platforms that were carried over from what the tag held, and that another index does not serve:
// whoever else amends the tag carries them, too.
func (t *tags) unservedIn(change TagChange, body []byte) (names []string) {
	var index ocispec.Index
	if t.based == nil || change.Old == "" || json.Unmarshal(body, &index) != nil {
		return nil
	}
	for _, m := range t.contents.children {
		serves := func(entry ocispec.Descriptor) bool {
			return entry.Digest == m.desc.Digest || entry.Platform != nil && m.desc.Platform != nil &&
				platform.Equal(*entry.Platform, *m.desc.Platform)
		}
		carried := !manifest.IsAttestation(m.desc) && !slices.Contains(change.Gained, m.platform())
		if carried && !slices.ContainsFunc(index.Manifests, serves) {
			names = append(names, m.platform())
		}
	}
	return names
}

// missingIn names the images of the contents that another index has not.
func (c *contents) missingIn(root digest.Digest, body []byte) []string {
	var index ocispec.Index
	_ = json.Unmarshal(body, &index) // what is no index has no entries
	var missing []string
	for _, m := range c.children {
		has := func(entry ocispec.Descriptor) bool { return entry.Digest == m.desc.Digest }
		if !manifest.IsAttestation(m.desc) && m.desc.Digest != root && !slices.ContainsFunc(index.Manifests, has) {
			missing = append(missing, m.platform())
		}
	}
	return missing
}

// unattestedIn names the images of the contents that another index has without any attestation, though they have one.
func (c *contents) unattestedIn(body []byte) []string {
	var index ocispec.Index
	_ = json.Unmarshal(body, &index) // what is no index has no entries
	var names []string
	for _, image := range c.children {
		attests := func(entry ocispec.Descriptor) bool { return manifest.Attests(entry) == image.desc.Digest }
		had := slices.ContainsFunc(c.children, func(m child) bool { return attests(m.desc) })
		if had && !slices.ContainsFunc(index.Manifests, attests) {
			names = append(names, image.platform())
		}
	}
	return names
}

// platform names the platform of an image, or the image where it says none.
func (m child) platform() string {
	if m.desc.Platform == nil {
		return m.desc.Digest.String()
	}
	return platform.Format(*m.desc.Platform)
}
