package container

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	dockerclient "github.com/moby/moby/client"
)

// OutputLimit is how much of each output stream is kept, in bytes.
const OutputLimit = 1 << 20

const (
	// mostLogs is how many bytes of output an engine may send: it keeps 8 MB of a container's.
	mostLogs = 64 << 20
	// logsLimit is how long it may take for them, over a slow link.
	logsLimit = 2 * time.Minute
)

// output reads what a container has written so far. With a terminal all of it is stdout.
func output(ctx context.Context, engine Engine, id string, tty bool) (stdout, stderr []byte, err error) {
	late := fmt.Errorf("the engine has not come to its end within %s", logsLimit)
	ctx, stop := context.WithTimeoutCause(ctx, logsLimit, late)
	defer stop()
	logs, err := engine.ContainerLogs(ctx, id, dockerclient.ContainerLogsOptions{ShowStdout: true, ShowStderr: true})
	if err != nil {
		return nil, nil, fmt.Errorf("reading the output of a container: %w", cmp.Or(context.Cause(ctx), err))
	}
	defer func() { _ = logs.Close() }()
	var out, errOut limited
	sent := &io.LimitedReader{R: logs, N: mostLogs}
	if tty {
		_, err = io.Copy(&out, sent)
	} else {
		_, err = stdcopy.StdCopy(&out, &errOut, sent)
	}
	switch {
	case sent.N <= 0:
		err = fmt.Errorf("the engine has sent more than %d bytes", mostLogs)
	case err != nil:
		err = cmp.Or(context.Cause(ctx), err)
	default:
		return out.Bytes(), errOut.Bytes(), nil
	}
	return nil, nil, fmt.Errorf("reading the output of a container: %w", err)
}

// limited is a buffer that takes everything and keeps the first [OutputLimit] bytes.
type limited struct{ bytes.Buffer }

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	keep := min(len(p), OutputLimit-l.Len())
	_, _ = l.Buffer.Write(p[:keep]) // a bytes.Buffer does not fail
	return len(p), nil
}
