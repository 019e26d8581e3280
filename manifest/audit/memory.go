package audit

import (
	"context"
	"sync"

	"github.com/opencontainers/go-digest"
)

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
