package cluster

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
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
	text, err := p.ends(ctx, of)
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

// ends are the beginning and the end of what the container of a pod has written. Of more than is read in one go, the
// last lines are asked for by themselves.
func (c *Cluster) ends(ctx context.Context, pod string) ([]byte, error) {
	var kept container.Kept
	err := c.stream(ctx, pod, url.Values{}, &kept)
	if err == nil && kept.Written() == container.MostLogs {
		kept.Lose()
		err = c.stream(ctx, pod, url.Values{"tailLines": {"1000"}}, &kept)
	}
	return kept.Bytes(), err
}

// stream copies what the container of a pod has written, while there is any sign of it, and not for ever.
func (c *Cluster) stream(ctx context.Context, pod string, query url.Values, to io.Writer) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	silent := time.AfterFunc(answerLimit, func() { stop(&silentError{c.Server}) })
	defer silent.Stop()
	late := time.AfterFunc(container.LogsLimit, func() {
		stop(fmt.Errorf("the cluster at %s has not come to its end within %s", c.Server, container.LogsLimit))
	})
	defer late.Stop()
	query.Set("container", containerName)
	response, err := c.open(ctx, request{method: http.MethodGet, path: c.core("pods", pod) + "/log", query: query})
	if err != nil {
		return err
	}
	defer func() { _ = response.Close() }()
	sent := io.TeeReader(io.LimitReader(response, container.MostLogs), signs(func() { silent.Reset(answerLimit) }))
	if _, err := io.Copy(to, sent); err != nil {
		return c.heard(ctx, err)
	}
	return nil
}

// signs is called for each piece of a stream.
type signs func()

// Write implements [io.Writer].
func (s signs) Write(p []byte) (int, error) {
	s()
	return len(p), nil
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
