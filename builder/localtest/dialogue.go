package localtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"sync"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// Dialogue feeds a program its standard input and expects an answer on standard output.
type Dialogue struct {
	// Text is what the test is called.
	Text  string
	Input []byte
	// Expect is found in what the program has written when it has passed.
	Expect *regexp.Regexp
	// Command is what is run; nil: the image as users start it.
	Command *Command
	// EOF ends the input at once, for programs that answer only then.
	EOF bool
}

// dialogue runs a program, feeds it, and waits for its answer. The input stays open until the answer is there, since
// programs that talk end with it; after half of the time it ends, since others answer only then.
func (r *runner) dialogue(ctx context.Context, d Dialogue) (Case, error) {
	spec := r.container()
	if d.Command != nil {
		spec = commanded(spec, *d.Command)
	}
	spec.Config.OpenStdin, spec.Config.StdinOnce = true, true
	spec.Watch = func(ctx context.Context, id string) error { return r.talk(ctx, id, d) }
	exit, err := r.runTwice(ctx, spec)
	if err != nil {
		return Case{}, err
	}
	answered := exit.Watched || d.Expect.Match(exit.Stdout)
	if exit.Running && len(bytes.TrimSpace(exit.Stdout)) > 0 {
		exit.Watched = true // something else was said until the end: that is an answer
	}
	less := ""
	if container.Partial(exit.Stdout, exit.Stderr) {
		less = "; " + missing([]string{"it"})
	}
	return r.judge(ctx, exit, spec.Limit, func() (Verdict, string) {
		switch {
		case answered:
			return Passed, fmt.Sprintf("answered after %s", round(exit.Took))
		case exit.Running:
			return Failed, fmt.Sprintf("what it answers within %s does not match %q%s", round(exit.Took), d.Expect, less)
		}
		return Failed, fmt.Sprintf("it ends with %s, and no answer matches %q%s", ended(exit.Code), d.Expect, less)
	})
}

// talk feeds a container that runs, and returns when what it has written matches. Of one that ends, or whose time is
// over, the end is what counts.
func (r *runner) talk(ctx context.Context, id string, d Dialogue) error {
	attached, err := r.engine.ContainerAttach(ctx, id, dockerclient.ContainerAttachOptions{Stream: true, Stdin: true})
	if cerrdefs.IsConflict(err) || cerrdefs.IsNotFound(err) {
		<-ctx.Done()
		return nil
	}
	if err != nil {
		return unless(ctx, fmt.Errorf("opening the standard input of a container: %w", err))
	}
	heard, lost := &container.Kept{}, make(chan error, 1)
	var both sync.WaitGroup
	defer both.Wait()
	defer attached.Close()
	listening, stop := context.WithCancel(ctx)
	defer stop()
	both.Go(func() {
		if err := r.listen(listening, id, heard); err != nil {
			lost <- err
		}
	})
	both.Go(func() {
		// what a program does not read is no error: its answer counts
		_, _ = io.Copy(attached.Conn, bytes.NewReader(d.Input))
		if d.EOF || pause(listening, r.limit()/2) {
			_ = attached.CloseWrite()
		}
	})
	return await(ctx, heard, d.Expect, lost)
}

// listen writes down what a container writes to standard output, to its end.
func (r *runner) listen(ctx context.Context, id string, to io.Writer) error {
	logs, err := r.engine.ContainerLogs(ctx, id, dockerclient.ContainerLogsOptions{ShowStdout: true, Follow: true})
	if err != nil {
		return unless(ctx, fmt.Errorf("listening to a container: %w", err))
	}
	defer func() { _ = logs.Close() }()
	defer context.AfterFunc(ctx, func() { _ = logs.Close() })()
	if _, err := stdcopy.StdCopy(to, io.Discard, logs); err != nil {
		return unless(ctx, fmt.Errorf("listening to a container: %w", err))
	}
	return nil
}

// await returns when what was heard matches, or ctx is done.
func await(ctx context.Context, heard *container.Kept, expect *regexp.Regexp, lost <-chan error) error {
	const pace = 50 * time.Millisecond
	known := int64(0)
	for {
		if written := heard.Written(); written > known {
			if known = written; expect.Match(heard.Bytes()) {
				return nil
			}
		}
		select {
		case err := <-lost:
			return err
		default:
		}
		if !pause(ctx, pace) {
			return nil
		}
	}
}
