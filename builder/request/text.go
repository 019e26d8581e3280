package request

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/docker/buildx/util/urlutil"
	"github.com/moby/go-archive/compression"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// ErrElsewhere is the class of a Dockerfile that is not on this machine.
var ErrElsewhere = fmt.Errorf("the Dockerfile is elsewhere: %w", errdefs.ErrInput)

// Dockerfile reads the Dockerfile: a file, or standard input, or in the archive on standard input. One of a context
// that is a URL is of class [ErrElsewhere].
func (r Request) Dockerfile() (name string, text []byte, err error) {
	switch file := r.dockerfile(); {
	case r.File == "-":
		text, err = bounded(r.Stdin)
		return "Dockerfile", text, err
	case r.Context == "-":
		return r.stdinDockerfile()
	case file == "" || urlutil.IsHTTPURL(r.File):
		return "", nil, errdefs.Classify(
			fmt.Errorf("the Dockerfile of %q is not on this machine", Place(r.Context)),
			ErrElsewhere,
		)
	default:
		f, err := localfile.Open(file)
		if err != nil {
			return "", nil, errdefs.Classify(fmt.Errorf("reading the Dockerfile: %w", err), errdefs.ErrInput)
		}
		defer func() { _ = f.Close() }()
		text, err = bounded(f)
		return file, text, err
	}
}

// bounded reads what may be a Dockerfile.
func bounded(r io.Reader) ([]byte, error) {
	if r == nil {
		return nil, errdefs.Classify(errors.New("there is nothing on standard input"), errdefs.ErrInput)
	}
	text, more, err := localfile.Stream(r, maxDockerfile)
	if err == nil && more {
		err = fmt.Errorf("it is larger than %d bytes, which no Dockerfile is", maxDockerfile)
	}
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading the Dockerfile: %w", err), errdefs.ErrInput)
	}
	return text, nil
}

// stdinDockerfile reads a Dockerfile, or an archive with one in it.
func (r Request) stdinDockerfile() (string, []byte, error) {
	if r.Stdin == nil {
		_, err := bounded(nil)
		return "", nil, err
	}
	const block = 512
	head := make([]byte, block)
	n, _ := io.ReadFull(r.Stdin, head) // whatever is wrong is met again below
	all := io.MultiReader(bytes.NewReader(head[:n]), r.Stdin)
	packed := compression.Detect(head[:n]) != compression.None
	if _, err := tar.NewReader(bytes.NewReader(head[:n])).Next(); err != nil && !packed {
		text, err := bounded(all)
		return "Dockerfile", text, err
	}
	plain, err := compression.DecompressStream(all)
	if err != nil {
		return "", nil, errdefs.Classify(fmt.Errorf("reading the archive on standard input: %w", err), errdefs.ErrInput)
	}
	defer func() { _ = plain.Close() }()
	return r.archived(tar.NewReader(plain))
}

// archived finds the Dockerfile in an archive.
func (r Request) archived(archive *tar.Reader) (string, []byte, error) {
	want := "Dockerfile"
	if r.File != "" {
		want = path.Clean(r.File)
	}
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("there is no %q in it", want)
		}
		if err != nil {
			return "", nil, errdefs.Classify(fmt.Errorf("reading the archive on standard input: %w", err), errdefs.ErrInput)
		}
		if path.Clean(header.Name) == want {
			text, err := bounded(archive)
			return want, text, err
		}
	}
}

// Given are what a Dockerfile is read with: the build arguments, and the further build contexts by name.
func (r Request) Given() (args, contexts map[string]string, err error) {
	o, err := r.options()
	if err != nil {
		return nil, nil, err
	}
	contexts = make(map[string]string, len(o.Inputs.NamedContexts))
	for name, context := range o.Inputs.NamedContexts {
		contexts[name] = context.Path
	}
	return o.BuildArgs, contexts, nil
}
