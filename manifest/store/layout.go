package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// version is the format of the layout: of the annotations in index.json and of the folders beside the standard ones.
const version = "1"

// tempPrefix begins the names of files that are renamed once they are complete.
const tempPrefix = ".multiplat-"

// maxLayoutFile is the largest oci-layout that is read; it has some 30 bytes.
const maxLayoutFile = 64 << 10

// prepareLayout makes an empty layout, or checks that there is one. Several processes may do this at once.
func prepareLayout(root string) error {
	if err := mendLayoutFile(root); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	switch _, err := os.Stat(filepath.Join(root, ocispec.ImageLayoutFile)); {
	case errors.Is(err, fs.ErrNotExist):
		if err := checkEmpty(root); err != nil {
			return err
		}
	case err != nil:
		return fmt.Errorf("%w: %w", ErrFolder, err)
	default:
		if err := checkLayout(root); err != nil {
			return err
		}
	}
	if err := makeLayout(root); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return nil
}

// makeLayout makes what is missing of a layout. The file that marks it as one comes first.
func makeLayout(root string) error {
	if err := os.Chmod(root, 0o700); err != nil {
		return err
	}
	layout, err := layoutFile()
	if err != nil {
		return err
	}
	if err := createFile(filepath.Join(root, ocispec.ImageLayoutFile), layout); err != nil {
		return err
	}
	if err := makeBlobs(root); err != nil {
		return err
	}
	index, err := json.Marshal(emptyIndex(map[string]string{annotationVersion: version}))
	if err != nil {
		return err
	}
	if err := createFile(filepath.Join(root, ocispec.ImageIndexFile), index); err != nil {
		return err
	}
	return makeCopy(root)
}

// makeBlobs makes the folder of the blobs. Where there is a list of drafts, its names outlast a power failure.
func makeBlobs(root string) error {
	blobs := filepath.Join(root, ocispec.ImageBlobsDir)
	_, listed := os.Lstat(filepath.Join(root, ocispec.ImageIndexFile))
	_, there := os.Stat(filepath.Join(blobs, "sha256"))
	if listed == nil && there == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(blobs, "sha256"), 0o700); err != nil {
		return err
	}
	return errors.Join(syncFolder(blobs), syncFolder(root))
}

// makeCopy gives the list of drafts its copy where there is none, as in stores of before. A change meanwhile, which
// writes both, wins.
func makeCopy(root string) error {
	body, err := localfile.Read(filepath.Join(root, ocispec.ImageIndexFile), maxIndexFile)
	if err != nil {
		return err
	}
	if err := createFile(filepath.Join(root, copyFile), body); err != nil && !isFull(err) {
		return err
	}
	return nil
}

// layoutFile is the content of the file that marks a layout.
func layoutFile() ([]byte, error) {
	return json.Marshal(ocispec.ImageLayout{Version: ocispec.ImageLayoutVersion})
}

// mendLayoutFile writes the file that marks a layout anew where it is gone or torn beside a list of ours: it says the
// same in every store.
func mendLayoutFile(root string) error {
	path := filepath.Join(root, ocispec.ImageLayoutFile)
	body, err := localfile.Read(path, maxLayoutFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) || err == nil && json.Valid(body) {
		return nil // nothing to mend, or what is told later
	}
	if _, err := readIndexFile(root); err != nil {
		return nil //nolint:nilerr // it is not known to be ours
	}
	layout, err := layoutFile()
	if err != nil {
		return err
	}
	return replaceFile(path, layout)
}

// stateDir is a folder of others in the store: their locks are there before it is made.
const stateDir = "state"

// checkEmpty refuses a folder that holds something else already.
func checkEmpty(root string) error {
	entries, err := os.ReadDir(root)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	foreign := ""
	for _, entry := range entries {
		if entry.Name() == ocispec.ImageLayoutFile {
			// Another process has made it since we looked.
			return checkLayout(root)
		}
		if !strings.HasPrefix(entry.Name(), tempPrefix) && entry.Name() != stateDir {
			foreign = entry.Name()
		}
	}
	if foreign != "" {
		return fmt.Errorf("%w: it holds %q and is no OCI image layout", ErrFormat, foreign)
	}
	return nil
}

// checkLayout refuses a layout that this code cannot read or that another tool made, before anything is changed. One
// without an index is half made.
func checkLayout(root string) error {
	body, err := localfile.Read(filepath.Join(root, ocispec.ImageLayoutFile), maxLayoutFile)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	var layout ocispec.ImageLayout
	if err := json.Unmarshal(body, &layout); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrFormat, ocispec.ImageLayoutFile, err)
	}
	if layout.Version != ocispec.ImageLayoutVersion {
		return fmt.Errorf("%w: the OCI image layout has version %q, not %q",
			ErrFormat, layout.Version, ocispec.ImageLayoutVersion)
	}
	if _, err := readIndexFile(root); !errors.Is(err, fs.ErrNotExist) || holdsBlobs(root) {
		return err
	}
	return nil
}

// holdsBlobs tells whether a layout was in use.
func holdsBlobs(root string) bool {
	blobs, err := os.ReadDir(filepath.Join(root, ocispec.ImageBlobsDir, "sha256"))
	return err == nil && len(blobs) > 0
}
