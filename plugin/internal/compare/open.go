package compare

import (
	"context"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// Opened is an image that was found: its platforms, and where their blobs are.
type Opened struct {
	Name    string
	Entries []source.Entry
	Blobs   content.Provider
}

// Open finds an image, and the platforms of the request in it. The store is needed for a draft alone.
func (r Request) Open(
	ctx context.Context, h dockercli.Host, s *store.Store, pw progress.Writer, p Place,
) (Opened, error) {
	found, err := (&reading{request: r, host: h, store: s, pw: pw}).open(ctx, p)
	return Opened{Name: found.name, Entries: found.entries, Blobs: found.blobs}, err
}

// DraftName is the name of the draft that a place is; ok is false for what stands elsewhere.
func (p Place) DraftName(ctx context.Context, h dockercli.Host) (name reference.NamedTagged, ok bool) {
	if name, ok = p.tagged(); !ok || !p.isDraft(ctx, h) {
		return nil, false
	}
	return name, true
}
