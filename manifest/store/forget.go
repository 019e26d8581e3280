package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
)

// ForgetDebts forgets what the images of drafts that were removed have failed, also those that the drafts held before,
// unless another draft holds the image or has failed with it.
func (s *Store) ForgetDebts(ctx context.Context, removed []draft.Draft) error {
	if s.looking || !s.Debts().Any() {
		return nil
	}
	if err := s.Debts().checkFolder(); err != nil {
		return err
	}
	return s.locked(ctx, func() error {
		gone := map[digest.Digest]bool{}
		for _, d := range removed {
			s.knows(ctx, d, gone)
		}
		held, err := s.held(ctx)
		if err != nil {
			return err
		}
		for config := range gone {
			path, err := s.Debts().path(config)
			if err != nil || held[config] {
				continue
			}
			ended, err := s.Debts().ended(config)
			if err = errors.Join(err, removeDurably(path), s.Debts().forgetEnded(ended)); err != nil {
				return fmt.Errorf("forgetting what image %s has failed: %w", config, err)
			}
		}
		return nil
	})
}

// PruneDebts forgets what images have failed that no draft knows, and of which nothing was written since a time.
func (s *Store) PruneDebts(ctx context.Context, until time.Time) (forgotten int, err error) {
	if s.looking || !s.Debts().Any() {
		return 0, nil
	}
	err = s.locked(ctx, func() error {
		held, err := s.held(ctx)
		if err != nil {
			return err
		}
		if forgotten, err = s.pruneEnded(held, until); err != nil {
			return err
		}
		entries, err := os.ReadDir(filepath.Join(s.root, debtDir))
		if err != nil {
			return err
		}
		for _, entry := range entries {
			algorithm, encoded, _ := strings.Cut(strings.TrimSuffix(entry.Name(), ".json"), "-")
			info, err := entry.Info()
			if err != nil || held[digest.Digest(algorithm+":"+encoded)] || info.ModTime().After(until) {
				continue
			}
			if err := os.Remove(filepath.Join(s.root, debtDir, entry.Name())); err != nil {
				return err
			}
			forgotten++
		}
		return syncFolder(filepath.Join(s.root, debtDir))
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return forgotten, fmt.Errorf("forgetting what images have failed: %w", err)
	}
	return forgotten, nil
}

// pruneEnded is PruneDebts of what runs have left that were cut off.
func (s *Store) pruneEnded(held map[digest.Digest]bool, until time.Time) (forgotten int, err error) {
	ended, err := s.Debts().ended("")
	if err != nil {
		return 0, err
	}
	old := slices.DeleteFunc(ended, func(path string) bool {
		algorithm, encoded, _ := strings.Cut(filepath.Base(path), "-")
		encoded, _, _ = strings.Cut(encoded, ".")
		info, err := os.Stat(path)
		return err != nil || held[digest.Digest(algorithm+":"+encoded)] || info.ModTime().After(until)
	})
	return len(old), errors.Join(s.Debts().forgetEnded(old), sweepBegun(s.root))
}

// held are the images that the drafts know.
func (s *Store) held(ctx context.Context) (map[digest.Digest]bool, error) {
	drafts, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	held := map[digest.Digest]bool{}
	for _, d := range drafts {
		s.knows(ctx, d, held)
	}
	return held, nil
}

// knows adds the configs of the images that a draft holds, and of those that have failed under its name. What cannot be
// read is left out.
func (s *Store) knows(ctx context.Context, d draft.Draft, configs map[digest.Digest]bool) {
	for _, image := range d.Images {
		if config, err := s.ConfigOf(ctx, image); err == nil {
			configs[config] = true
		}
	}
	for _, note := range d.Notes {
		for _, config := range note.Failed {
			configs[digest.Digest(config)] = true
		}
	}
}

// holders are the names of the drafts that know an image.
func (s *Store) holders(ctx context.Context, config digest.Digest) (names []string, err error) {
	drafts, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range drafts {
		known := map[digest.Digest]bool{}
		if s.knows(ctx, d, known); known[config] {
			names = append(names, reference.FamiliarString(d.Name))
		}
	}
	return slices.Compact(names), nil
}
