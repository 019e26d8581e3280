package container

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/moby/moby/api/pkg/stdcopy"
	dockerclient "github.com/moby/moby/client"
)

// OutputLimit is how much of each output stream is kept, in bytes.
const OutputLimit = 1 << 20

// output reads what a container has written so far. With a terminal all of it is stdout.
func output(ctx context.Context, engine Engine, id string, tty bool) (stdout, stderr []byte, err error) {
	logs, err := engine.ContainerLogs(ctx, id, dockerclient.ContainerLogsOptions{ShowStdout: true, ShowStderr: true})
	if err != nil {
		return nil, nil, fmt.Errorf("reading the output of a container: %w", err)
	}
	defer func() { _ = logs.Close() }()
	var out, errOut limited
	if tty {
		_, err = io.Copy(&out, logs)
	} else {
		_, err = stdcopy.StdCopy(&out, &errOut, logs)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading the output of a container: %w", err)
	}
	return out.Bytes(), errOut.Bytes(), nil
}

// limited is a buffer that takes everything and keeps the first [OutputLimit] bytes.
type limited struct{ bytes.Buffer }

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	keep := min(len(p), OutputLimit-l.Len())
	_, _ = l.Buffer.Write(p[:keep]) // a bytes.Buffer does not fail
	return len(p), nil
}
