package publish

import (
	"sync"
	"time"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// meterStep is how many bytes pass between two reports of one blob.
const meterStep = 256 << 10

// meter reports the bytes of one blob.
type meter struct {
	sub     progress.SubLogger
	desc    ocispec.Descriptor
	started time.Time

	mu   sync.Mutex // uploads read in goroutines of their own
	last int64
	sent int64
}

// newMeter begins to report a blob.
func newMeter(sub progress.SubLogger, desc ocispec.Descriptor) *meter {
	return &meter{sub: sub, desc: desc, started: time.Now()}
}

// at reports that n bytes were sent, now and then; fewer than before means that
// the upload began again.
func (m *meter) at(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = n
	if n > 0 && n < m.desc.Size && n >= m.last && n-m.last < meterStep {
		return
	}
	m.last = n
	m.report(nil)
}

// done reports the end; nothing was sent of a blob that was there.
func (m *meter) done() {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.report(&now)
}

// report reports what was sent; completed is nil while more is to come.
func (m *meter) report(completed *time.Time) {
	status := &client.VertexStatus{
		ID:        m.desc.Digest.String(),
		Current:   m.sent,
		Timestamp: time.Now(),
		Started:   &m.started,
		Completed: completed,
	}
	if m.sent > 0 || completed == nil {
		status.Total = m.desc.Size
	}
	m.sub.SetStatus(status)
}
