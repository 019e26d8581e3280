package request

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"path/filepath"
	"strings"
	"sync"

	"github.com/docker/buildx/util/gitutil"
	"github.com/docker/buildx/util/osutil"
	"github.com/docker/buildx/util/urlutil"
	bkgitutil "github.com/moby/buildkit/util/gitutil"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
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
	// InputArgument is put before the name of a build argument. Values are hashed: some are secret, and what is written
	// down is published. The hash shows a change, and is too short to tell one guess from a thousand others.
	InputArgument = "argument "
)

// Description is what a request builds from, so that two builds can be told to be of one source.
type Description struct {
	// Values are the digest of the files that the Dockerfile takes of local contexts as .dockerignore leaves them, that
	// of the Dockerfile, the target, the arguments.
	Values map[string]string
	// Files are those of each local context, by the key its digest has in Values: a sum for each, so that one can tell
	// which differ. A name with a slash at its end is a folder with all in it; what the build itself writes has no sum.
	Files map[string]map[string]string
}

// Inputs are the values of [Request.Describe].
func (r Request) Inputs(ctx context.Context) (map[string]string, error) {
	d, err := r.Describe(ctx)
	return d.Values, err
}

// Describe says what a request builds from. What comes from elsewhere (base images, Git contexts) is in the provenance.
func (r Request) Describe(ctx context.Context) (Description, error) {
	d := Description{Values: map[string]string{}, Files: map[string]map[string]string{}}
	if r.Target != "" {
		d.Values[InputTarget] = r.Target
	}
	o, err := r.options()
	if err != nil {
		return Description{}, err
	}
	for name, value := range o.BuildArgs {
		d.Values[InputArgument+name] = argumentHash(value)
	}
	if r.RewriteTimestamps {
		d.Values[InputTimestamps] = timestamps(o.BuildArgs[EpochArgument])
	}
	dockerfile := r.dockerfile()
	if r.Inline != "" {
		d.Values[InputDockerfile] = shortHash(strings.NewReader(r.Inline))
	} else if dockerfile != "" {
		if d.Values[InputDockerfile], err = fileHash(dockerfile); err != nil {
			return Description{}, fmt.Errorf("reading the Dockerfile: %w", err)
		}
	}
	takes := r.take(r.text(dockerfile), o.BuildArgs)
	for name, context := range o.Inputs.NamedContexts {
		if context.State != nil || !osutil.IsLocalDir(context.Path) {
			d.Values[InputContext+" "+name] = Place(context.Path)
			continue
		}
		local := localContext{folder: context.Path}
		local.paths, local.all = takes.of(name)
		if err := r.addFolder(ctx, d, InputFiles+" of "+name, local); err != nil {
			return Description{}, fmt.Errorf("reading the build context %s=%s: %w", name, context.Path, err)
		}
	}
	return d, r.addContext(ctx, d, takes)
}

// addFolder describes the files of a local context.
func (r Request) addFolder(ctx context.Context, d Description, key string, local localContext) error {
	sum, files, err := r.contextHash(ctx, local)
	if err != nil {
		return err
	}
	if d.Values[key] = sum; files != nil {
		d.Files[key] = files
	}
	return nil
}

// addContext describes the build context.
func (r Request) addContext(ctx context.Context, d Description, takes taken) error {
	switch {
	case r.Context == "-":
		d.Values[InputContext] = "standard input"
		return nil
	case r.State != nil, urlutil.IsRemoteURL(r.Context):
		d.Values[InputContext] = Place(r.Context)
		return nil
	}
	local := localContext{folder: r.Context, dockerfile: r.dockerfile()}
	local.paths, local.all = takes.of("")
	if err := r.addFolder(ctx, d, InputFiles, local); err != nil {
		return fmt.Errorf("reading the build context %q: %w", r.Context, err)
	}
	if revision := revisionOf(ctx, r.Context); revision != "" {
		d.Values[InputRevision] = revision
	}
	return nil
}

// dockerfile returns the path of a Dockerfile that is a file here.
func (r Request) dockerfile() string {
	switch {
	case r.Inline != "" || r.State != nil:
		return ""
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

// DockerfilePath is the path of the Dockerfile, empty where it is no file of this machine.
func (r Request) DockerfilePath() string { return r.dockerfile() }

// text is the Dockerfile, as far as it is here; file is its path where it is a file.
func (r Request) text(file string) []byte {
	if r.Inline != "" {
		return []byte(r.Inline)
	}
	if file == "" {
		return nil
	}
	text, err := localfile.Read(file, maxDockerfile)
	if err != nil {
		return nil // who reads it says so
	}
	return text
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
	text, err := localfile.Read(file, maxDockerfile)
	if err != nil {
		return "", err
	}
	return shortHash(bytes.NewReader(text)), nil
}

// short is enough of a hash to tell two sources apart, and to be read.
func short(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil))[:16] }

// argumentDigits are how much of the hash of a build argument is written down.
const argumentDigits = 4

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
