package container

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	dockerclient "github.com/moby/moby/client"
)

const (
	// MostLogs is how many bytes of output are read of a container: an engine keeps 10 MB.
	MostLogs = 64 << 20
	// LogsLimit is how long that may take, over a slow link.
	LogsLimit = 2 * time.Minute
)

// output reads what a container has written so far. With a terminal all of it is stdout.
func output(ctx context.Context, engine Engine, id string, tty bool) (stdout, stderr []byte, err error) {
	late := fmt.Errorf("the engine has not come to its end within %s", LogsLimit)
	ctx, stop := context.WithTimeoutCause(ctx, LogsLimit, late)
	defer stop()
	logs, err := engine.ContainerLogs(ctx, id, dockerclient.ContainerLogsOptions{ShowStdout: true, ShowStderr: true})
	if err != nil {
		return nil, nil, fmt.Errorf("reading the output of a container: %w", cmp.Or(context.Cause(ctx), err))
	}
	defer func() { _ = logs.Close() }()
	var out, errOut Kept
	var file logFile
	sent := &io.LimitedReader{R: logs, N: MostLogs}
	if tty {
		_, err = io.Copy(io.MultiWriter(&out, &file), sent)
	} else {
		_, err = stdcopy.StdCopy(io.MultiWriter(&out, &file), io.MultiWriter(&errOut, &file), sent)
	}
	switch {
	case sent.N <= 0:
		err = fmt.Errorf("the engine has sent more than %d bytes", MostLogs)
	case err != nil:
		err = cmp.Or(context.Cause(ctx), err)
	default:
		return file.begin(out.Bytes()), file.begin(errOut.Bytes()), nil
	}
	return nil, nil, fmt.Errorf("reading the output of a container: %w", err)
}
