package localtest

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	enginecontainer "github.com/moby/moby/api/types/container"
	dockerclient "github.com/moby/moby/client"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// talker is an engine whose one container answers what it reads.
type talker struct {
	fakeEngine
	// answer makes an answer of a line, or of the end of the input, which is io.EOF; code ends the container, unless it
	// is forever.
	answer func(line string, err error) (text string, code int)

	mu    sync.Mutex
	said  bytes.Buffer
	lines *io.PipeWriter
	heard *io.PipeReader
	ended chan enginecontainer.WaitResponse
}

func newTalker(answer func(string, error) (string, int)) *talker {
	t := &talker{answer: answer, ended: make(chan enginecontainer.WaitResponse, 1)}
	t.ends = []int{forever}
	t.heard, t.lines = io.Pipe()
	return t
}

func (f *talker) ContainerWait(
	context.Context, string, dockerclient.ContainerWaitOptions,
) dockerclient.ContainerWaitResult {
	return dockerclient.ContainerWaitResult{Result: f.ended, Error: make(chan error)}
}

// halfPipe is a connection whose one side can end.
type halfPipe struct {
	net.Conn
	*io.PipeWriter
}

func (p halfPipe) Write(b []byte) (int, error) { return p.PipeWriter.Write(b) }
func (p halfPipe) CloseWrite() error           { return p.PipeWriter.Close() }
func (p halfPipe) Close() error                { return p.PipeWriter.Close() }

func (f *talker) ContainerAttach(
	context.Context, string, dockerclient.ContainerAttachOptions,
) (dockerclient.ContainerAttachResult, error) {
	theirs, ours := io.Pipe()
	go f.run(bufio.NewReader(theirs))
	return dockerclient.ContainerAttachResult{HijackedResponse: dockerclient.HijackedResponse{
		Conn: halfPipe{nil, ours}, Reader: bufio.NewReader(strings.NewReader("")),
	}}, nil
}

// run is the program in the container.
func (f *talker) run(input *bufio.Reader) {
	for {
		line, err := input.ReadString('\n')
		text, code := f.answer(strings.TrimSpace(line), err)
		if text != "" {
			f.mu.Lock()
			f.said.Write(frame(1, text))
			f.mu.Unlock()
			_, _ = f.lines.Write(frame(1, text))
		}
		if code != forever {
			_ = f.lines.Close()
			f.end(code)
			f.ended <- enginecontainer.WaitResponse{StatusCode: int64(code)}
		}
		if code != forever || err != nil {
			return
		}
	}
}

// end is what the engine says of the container from now on.
func (f *talker) end(code int) {
	f.fakeEngine.mu.Lock()
	defer f.fakeEngine.mu.Unlock()
	f.ends, f.running = []int{code}, false
}

func (f *talker) ContainerLogs(
	_ context.Context, _ string, options dockerclient.ContainerLogsOptions,
) (dockerclient.ContainerLogsResult, error) {
	if options.Follow {
		return f.heard, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return io.NopCloser(bytes.NewReader(bytes.Clone(f.said.Bytes()))), nil
}

// A program that talks is fed, and judged by its answer; one that never answers has not passed, however well it ends.
func TestDialogue(t *testing.T) {
	const ping = `{"id":1,"method":"ping"}`
	answers := func(line string, err error) (string, int) {
		switch {
		case err != nil:
			return "", 0
		case line == ping:
			return `{"id":1,"result":{}}` + "\n", forever
		}
		return "{}\n", forever
	}
	for _, tc := range []struct {
		name    string
		answer  func(string, error) (string, int)
		input   string
		eof     bool
		verdict Verdict
		reason  string
	}{
		{"answers", answers, ping, false, Passed, "answered after "},
		{"answers something else", answers, "other", false, Failed, "it ends with exit code 0, and no answer matches"},
		{"ends well at the end of input, and never answers", func(_ string, err error) (string, int) {
			if err != nil {
				return "", 0
			}
			return "", forever
		}, ping, false, Failed, `it ends with exit code 0, and no answer matches "\"id\":1,\"result\""`},
		{"crashes", func(string, error) (string, int) { return "", 3 }, ping, false, Failed, "it ends with exit code 3"},
		{"is silent", func(string, error) (string, int) { return "", forever }, ping, false, Inconclusive, "not done after 600ms"},
		{
			"says something else, and goes on", func(string, error) (string, int) { return "ready\n", forever }, ping, false,
			Failed, "what it answers within ",
		},
		{"answers at the end of input only", func(line string, err error) (string, int) {
			if err == nil {
				return "", forever
			}
			return `{"id":1,"result":{}}`, 0
		}, ping, false, Passed, "answered after "},
		{"is given the end of input at once", func(line string, err error) (string, int) {
			if err == nil {
				return "", forever
			}
			return `{"id":1,"result":{}}`, 0
		}, ping, true, Passed, "answered after 0s"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			engine := newTalker(tc.answer)
			c := tryOne(t, engine, server(), Spec{Dialogues: []Dialogue{{
				Text: "ping", Input: []byte(tc.input + "\n"), EOF: tc.eof, Expect: regexp.MustCompile(`"id":1,"result"`),
			}}})
			assert.Equal(t, c.Verdict, tc.verdict, c.Reason)
			assert.Assert(t, strings.HasPrefix(c.Reason, tc.reason), c.Reason)
			assert.Equal(t, c.Name, "stdin ping")
			assert.DeepEqual(t, engine.removed, []string{"c"})
			assert.Assert(t, engine.created[0].Config.OpenStdin && engine.created[0].Config.StdinOnce)
		})
	}
}

// An answer is heard however much was said before.
func TestAnswerBehindMuchElse(t *testing.T) {
	heard := &container.Kept{}
	for _, text := range []string{strings.Repeat("noise\n", container.OutputLimit), "ready\n"} {
		_, err := heard.Write([]byte(text))
		assert.NilError(t, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	assert.NilError(t, await(ctx, heard, regexp.MustCompile("(?m)^ready$"), nil))
	assert.NilError(t, ctx.Err())
}
