package plugin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// killing is a drill whose publisher is the real program, and ends by a signal that it cannot catch.
type killing struct {
	*drill
	binary string
	// next are what the tags hold once all of them are published, and held the indexes that they hold before.
	next map[string]digest.Digest
	held map[string][]byte
}

// newKilling makes a drill, and counts the requests of one publish.
func newKilling(t *testing.T, binary string) (k *killing, requests int) {
	t.Helper()
	k = &killing{drill: newDrill(t), binary: binary, next: map[string]digest.Digest{}, held: map[string][]byte{}}
	for _, name := range sixNames() {
		repository, tag, _ := strings.Cut(name, ":")
		body, mediaType, there := k.registry.Read(t, "team/"+repository, tag)
		assert.Assert(t, there && mediaType == ocispec.MediaTypeImageIndex, name)
		k.held[name] = body
	}
	out, err := k.publish(t, nil)
	assert.NilError(t, err, out)
	for _, name := range sixNames() {
		k.next[name] = k.holds(t, name)
		assert.Assert(t, k.next[name] != k.old[name], "%s: %s", name, out)
	}
	k.restore(t)
	var count atomic.Int64
	k.registry.Intercept(func(http.ResponseWriter, *http.Request) bool {
		count.Add(1)
		return false
	})
	out, err = k.publish(t, nil) // of what is uploaded, as each that is killed
	assert.NilError(t, err, out)
	k.registry.Intercept(nil)
	return k, int(count.Load())
}

// restore gives the tags back what they held.
func (k *killing) restore(t *testing.T) {
	t.Helper()
	for _, name := range sixNames() {
		repository, tag, _ := strings.Cut(name, ":")
		k.registry.Write(t, "team/"+repository, tag, ocispec.MediaTypeImageIndex, k.held[name])
		assert.Equal(t, k.holds(t, name), k.old[name])
	}
}

// publish runs the real program on the drafts of the drill, and tells which process it is.
func (k *killing) publish(t *testing.T, started func(*os.Process)) (said string, err error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), k.binary, "multiplat", "publish", "-f", "docker-bake.hcl")
	command.Env = append(os.Environ(), "DOCKER_HOST=tcp://127.0.0.1:1")
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	assert.NilError(t, command.Start())
	if started != nil {
		started(command.Process)
	}
	err = command.Wait()
	return out.String(), err
}

// moment is when the program is killed: at the first request that is meant, before the registry carries it out or
// after it.
type moment struct {
	meant func(at int, r *http.Request) bool
	after bool
}

// killedAt kills the program at a moment. Every tag is then as it was, or what it was to become, those that moved before
// those that did not; the same command once more moves the others, and says of each which it was.
func (k *killing) killedAt(t *testing.T, m moment) (moved int) {
	t.Helper()
	k.restore(t)
	process := make(chan *os.Process, 1)
	var count atomic.Int64
	var killed atomic.Bool
	k.registry.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if !m.meant(int(count.Add(1)), r) || !killed.CompareAndSwap(false, true) {
			return false
		}
		body, _ := io.ReadAll(r.Body) // or nobody would notice that the program is gone
		if m.after {
			r.Body = io.NopCloser(bytes.NewReader(body))
			k.registry.Handler.ServeHTTP(httptest.NewRecorder(), r)
		}
		_ = (<-process).Kill()
		<-r.Context().Done() // nothing of it comes later
		return true
	})
	said, err := k.publish(t, func(p *os.Process) { process <- p })
	k.registry.Intercept(nil)
	exit, ok := errors.AsType[*exec.ExitError](err)
	assert.Assert(
		t,
		ok && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL,
		"it was not killed: %v: %s",
		err,
		said,
	)
	for i, name := range sixNames() {
		holds := k.holds(t, name)
		if holds == k.next[name] {
			assert.Equal(t, moved, i, "%s has moved before one ahead of it", name)
			moved++
			continue
		}
		assert.Equal(t, holds, k.old[name], name)
	}
	said, err = k.publish(t, nil)
	assert.NilError(t, err, said)
	for i, name := range sixNames() {
		assert.Equal(t, k.holds(t, name), k.next[name], name)
		line := lineAbout(said, k.registry.Host+"/team/"+name)
		assert.Check(t, is.Equal(strings.Contains(line, "already"), i < moved), "%s: %s", name, said)
	}
	return moved
}

// lineAbout is what is said of one tag.
func lineAbout(said, name string) string {
	for line := range strings.Lines(said) {
		if strings.Contains(line, name+" ") {
			return line
		}
	}
	return ""
}

// Killed before or after the write of any of six tags, and at requests from the first to the last, a publish leaves
// each tag old or new; the same command finishes, and says what had moved already.
func TestSixTagsKilled(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "docker-multiplat")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../cmd/docker-multiplat").CombinedOutput()
	assert.NilError(t, err, string(out))
	k, requests := newKilling(t, binary)
	assert.Assert(t, requests > 20)
	for i, name := range sixNames() {
		repository, tag, _ := strings.Cut(name, ":")
		path := "/team/" + repository + "/manifests/" + tag
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("tag %d after %t", i+1, after), func(t *testing.T) {
				moved := k.killedAt(t, moment{after: after, meant: func(_ int, r *http.Request) bool {
					return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, path)
				}})
				assert.Equal(t, moved, i+map[bool]int{true: 1}[after])
			})
		}
	}
	const step = 41 // of some hundred requests; those that write tags are all among the above
	for at := 1; at <= requests; at += step {
		t.Run(fmt.Sprintf("request %d", at), func(t *testing.T) {
			k.killedAt(t, moment{meant: func(now int, _ *http.Request) bool { return now == at }})
		})
	}
}
