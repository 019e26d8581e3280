package request

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/docker/buildx/util/gitutil"
	"github.com/docker/buildx/util/osutil"
	"github.com/docker/buildx/util/urlutil"
	bkgitutil "github.com/moby/buildkit/util/gitutil"
)

// Keys of [Request.Source].
const (
	// InputContext and SourceFiles are also put before the names of further contexts.
	InputContext    = "context"
	InputFiles      = "files"
	InputDockerfile = "Dockerfile"
	InputTarget     = "target"
	// InputRevision is the commit of the work tree. It is for people to read: the same files may be of two commits.
	InputRevision = "revision"
	// InputArgument is put before the name of a build argument. Values are hashed: some are secret.
	InputArgument = "argument "
)

// Inputs describes what a request builds from, so that two builds can be told to be of one source: the digest of
// the files in local contexts as .dockerignore leaves them, that of the Dockerfile, the target, the arguments. What
// comes from elsewhere (base images, Git contexts) is in the provenance.
func (r Request) Inputs(ctx context.Context) (map[string]string, error) {
	inputs := map[string]string{}
	if r.Target != "" {
		inputs[InputTarget] = r.Target
	}
	o, err := r.options()
	if err != nil {
		return nil, err
	}
	for name, value := range o.BuildArgs {
		inputs[InputArgument+name] = shortHash(strings.NewReader(value))
	}
	if dockerfile := r.dockerfile(); dockerfile != "" {
		if inputs[InputDockerfile], err = fileHash(dockerfile); err != nil {
			return nil, fmt.Errorf("reading the Dockerfile: %w", err)
		}
	}
	for name, context := range o.Inputs.NamedContexts {
		key, value, err := namedInput(ctx, name, context.Path)
		if err != nil {
			return nil, err
		}
		inputs[key] = value
	}
	more, err := r.contextInputs(ctx)
	maps.Copy(inputs, more)
	return inputs, err
}

// namedInput describes what --build-context adds: the files of a folder, or where else it comes from.
func namedInput(ctx context.Context, name, path string) (key, value string, err error) {
	if !osutil.IsLocalDir(path) {
		return InputContext + " " + name, Place(path), nil
	}
	files, err := contextHash(ctx, path, "")
	if err != nil {
		return "", "", fmt.Errorf("reading the build context %s=%s: %w", name, path, err)
	}
	return InputFiles + " of " + name, files, nil
}

// contextInputs describes the build context.
func (r Request) contextInputs(ctx context.Context) (map[string]string, error) {
	switch {
	case r.Context == "-":
		return map[string]string{InputContext: "standard input"}, nil
	case urlutil.IsRemoteURL(r.Context):
		return map[string]string{InputContext: Place(r.Context)}, nil
	}
	files, err := contextHash(ctx, r.Context, r.dockerfile())
	if err != nil {
		return nil, fmt.Errorf("reading the build context %q: %w", r.Context, err)
	}
	inputs := map[string]string{InputFiles: files}
	if revision := revisionOf(ctx, r.Context); revision != "" {
		inputs[InputRevision] = revision
	}
	return inputs, nil
}

// dockerfile returns the path of a Dockerfile that is a file here.
func (r Request) dockerfile() string {
	switch {
	case r.File == "-" || urlutil.IsHTTPURL(r.File) || !osutil.IsLocalDir(r.Context) && !filepath.IsAbs(r.File):
		return ""
	case r.File != "":
		return r.File
	}
	for _, name := range []string{"Dockerfile", "dockerfile"} {
		if file := filepath.Join(r.Context, name); checkDockerfile(file) == nil {
			return file
		}
	}
	return ""
}

// revisionOf is the commit of the work tree a folder is in, empty for none.
func revisionOf(ctx context.Context, folder string) string {
	git, err := gitutil.New(bkgitutil.WithDir(folder))
	if err != nil || !git.IsInsideWorkTree(ctx) {
		return ""
	}
	revision, err := git.FullCommit(ctx)
	if err != nil {
		return ""
	}
	return revision
}

// fileHash is the short hash of a file.
func fileHash(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return short(h), nil
}

// short is enough of a hash to tell two sources apart, and to be read.
func short(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil))[:16] }

// shortHash is the short hash of what r has.
func shortHash(r io.Reader) string {
	h := sha256.New()
	_, _ = io.Copy(h, r) // neither a hash nor a string fails
	return short(h)
}

// Hashed is standard input that is hashed while it is read: what came that way is a source, too.
type Hashed struct {
	reader io.Reader
	mu     sync.Mutex
	hash   hash.Hash
	read   bool
}

// NewHashed hashes what is read from r.
func NewHashed(r io.Reader) *Hashed { return &Hashed{reader: r, hash: sha256.New()} }

// Read reads from the source.
func (h *Hashed) Read(p []byte) (int, error) {
	n, err := h.reader.Read(p)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hash.Write(p[:n])
	h.read = h.read || n > 0
	return n, err
}

// Sum is the hash of what was read so far, empty when nothing was.
func (h *Hashed) Sum() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.read {
		return ""
	}
	return short(h.hash)
}
