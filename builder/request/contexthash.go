package request

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/moby/patternmatcher/ignorefile"
	"github.com/tonistiigi/fsutil"

	"github.com/docker-multiplat/docker-multiplat/internal/filesums"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// localContext is a build context that is a folder here, with what the build takes of it.
type localContext struct {
	folder     string
	dockerfile string // whose ignore file comes first; empty for none
	paths      []string
	all        bool
}

// contextHash hashes the names, modes and contents of a build context as it is sent: without what .dockerignore
// excludes and what the Dockerfile does not take. Times and owners do not count, so a fresh clone hashes the same; nor
// does what the build itself writes. Of a Git repository the commit counts that it stands at. With the hash comes a
// list of the files. A file that is known to be as it was is not read.
func (r Request) contextHash(ctx context.Context, c localContext) (string, map[string]string, error) {
	w := contextWalk{
		folder: c.folder, written: r.writtenIn(c.folder), known: r.Sums.Of(c.folder), all: sha256.New(), list: newListing(),
	}
	if !c.all && len(c.paths) == 0 {
		return short(w.all), w.list.list(w.written), nil
	}
	excludes, err := ignored(c.folder, c.dockerfile)
	if err != nil {
		return "", nil, err
	}
	root, err := fsutil.NewFS(c.folder)
	if err != nil {
		return "", nil, err
	}
	filter := &fsutil.FilterOpt{ExcludePatterns: excludes}
	if !c.all {
		filter.FollowPaths = c.paths
	}
	if root, err = fsutil.NewFilterFS(root, filter); err != nil {
		return "", nil, err
	}
	err = root.Walk(ctx, "", func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return w.visit(filepath.ToSlash(path))
	})
	_ = w.known.Keep() // what is not kept is read again
	return short(w.all), w.list.list(w.written), err
}

// contextWalk hashes a context while it is walked.
type contextWalk struct {
	folder  string
	written []string
	known   *filesums.Tree
	all     hash.Hash
	list    *listing
}

// visit takes in one file or folder.
func (w *contextWalk) visit(path string) error {
	if covers(w.written, path) {
		return nil
	}
	looked, full := time.Now(), filepath.Join(w.folder, filepath.FromSlash(path))
	info, err := os.Lstat(full) // fsutil's own mode does not know sockets
	if err != nil || info.Mode()&fs.ModeSocket != 0 {
		return err // BuildKit does not send them
	}
	if sum, ok := w.known.Known(path, info); ok && w.inGit(path) == besideGit {
		w.add(path, sum, false)
		return nil
	}
	switch w.inGit(path) {
	case besideGit:
	case insideGit:
		return nil
	case gitItself:
		leaf := sha256.New()
		if _, err := fmt.Fprintf(leaf, "%q %s\n", path, gitState(full)); err != nil {
			return err
		}
		w.add(path, leaf.Sum(nil), false)
		return nil
	}
	return w.read(path, info, looked)
}

// read hashes one file or folder that was looked at, at that time. Its sum is kept if it was this very file that was
// read: another may have taken its place, and give it back.
func (w *contextWalk) read(path string, info fs.FileInfo, looked time.Time) error {
	leaf := sha256.New()
	if _, err := fmt.Fprintf(leaf, "%q %o\n", path, info.Mode()); err != nil {
		return err
	}
	was, err := hashEntry(leaf, filepath.Join(w.folder, filepath.FromSlash(path)), info.Mode())
	if err != nil {
		return err
	}
	sum := leaf.Sum(nil)
	if was != nil && os.SameFile(info, was) {
		w.known.Put(path, was, looked, sum)
	}
	w.add(path, sum, info.IsDir())
	return nil
}

// add takes in the hash of one file or folder. What is in it is hashed this once: of all of them the hashes are hashed.
func (w *contextWalk) add(path string, leaf []byte, folder bool) {
	w.all.Write(leaf)
	w.list.add(path, leaf, folder)
}

// hashEntry hashes the contents of a file, or the target of a link. Of a file it returns what it was when it had been
// read.
func hashEntry(w io.Writer, path string, mode fs.FileMode) (was fs.FileInfo, err error) {
	switch {
	case mode&fs.ModeSymlink != 0:
		target, err := os.Readlink(path)
		if err != nil {
			return nil, err
		}
		_, err = fmt.Fprintf(w, "%q\n", target)
		return nil, err
	case mode.IsRegular():
		f, err := localfile.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if _, err = io.Copy(w, f); err != nil {
			return nil, err
		}
		return f.Stat()
	}
	return nil, nil
}

// maxIgnoreFile is the largest .dockerignore that is read.
const maxIgnoreFile = 4 << 20

// ignored reads the patterns of DOCKERFILE.dockerignore, else of .dockerignore, as BuildKit's frontend does.
func ignored(folder, dockerfile string) ([]string, error) {
	files := []string{filepath.Join(folder, ".dockerignore")}
	if dockerfile != "" {
		files = append([]string{dockerfile + ".dockerignore"}, files...)
	}
	for _, file := range files {
		body, err := localfile.Read(file, maxIgnoreFile)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return ignorefile.ReadAll(bytes.NewReader(body))
	}
	return nil, nil
}
