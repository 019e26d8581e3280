package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	digest "github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/internal/filesums"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

const (
	// scanDir holds what audits have read of layers, a file for each.
	scanDir = "audit"
	// maxScan is the largest such file: it belongs to a layer of about a million files.
	maxScan = 64 << 20
)

// Scans keeps what was read of layers for audits, so that a layer is read once. Everything in it can be read again:
// what is missing, damaged or of other rules is simply not there.
type Scans struct{ folder string }

// Scans returns the scans of this store.
func (s *Store) Scans() *Scans {
	return &Scans{folder: filepath.Join(s.root, scanDir)}
}

// sumsDir holds the sums of files of build contexts.
const sumsDir = "sums"

// Sums are the sums of files that builds read. Who only looks keeps none.
func (s *Store) Sums() *filesums.Kept {
	if s.looking {
		return nil
	}
	return filesums.In(filepath.Join(s.root, sumsDir))
}

// scanFile is one file of the folder.
type scanFile struct {
	Rules string          `json:"rules"`
	Layer digest.Digest   `json:"layer"`
	Scan  json.RawMessage `json:"scan"`
}

// Get returns what was put for a layer under the same rules; ok is false when there is nothing.
func (s *Scans) Get(ctx context.Context, layer digest.Digest, rules string) (body []byte, ok bool, err error) {
	path, err := s.path(layer)
	if err != nil {
		return nil, false, err
	}
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	if info, err := os.Stat(path); err != nil || info.Size() > maxScan || !info.Mode().IsRegular() {
		return nil, false, absent(err)
	}
	text, err := localfile.Read(path, maxScan)
	if err != nil {
		return nil, false, absent(err)
	}
	var file scanFile
	if err := json.Unmarshal(text, &file); err != nil || file.Rules != rules || file.Layer != layer {
		return nil, false, nil //nolint:nilerr // it is read again
	}
	return file.Scan, true, nil
}

// Put keeps a JSON document for a layer. One that is too large is not kept.
func (s *Scans) Put(ctx context.Context, layer digest.Digest, rules string, body []byte) error {
	path, err := s.path(layer)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	text, err := json.Marshal(scanFile{Rules: rules, Layer: layer, Scan: body})
	if err != nil {
		return fmt.Errorf("keeping the scan of layer %s: %w", layer, err)
	}
	if len(text) > maxScan {
		return nil
	}
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return fmt.Errorf("keeping the scan of layer %s: %w", layer, err)
	}
	return replaceFile(path, text)
}

func (s *Scans) path(layer digest.Digest) (string, error) {
	if err := layer.Validate(); err != nil {
		return "", fmt.Errorf("looking for the scan of layer %q: %w", layer, err)
	}
	return filepath.Join(s.folder, layer.Algorithm().String()+"-"+layer.Encoded()+".json"), nil
}

// keep removes the scans of all layers but these, and what else is in the folder.
func (s *Scans) keep(needed map[digest.Digest]bool) (removed int64, err error) {
	entries, err := os.ReadDir(s.folder)
	if err != nil {
		return 0, absent(err)
	}
	kept := map[string]bool{}
	for layer := range needed {
		if path, err := s.path(layer); err == nil {
			kept[filepath.Base(path)] = true
		}
	}
	for _, entry := range entries {
		if kept[entry.Name()] {
			continue
		}
		info, err := entry.Info()
		if err == nil {
			err = os.RemoveAll(filepath.Join(s.folder, entry.Name()))
		}
		if err != nil {
			return removed, fmt.Errorf("removing the scan %q: %w", entry.Name(), err)
		}
		removed += info.Size()
	}
	return removed, nil
}

// absent makes no error of a file that is not there.
func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
