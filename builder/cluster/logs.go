package cluster

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/moby/moby/api/pkg/stdcopy"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// noFormat is what the kernel says of a file that it cannot execute.
const noFormat = "exec format error"

// ContainerLogs is what the program of a Job has written. A cluster keeps standard output and error in one: what an
// emulator and a runtime say of a program is told from it, as an engine has that in the error.
func (p *Pool) ContainerLogs(
	ctx context.Context, name string, _ dockerclient.ContainerLogsOptions,
) (dockerclient.ContainerLogsResult, error) {
	r := p.run(name)
	r.mu.Lock()
	of := r.pod.Metadata.Name
	tty := r.config.Tty
	r.mu.Unlock()
	ctx, done := context.WithTimeoutCause(ctx, answerLimit, &silentError{p.Server})
	defer done()
	text, err := p.written(ctx, of, url.Values{"limitBytes": {strconv.Itoa(container.OutputLimit)}})
	if err != nil {
		return nil, fmt.Errorf("reading what pod %s has written: %w", of, err)
	}
	if tty {
		return io.NopCloser(bytes.NewReader(text)), nil
	}
	var out bytes.Buffer
	for line := range bytes.Lines(text) {
		stream := stdcopy.Stdout
		if p.ofRuntime(r, string(line)) {
			stream = stdcopy.Stderr
		}
		_, _ = frames{&out, &sync.Mutex{}, stream}.Write(line) // a buffer takes everything
	}
	return io.NopCloser(&out), nil
}

// written is what the container of a pod has written.
func (c *Cluster) written(ctx context.Context, pod string, query url.Values) ([]byte, error) {
	query.Set("container", containerName)
	response, err := c.open(ctx, request{method: http.MethodGet, path: c.core("pods", pod) + "/log", query: query})
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Close() }()
	text, _, err := localfile.Stream(response, container.OutputLimit)
	if err != nil {
		return nil, c.heard(ctx, err)
	}
	return text, nil
}

// ofRuntime tells a line of an emulator that crashes, and of a runtime whose kernel does not execute a file, from those
// of programs.
func (p *Pool) ofRuntime(r *run, line string) bool {
	line = strings.TrimSpace(line)
	unknown := strings.HasPrefix(line, "exec ") && strings.HasSuffix(line, ": "+noFormat)
	if unknown {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.foreign[r.config.Image] = true
	}
	return unknown || strings.Contains(line, "qemu: uncaught target signal")
}

// frames writes one stream among others, as an engine does.
type frames struct {
	to     io.Writer
	mu     *sync.Mutex
	stream stdcopy.StdType
}

// Write implements [io.Writer].
func (f frames) Write(p []byte) (int, error) {
	const header, length = 8, 4
	head := make([]byte, header, header+len(p))
	head[0] = byte(f.stream)
	binary.BigEndian.PutUint32(head[length:], uint32(len(p))) //nolint:gosec // a line, or a buffer
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, err := f.to.Write(append(head, p...)); err != nil {
		return 0, err
	}
	return len(p), nil
}
