// Package layout reads images in folders that other tools have written as OCI image layouts. It changes nothing there.
package layout

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/jsonvalues"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/internal/jsonkeys"
)

// maxDocument is the most bytes a manifest, an index or a config may have.
const maxDocument = 4 << 20

var (
	// ErrLayout marks a folder that is no OCI image layout, or a damaged one.
	ErrLayout = errors.New("not a usable OCI image layout")
	// ErrChoice marks a layout of several images of which none was named.
	ErrChoice = errors.New("the layout holds several images")
	// ErrFolder marks a path that is no folder, so that no layout can be there.
	ErrFolder = errors.New("an OCI image layout is a folder")
)

// Check refuses a path that is no folder. Errors wrap [ErrFolder].
func Check(root string) error {
	info, err := os.Stat(root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: there is no folder %q", ErrFolder, root)
	case err == nil && !info.IsDir():
		return fmt.Errorf("%w: %q is a file; unpack it first, as with mkdir FOLDER && tar -xf %s -C FOLDER",
			ErrFolder, root, visible.Quote(root))
	case err == nil:
		return checkKind(root)
	}
	return fmt.Errorf("%w: %w", ErrFolder, err)
}

// checkKind refuses a folder that has nothing of a layout: one that has something is a damaged one.
func checkKind(root string) error {
	for _, name := range []string{ocispec.ImageLayoutFile, ocispec.ImageIndexFile, ocispec.ImageBlobsDir} {
		if _, err := os.Stat(filepath.Join(root, name)); !errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	return fmt.Errorf("%w: %q has no %s, no %s and no blobs", ErrFolder, root, ocispec.ImageLayoutFile,
		ocispec.ImageIndexFile)
}

// Layout is a folder of the OCI image layout specification, version 1.0.0.
type Layout struct {
	root  string
	index ocispec.Index
}

// Open reads the index of a layout. Errors wrap [ErrLayout].
func Open(root string) (*Layout, error) {
	var header ocispec.ImageLayout
	if err := readJSON(filepath.Join(root, ocispec.ImageLayoutFile), &header); err != nil {
		return nil, fmt.Errorf("opening %q: %w: %w", root, ErrLayout, err)
	}
	if header.Version != ocispec.ImageLayoutVersion {
		return nil, fmt.Errorf("opening %q: %w: its version is %q, not %q",
			root, ErrLayout, header.Version, ocispec.ImageLayoutVersion)
	}
	l := &Layout{root: root}
	if err := readJSON(filepath.Join(root, ocispec.ImageIndexFile), &l.index); err != nil {
		return nil, fmt.Errorf("opening %q: %w: %w", root, ErrLayout, err)
	}
	return l, nil
}

func readJSON(path string, into any) error {
	body, err := localfile.Read(path, maxDocument)
	if err != nil {
		return err
	}
	if err := jsonvalues.Check(body, jsonvalues.Document); err != nil {
		return err
	}
	if err := jsonkeys.Check(body); err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

// Resolve reads the manifest or index that a tag or a digest names; an empty ref names the only one there is, or
// latest. What is not there is errdefs.ErrNotFound.
func (l *Layout) Resolve(ctx context.Context, ref string) (ocispec.Descriptor, []byte, error) {
	desc, err := l.find(ref)
	if err != nil {
		return ocispec.Descriptor{}, nil, err
	}
	body, err := l.Fetch(ctx, desc)
	if err != nil {
		return ocispec.Descriptor{}, nil, err
	}
	var document struct {
		MediaType string          `json:"mediaType"`
		Layers    json.RawMessage `json:"layers"`
		Manifests json.RawMessage `json:"manifests"`
	}
	if err := errors.Join(jsonkeys.Check(body), json.Unmarshal(body, &document)); err != nil {
		return ocispec.Descriptor{}, nil, fmt.Errorf("reading %s of %q: %w: %w", desc.Digest, l.root, ErrLayout, err)
	}
	if document.Layers != nil && document.Manifests != nil {
		return ocispec.Descriptor{}, nil, fmt.Errorf("reading %s of %q: %w: it is both a manifest and an index",
			desc.Digest, l.root, ErrLayout)
	}
	if document.MediaType != "" {
		desc.MediaType = document.MediaType
	}
	desc.Size = int64(len(body))
	return ocispec.Descriptor{MediaType: desc.MediaType, Digest: desc.Digest, Size: desc.Size}, body, nil
}

// find looks a reference up in index.json.
func (l *Layout) find(ref string) (ocispec.Descriptor, error) {
	if dgst, err := digest.Parse(ref); err == nil {
		return ocispec.Descriptor{Digest: dgst, Size: -1}, nil
	}
	wanted := ref
	if ref == "" && len(l.index.Manifests) == 1 {
		return l.index.Manifests[0], nil
	}
	if ref == "" {
		wanted = "latest"
	}
	if found, err := l.named(wanted); err != nil || found.Digest != "" {
		return found, err
	}
	if ref == "" {
		return ocispec.Descriptor{}, fmt.Errorf("reading %q: %w: name one, as oci-layout://%s:TAG; it has %s",
			l.root, ErrChoice, l.root, strings.Join(l.names(), ", "))
	}
	return ocispec.Descriptor{}, fmt.Errorf("reading %q of %q: %w", ref, l.root, cerrdefs.ErrNotFound)
}

// named looks a tag up: the entry of that name, else the one whose full name ends in it; empty for none.
func (l *Layout) named(tag string) (ocispec.Descriptor, error) {
	exact := func(name, _ string) bool { return name == tag }
	ending := func(name, full string) bool {
		return strings.HasSuffix(name, ":"+tag) || strings.HasSuffix(full, ":"+tag)
	}
	found, err := l.only(tag, exact)
	if err == nil && found.Digest == "" {
		found, err = l.only(tag, ending)
	}
	return found, err
}

// only finds the image whose names match; empty for none. Several are an error.
func (l *Layout) only(tag string, match func(name, full string) bool) (ocispec.Descriptor, error) {
	var found []ocispec.Descriptor
	var names []string
	for _, entry := range l.index.Manifests {
		name := entry.Annotations[ocispec.AnnotationRefName]
		full := entry.Annotations[images.AnnotationImageName]
		if !match(name, full) {
			continue
		}
		known := func(other ocispec.Descriptor) bool { return other.Digest == entry.Digest }
		if !slices.ContainsFunc(found, known) {
			found, names = append(found, entry), append(names, cmp.Or(full, name)+"@"+entry.Digest.String())
		}
	}
	switch len(found) {
	case 0:
		return ocispec.Descriptor{}, nil
	case 1:
		return found[0], nil
	}
	slices.Sort(names)
	return ocispec.Descriptor{}, fmt.Errorf(
		"reading %q of %q: %w of that tag: name one, as oci-layout://%s@DIGEST; it has %s",
		tag, l.root, ErrChoice, l.root, strings.Join(names, ", "))
}

func (l *Layout) names() []string {
	var names []string
	for _, entry := range l.index.Manifests {
		name := entry.Annotations[ocispec.AnnotationRefName]
		if name == "" {
			name = entry.Digest.String()
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Fetch reads a manifest, config or statement and checks its hash, and its size where desc states one.
func (l *Layout) Fetch(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	file, err := l.Open(ctx, desc)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	body, more, err := localfile.Stream(file, maxDocument)
	if err != nil {
		return nil, fmt.Errorf("reading %s of %q: %w: %w", desc.Digest, l.root, ErrLayout, err)
	}
	if more {
		return nil, fmt.Errorf("reading %s of %q: %w: it has %d bytes or more", desc.Digest, l.root, ErrLayout, len(body)+1)
	}
	if desc.Size >= 0 && int64(len(body)) != desc.Size {
		return nil, fmt.Errorf("reading %s of %q: %w: it has %d bytes", desc.Digest, l.root, ErrLayout, len(body))
	}
	if got := desc.Digest.Algorithm().FromBytes(body); got != desc.Digest {
		return nil, fmt.Errorf("reading %s of %q: %w: its content has digest %s", desc.Digest, l.root, ErrLayout, got)
	}
	if err := jsonvalues.Check(body, jsonvalues.Document); err != nil {
		return nil, fmt.Errorf("reading %s of %q: %w: %w", desc.Digest, l.root, ErrLayout, err)
	}
	return body, nil
}

// Open opens a blob as a stream; nothing is checked.
func (l *Layout) Open(_ context.Context, desc ocispec.Descriptor) (io.ReadCloser, error) {
	if err := desc.Digest.Validate(); err != nil {
		return nil, fmt.Errorf("reading %q of %q: %w: %w", desc.Digest, l.root, ErrLayout, err)
	}
	path := filepath.Join(l.root, ocispec.ImageBlobsDir, desc.Digest.Algorithm().String(), desc.Digest.Encoded())
	file, err := localfile.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading %s of %q: %w", desc.Digest, l.root, cerrdefs.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s of %q: %w: %w", desc.Digest, l.root, ErrLayout, err)
	}
	return file, nil
}
