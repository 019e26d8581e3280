package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// The keys of notes in which programs of before kept what an image had failed.
const (
	owedKey   = "failedTests"
	sumsKey   = "failedTestSums"
	failedKey = "failedImages"
)

// Unmigrated tells whether the store in a folder has notes of before that say what an image has failed.
func Unmigrated(root string) bool {
	body, err := localfile.Read(filepath.Join(root, ocispec.ImageIndexFile), maxIndexFile)
	return err == nil && bytes.Contains(body, []byte(owedKey))
}

// migrateDebts makes debts of what programs of before have noted.
func (s *Store) migrateDebts(ctx context.Context) error {
	if !Unmigrated(s.root) {
		return nil
	}
	err := s.changeIndexFile(ctx, func(index *ocispec.Index) error {
		for _, entry := range index.Manifests {
			if !isDraft(entry) {
				continue
			}
			notes, err := s.migrateNotes(ctx, entry)
			if err != nil {
				return err
			}
			if notes != nil {
				entry.Annotations[annotationNotes] = string(notes)
				entry.Annotations[annotationSum] = sumOf(entry)
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrIndex) && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("taking over what images have failed: %w", err)
	}
	return nil // the lost list is told by who reads it
}

// migrateNotes makes debts of what the notes of one draft say, and returns the notes without it; nil: as they were.
func (s *Store) migrateNotes(ctx context.Context, entry ocispec.Descriptor) ([]byte, error) {
	var notes map[string]map[string]json.RawMessage
	d, err := s.decodeEntry(ctx, entry)
	if err != nil || d.IsDamaged() || json.Unmarshal([]byte(entry.Annotations[annotationNotes]), &notes) != nil {
		return nil, nil //nolint:nilerr // a damaged draft is told elsewhere, and cannot be published
	}
	changed := false
	for key, note := range notes {
		var owed debt.Debt
		if json.Unmarshal(note[owedKey], &owed.Words) != nil || len(owed.Words) == 0 {
			continue
		}
		if sums, there := note[sumsKey]; there && json.Unmarshal(sums, &owed.Sums) != nil {
			continue
		}
		config, err := s.configUnder(ctx, d, key)
		if err != nil {
			continue
		}
		owed.ID, owed.Cause, owed.Reason = rand.Text(), debt.Tests, d.Notes[key].Reason
		owed.Platform, owed.Name, owed.Began = key, reference.FamiliarString(d.Name), d.Updated
		if err := s.Debts().change(ctx, config, func(b *debt.Book) { b.Add(owed) }); err != nil {
			return nil, err
		}
		failed, err := json.Marshal(append(slices.Clone(d.Notes[key].Failed), config.String()))
		if err != nil {
			return nil, err
		}
		delete(note, owedKey)
		delete(note, sumsKey)
		note[failedKey], changed = failed, true
	}
	if !changed {
		return nil, nil
	}
	return json.Marshal(notes)
}

// configUnder is the config of the image whose note stands under a key.
func (s *Store) configUnder(ctx context.Context, d draft.Draft, key string) (digest.Digest, error) {
	for _, image := range d.Images {
		if platform.Format(d.AskedFor(image.Platform)) == key {
			return s.ConfigOf(ctx, image)
		}
	}
	return "", ErrNoDraft
}
