package structure

import (
	"archive/tar"
	"context"
	"fmt"
	"io"

	"github.com/docker-multiplat/docker-multiplat/internal/overlay"
)

// Layer opens one layer of an image: a tar, plain or compressed with gzip or zstd.
type Layer func(context.Context) (io.ReadCloser, error)

// Tree is the file system a container of an image sees. It knows names and modes; contents are read when asked for.
type Tree struct {
	layers []Layer
	files  *overlay.Tree
	// plain is how many bytes its layers had beyond what layers of their size should unpack to.
	plain int64
}

// ReadTree reads the layers of an image, lowest first. Beyond a limit the error wraps [overlay.ErrLimit].
func ReadTree(ctx context.Context, layers []Layer) (*Tree, error) {
	t := &Tree{layers: layers, files: overlay.New()}
	for i := range layers {
		if err := t.readLayer(ctx, layers[i]); err != nil {
			return nil, fmt.Errorf("reading layer %d of %d: %w", i+1, len(layers), err)
		}
	}
	return t, nil
}

// readLayer lays a layer over those below. It reads headers alone.
func (t *Tree) readLayer(ctx context.Context, layer Layer) error {
	l := t.files.Begin()
	err := walk(ctx, layer, &t.plain, func(header *tar.Header, _ io.Reader) error {
		item, err := overlay.ItemOf(header)
		if err != nil {
			return err
		}
		return l.Take(item)
	})
	if err == nil {
		t.files.Lay(l)
	}
	return err
}
