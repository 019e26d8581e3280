package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// maxKept is how much of one layer is kept; of a larger one, everything is read again.
const maxKept = 32 << 20

// Cache keeps what was read of layers, by their digest. What is kept under other rules must not be returned.
type Cache interface {
	// Get returns what was put; ok is false when there is nothing.
	Get(ctx context.Context, layer digest.Digest, rules string) (body []byte, ok bool, err error)
	// Put keeps a JSON document, in place of one that is there.
	Put(ctx context.Context, layer digest.Digest, rules string, body []byte) error
}

// knownLayers reads every layer at most once at a time, and none that the cache has.
type knownLayers struct {
	provider content.Provider
	cache    Cache
	mu       sync.Mutex
	reading  map[digest.Digest]chan struct{}
}

func newKnownLayers(provider content.Provider, cache Cache) *knownLayers {
	return &knownLayers{provider: provider, cache: cache, reading: map[digest.Digest]chan struct{}{}}
}

// get returns what is known of a layer; cached is false when it had to be read for this.
func (k *knownLayers) get(
	ctx context.Context, layer ocispec.Descriptor, allowed allowance,
) (s *scan, cached bool, err error) {
	if k.cache == nil {
		s, err = k.read(ctx, layer, allowed)
		return s, false, err
	}
	release, err := k.hold(ctx, layer.Digest)
	if err != nil {
		return nil, false, err
	}
	defer release()
	if s, err = k.cached(ctx, layer.Digest, Rules); s != nil || err != nil {
		return s, true, err
	}
	if s, err = k.read(ctx, layer, allowed); err != nil {
		return nil, false, err
	}
	if s.size() > maxKept {
		return s, false, nil
	}
	body, err := json.Marshal(s)
	if err != nil {
		return nil, false, fmt.Errorf("keeping what was read of layer %s: %w", layer.Digest, err)
	}
	return s, false, k.cache.Put(ctx, layer.Digest, Rules, body)
}

// size is about how many bytes it has as JSON.
func (s *scan) size() int {
	size := 96*len(s.Entries) + s.names()
	for _, told := range s.Told {
		size += 64 * len(told.Packages)
	}
	return size
}

// cached returns nil when nothing is known, or nothing that can be read.
func (k *knownLayers) cached(ctx context.Context, layer digest.Digest, rules string) (*scan, error) {
	body, ok, err := k.cache.Get(ctx, layer, rules)
	if err != nil || !ok {
		return nil, err
	}
	var s scan
	if err := json.Unmarshal(body, &s); err != nil || !s.sound() {
		return nil, nil //nolint:nilerr // it is read again
	}
	return &s, nil
}

// sound tells whether every entry has what its kind has to have.
func (s *scan) sound() bool {
	for _, e := range s.Entries {
		switch e.Kind {
		case elfFile:
			if e.ELF == nil {
				return false
			}
		case plainFile, plainProgram:
			if e.Names == "" {
				return false
			}
		case scriptFile, windowsFile, macFile, folder, symlink, hardLink, special, whiteout, opaque:
		default:
			return false
		}
	}
	return true
}

// hold waits until nobody else reads the layer.
func (k *knownLayers) hold(ctx context.Context, layer digest.Digest) (release func(), err error) {
	for {
		k.mu.Lock()
		busy, held := k.reading[layer]
		if !held {
			mine := make(chan struct{})
			k.reading[layer] = mine
			k.mu.Unlock()
			return func() {
				k.mu.Lock()
				defer k.mu.Unlock()
				delete(k.reading, layer)
				close(mine)
			}, nil
		}
		k.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// maxMemory is how many bytes a [Memory] keeps; what is more is read again.
const maxMemory = 64 << 20

// Memory is a [Cache] that lasts as long as the program: a layer that several platforms have is read once.
type Memory struct {
	mu   sync.Mutex
	kept map[string][]byte
	size int
}

var _ Cache = (*Memory)(nil)

// NewMemory returns a cache that knows nothing yet.
func NewMemory() *Memory { return &Memory{kept: map[string][]byte{}} }

// Get implements [Cache].
func (m *Memory) Get(_ context.Context, layer digest.Digest, rules string) (body []byte, ok bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	body, ok = m.kept[layer.String()+rules]
	return body, ok, nil
}

// Put implements [Cache].
func (m *Memory) Put(_ context.Context, layer digest.Digest, rules string, body []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.size+len(body) > maxMemory {
		return nil
	}
	m.kept[layer.String()+rules] = body
	m.size += len(body)
	return nil
}
