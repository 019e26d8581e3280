package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/internal/packed"
)

// atOnce is how many layers of an image are read at once.
const atOnce = 2

// Reader reads images whose blobs are in one place.
type Reader struct {
	// Provider has the blobs. Each is read once, front to back.
	Provider content.Provider
	// Fold takes the names of machines out of a text, so that texts which differ in nothing else have one hash; nil:
	// they are not looked for.
	Fold func(text []byte) []byte
	// Skip tells which layers are not to be read; nil: all are.
	Skip func(layer digest.Digest) bool
	// Known keeps what was read of layers, for the images of one comparison; nil: nothing is kept.
	Known *Known
}

// Known is what was read of layers that several images have.
type Known struct {
	mu    sync.Mutex
	scans map[digest.Digest]*scan
	files int
}

// NewKnown returns one that knows nothing yet. Readers that share it fold in the same way.
func NewKnown() *Known { return &Known{scans: map[digest.Digest]*scan{}} }

// get returns what is known of a layer; nil: nothing.
func (k *Known) get(layer digest.Digest) *scan {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.scans[layer]
}

// put keeps what was read of a layer. The images of a comparison are held against a limit, too.
func (k *Known) put(layer digest.Digest, s *scan) error {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.scans[layer] = s
	if k.files += len(s.order); k.files > maxCompared {
		return beyond("the images have more than %d files in all", maxCompared)
	}
	return nil
}

// Read reads the image of a manifest. Errors wrap [ErrLayer] and [ErrLimit] where those apply.
func (r Reader) Read(ctx context.Context, image ocispec.Descriptor) (*Inventory, error) {
	var m ocispec.Manifest
	if _, err := r.document(ctx, image, &m); err != nil {
		return nil, err
	}
	found := &Inventory{Image: image}
	body, err := r.document(ctx, m.Config, &found.Config)
	if err != nil {
		return nil, err
	}
	if found.Health, err = healthOf(body); err != nil {
		return nil, fmt.Errorf("reading config %s: %w: %w", m.Config.Digest, ErrLayer, err)
	}
	said := instructions(found.Config, len(m.Layers))
	for i, layer := range m.Layers {
		found.Layers = append(found.Layers, Layer{Descriptor: layer, CreatedBy: said[i]})
	}
	scans, err := r.scans(ctx, found)
	if err != nil {
		return nil, err
	}
	if err := found.layOver(ctx, scans); err != nil {
		return nil, fmt.Errorf("reading %s: %w", image.Digest, err)
	}
	found.Removed = removedBy(scans)
	return found, nil
}

// removedBy is what layers take away of those below.
func removedBy(scans []*scan) []string {
	var removed []string
	for _, s := range scans {
		removed = append(removed, s.removes()...)
	}
	slices.Sort(removed)
	return slices.Compact(removed)
}

// Layers lists the layers of an image, from the lowest, and reads nothing of them.
func (r Reader) Layers(ctx context.Context, image ocispec.Descriptor) ([]digest.Digest, error) {
	var m ocispec.Manifest
	if _, err := r.document(ctx, image, &m); err != nil {
		return nil, err
	}
	layers := make([]digest.Digest, len(m.Layers))
	for i, layer := range m.Layers {
		layers[i] = layer.Digest
	}
	return layers, nil
}

// scans reads the layers.
func (r Reader) scans(ctx context.Context, found *Inventory) ([]*scan, error) {
	total := &totals{}
	total.allow(found.Layers)
	scans := make([]*scan, len(found.Layers))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, layer := range found.Layers {
		desc := layer.Descriptor
		if images.IsNonDistributable(desc.MediaType) || r.Skip != nil && r.Skip(desc.Digest) {
			found.Unread = append(found.Unread, desc.Digest)
			scans[i] = &scan{}
			continue
		}
		if known := r.Known.get(desc.Digest); known != nil {
			if err := known.count(total); err != nil {
				return nil, err
			}
			scans[i], found.Layers[i].Plain = known, known.plain
			continue
		}
		group.Go(func() error {
			s, err := r.scan(ctx, desc, total)
			if err == nil {
				err = r.Known.put(desc.Digest, s)
			}
			if err != nil {
				return fmt.Errorf("reading layer %s: %w", desc.Digest, err)
			}
			scans[i], found.Layers[i].Plain = s, s.plain
			return nil
		})
	}
	return scans, group.Wait()
}

// document reads a manifest or config and checks that it is the one asked for.
func (r Reader) document(ctx context.Context, desc ocispec.Descriptor, into any) ([]byte, error) {
	return packed.Document(ctx, r.Provider, desc, into, ErrLayer)
}

// healthOf reads what the config of OCI does not know.
func healthOf(config []byte) (*HealthCheck, error) {
	var docker struct {
		Config struct {
			Healthcheck *HealthCheck
		} `json:"config"`
	}
	err := json.Unmarshal(config, &docker)
	return docker.Config.Healthcheck, err
}

// instructions are what made each of n layers; the empty text where the history does not fit them.
func instructions(config ocispec.Image, n int) []string {
	said := make([]string, 0, n)
	for _, h := range config.History {
		if !h.EmptyLayer {
			said = append(said, h.CreatedBy)
		}
	}
	if len(said) != n {
		return slices.Repeat([]string{""}, n)
	}
	return said
}
