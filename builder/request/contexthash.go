package request

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/moby/patternmatcher/ignorefile"
	"github.com/tonistiigi/fsutil"
)

// contextHash hashes the names, modes and contents of a build context as it is sent: without what .dockerignore
// excludes. Times and owners do not count, so a fresh clone hashes the same.
func contextHash(ctx context.Context, folder, dockerfile string) (string, error) {
	excludes, err := ignored(folder, dockerfile)
	if err != nil {
		return "", err
	}
	root, err := fsutil.NewFS(folder)
	if err != nil {
		return "", err
	}
	if root, err = fsutil.NewFilterFS(root, &fsutil.FilterOpt{ExcludePatterns: excludes}); err != nil {
		return "", err
	}
	h := sha256.New()
	err = root.Walk(ctx, "", func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(filepath.Join(folder, path)) // fsutil's own mode does not know sockets
		if err != nil || info.Mode()&fs.ModeSocket != 0 {
			return err // BuildKit does not send them
		}
		if _, err := fmt.Fprintf(h, "%q %o\n", filepath.ToSlash(path), info.Mode()); err != nil {
			return err
		}
		return hashEntry(h, filepath.Join(folder, path), info.Mode())
	})
	return short(h), err
}

// hashEntry hashes the contents of a file, or the target of a link.
func hashEntry(w io.Writer, path string, mode fs.FileMode) error {
	switch {
	case mode&fs.ModeSymlink != 0:
		target, err := os.Readlink(path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "%q\n", target)
		return err
	case mode.IsRegular():
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(w, f)
		return err
	}
	return nil
}

// ignored reads the patterns of DOCKERFILE.dockerignore, else of .dockerignore, as BuildKit's frontend does.
func ignored(folder, dockerfile string) ([]string, error) {
	files := []string{filepath.Join(folder, ".dockerignore")}
	if dockerfile != "" {
		files = append([]string{dockerfile + ".dockerignore"}, files...)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return ignorefile.ReadAll(f)
	}
	return nil, nil
}
