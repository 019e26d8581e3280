package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// Annotations of a draft's entry in index.json, beside those of OCI and containerd for its name.
const (
	annotationPlatforms = "com.docker-multiplat.platforms"
	annotationNotes     = "com.docker-multiplat.notes"
	annotationUpdated   = "com.docker-multiplat.updated"
	annotationPublished = "com.docker-multiplat.published"
	// annotationSum tells an entry from one that was damaged: the list has no digest, as blobs have.
	annotationSum = "com.docker-multiplat.sum"
	// annotationPrefix begins all of ours.
	annotationPrefix = "com.docker-multiplat."
)

// Draft and Note stand here until all that use them say draft.Draft and draft.Note.
type (
	// Draft is the local, unpublished image of a name and tag.
	Draft = draft.Draft
	// Note is what a draft keeps of one platform beside its image.
	Note = draft.Note
)

// fullName is the name under which index.json lists a draft: with the registry's host, and never with a digest.
func fullName(name reference.NamedTagged) string {
	return name.Name() + ":" + name.Tag()
}

// isDraft reports whether an entry of index.json is a draft of ours, be it damaged.
func isDraft(entry ocispec.Descriptor) bool {
	for key := range entry.Annotations {
		if strings.HasPrefix(key, annotationPrefix) {
			return true
		}
	}
	return false
}

// sumOf is the sum over what makes an entry a draft. What it was published as is not in it: versions before have
// changed that without the sum.
func sumOf(entry ocispec.Descriptor) string {
	said := []string{entry.MediaType, entry.Digest.String(), strconv.FormatInt(entry.Size, 10)}
	for _, key := range []string{images.AnnotationImageName, annotationPlatforms, annotationNotes, annotationUpdated} {
		said = append(said, entry.Annotations[key])
	}
	return digest.FromString(strings.Join(said, "\x00")).String()
}

// checkSum refuses an entry that is not what was written. Those of versions before have no sum.
func checkSum(entry ocispec.Descriptor) error {
	if sum, ok := entry.Annotations[annotationSum]; ok && sum != sumOf(entry) {
		return fmt.Errorf("%s was changed, and not by this program", ocispec.ImageIndexFile)
	}
	return nil
}

// encodeEntry returns the entry of index.json for a draft whose index blob is written.
func encodeEntry(d draft.Draft) (ocispec.Descriptor, error) {
	asked := make([]string, 0, len(d.Platforms))
	for _, p := range d.Platforms {
		asked = append(asked, platform.Format(p))
	}
	if len(asked) > 0 {
		// What is written must be readable: no unknown platform, none twice.
		if _, err := platform.Parse(asked); err != nil {
			return ocispec.Descriptor{}, err
		}
	}
	notes, err := json.Marshal(d.Notes)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	entry := ocispec.Descriptor{
		MediaType: d.Index.MediaType,
		Digest:    d.Index.Digest,
		Size:      d.Index.Size,
		Annotations: map[string]string{
			ocispec.AnnotationRefName:  fullName(d.Name),
			images.AnnotationImageName: fullName(d.Name),
			annotationPlatforms:        strings.Join(asked, ","),
			annotationNotes:            string(notes),
			annotationUpdated:          d.Updated.Format(time.RFC3339Nano),
			annotationPublished:        d.Published.String(),
		},
	}
	entry.Annotations[annotationSum] = sumOf(entry)
	return entry, nil
}

// decodeEntry reads a draft. Where its index blob, or what index.json says of it beside its name, is not what it should
// be, the draft says so, and has no images. An entry without a name is an error.
func (s *Store) decodeEntry(ctx context.Context, entry ocispec.Descriptor) (draft.Draft, error) {
	name := entry.Annotations[images.AnnotationImageName]
	d, err := decodeAnnotations(entry)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	} else {
		err = s.decodeIndex(ctx, &d)
	}
	if err == nil {
		return d, nil
	}
	err = fmt.Errorf("reading draft %q: %w", name, err)
	if d.Name == nil {
		err = fmt.Errorf("%w: %w", ErrIndex, err)
	}
	if d.Name == nil || !errors.Is(err, ErrCorrupt) {
		return d, err
	}
	d.Damaged = err
	return d, nil
}

// decodeIndex reads the index blob of a draft.
func (s *Store) decodeIndex(ctx context.Context, d *draft.Draft) error {
	if !images.IsIndexType(d.Index.MediaType) {
		return fmt.Errorf("%w: it is %q, and no index", ErrCorrupt, d.Index.MediaType)
	}
	body, err := s.ReadBlob(ctx, d.Index)
	if err != nil {
		return err
	}
	var index ocispec.Index
	if err := json.Unmarshal(body, &index); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	d.Annotations = index.Annotations
	if len(index.Manifests) == 0 {
		return nil
	}
	if d.Images, err = manifest.ParseIndex(body); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return nil
}

// decodeAnnotations reads what an entry of index.json says of a draft.
func decodeAnnotations(entry ocispec.Descriptor) (draft.Draft, error) {
	d := draft.Draft{Index: ocispec.Descriptor{MediaType: entry.MediaType, Digest: entry.Digest, Size: entry.Size}}
	name, err := reference.ParseNormalizedNamed(entry.Annotations[images.AnnotationImageName])
	if err != nil {
		return draft.Draft{}, err
	}
	tagged, ok := name.(reference.NamedTagged)
	if !ok {
		return draft.Draft{}, errors.New("its name has no tag")
	}
	d.Name = tagged
	if err := checkSum(entry); err != nil {
		return d, err
	}
	if asked := entry.Annotations[annotationPlatforms]; asked != "" {
		if d.Platforms, err = platform.Parse([]string{asked}); err != nil {
			return d, err
		}
	}
	if notes := entry.Annotations[annotationNotes]; notes != "" {
		if err := json.Unmarshal([]byte(notes), &d.Notes); err != nil {
			return d, err
		}
	}
	d.Published = digest.Digest(entry.Annotations[annotationPublished])
	d.Updated, err = time.Parse(time.RFC3339Nano, entry.Annotations[annotationUpdated])
	return d, err
}
