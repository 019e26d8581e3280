package plugin

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// endsWithin is how long a program may take that was told to end; the machine may be busy.
const endsWithin = 2 * time.Minute

// stuck is the real program, kept by what others wrote.
type stuck struct {
	binary, store string
	registry      *fakeRegistry
	// reached is sent to by what keeps the program.
	reached chan struct{}
}

func newStuck(t *testing.T) *stuck {
	t.Helper()
	s := &stuck{
		binary: filepath.Join(t.TempDir(), "docker-multiplat"), store: t.TempDir(),
		registry: newFakeRegistry(t), reached: make(chan struct{}, 100),
	}
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", s.binary, "../cmd/docker-multiplat").CombinedOutput()
	assert.NilError(t, err, string(out))
	return s
}

// bomb puts an image under a tag whose layer of 4 MB unpacks to 128 GiB of one file, and tells when it is read.
func (s *stuck) bomb(t *testing.T, tag string) {
	t.Helper()
	var head bytes.Buffer
	assert.NilError(t, tar.NewWriter(&head).WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: "zeros", Mode: 0o644, Size: 128 << 30, Format: tar.FormatGNU,
	}))
	size := head.Len() << 3 // of a raw block; those of zeros repeat one byte 128 KiB times
	body := append(
		[]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 10 << 3, byte(size), byte(size >> 8), byte(size >> 16)},
		head.Bytes()...)
	body = append(body, bytes.Repeat([]byte{2, 0, 16, 0}, 1<<20)...)
	config, err := json.Marshal(ocispec.Image{Platform: plugintest.Linux("arm64", "")})
	assert.NilError(t, err)
	layer := s.registry.Blob(t, "team/app", ocispec.MediaTypeImageLayerZstd, body)
	s.registry.Manifest(t, "team/app", tag, ocispec.Manifest{
		Config: s.registry.Blob(t, "team/app", ocispec.MediaTypeImageConfig, config), Layers: []ocispec.Descriptor{layer},
	})
	s.registry.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, layer.Digest.String()) {
			s.reached <- struct{}{}
		}
		return false
	})
}

// drips answers requests for a path with one byte, and nothing more until the client goes.
func (s *stuck) drips(path string, first []byte) {
	s.registry.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, path) {
			return false
		}
		w.Header().Set("Content-Type", ocispec.MediaTypeImageIndex)
		_, _ = w.Write(first)
		_ = http.NewResponseController(w).Flush()
		s.reached <- struct{}{}
		<-r.Context().Done()
		return true
	})
}

// engine is one that takes connections and never answers.
func (s *stuck) engine(t *testing.T) (host string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.reached <- struct{}{}
			t.Cleanup(func() { _ = conn.Close() })
		}
	}()
	return "tcp://" + listener.Addr().String()
}

// interrupted runs a command, sends the first signal once it is kept. It ends as one that is interrupted does.
func (s *stuck) interrupted(t *testing.T, kept func(), environment []string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), endsWithin)
	defer cancel()
	command := exec.CommandContext(ctx, s.binary, append([]string{"multiplat"}, args...)...)
	command.Env = append(
		os.Environ(),
		"DOCKER_CONFIG="+t.TempDir(),
		"MULTIPLAT_STORE="+s.store,
		"DOCKER_HOST=tcp://127.0.0.1:1",
	)
	command.Env = append(command.Env, environment...)
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	assert.NilError(t, command.Start())
	kept()
	assert.NilError(t, command.Process.Signal(syscall.SIGINT))
	err := command.Wait()
	exit, ok := errors.AsType[*exec.ExitError](err)
	assert.Assert(t, ok && ctx.Err() == nil, "%v: %s", err, said.String())
	assert.Equal(t, exit.ExitCode(), failure.ExitInterrupted, said.String())
}

func (s *stuck) untilReached(t *testing.T) func() {
	t.Helper()
	return func() {
		select {
		case <-s.reached:
		case <-time.After(endsWithin):
			t.Error("it did not come to what keeps it")
		}
	}
}

// The first signal ends every command that reads what others wrote, whatever that is.
func TestFirstSignal(t *testing.T) {
	s := newStuck(t)
	name := s.registry.Host + "/team/app"
	image := s.registry.Mislabelled(t, "a", plugintest.Linux("arm64", ""), plugintest.Linux("arm64", ""))
	layer := "/blobs/" + s.registry.LayersOf(t, image)[0].Digest.String()
	pinned := name + "@" + image.Digest.String()
	for title, tc := range map[string]struct {
		path  string
		first []byte
		args  []string
	}{
		"layer in drops":      {layer, []byte{31}, []string{"verify", "--deep", name + ":a"}},
		"layer of a source":   {layer, []byte{31}, []string{"merge", "--deep", "--allow-untested", "-t", name + ":1", name + ":a"}},
		"config of a source":  {"/blobs/", []byte{31}, []string{"merge", "--allow-untested", "-t", name + ":1", name + ":a"}},
		"manifest in drops":   {"/manifests/", []byte("{"), []string{"verify", name + ":a"}},
		"manifest to inspect": {"/manifests/", []byte("{"), []string{"inspect", "--remote", name + ":a"}},
		"manifest to promote": {"/manifests/", []byte("{"), []string{"promote", name + ":a", name + ":b"}},
	} {
		t.Run(title, func(t *testing.T) {
			s.drips(tc.path, tc.first)
			s.interrupted(t, s.untilReached(t), nil, tc.args...)
		})
	}
	t.Run("layer that unpacks without end", func(t *testing.T) {
		s.bomb(t, "bomb")
		s.interrupted(t, s.untilReached(t), nil, "verify", "--deep", name+":bomb")
	})
	for title, args := range map[string][]string{
		"engine for a test":   {"test", pinned},
		"engine for a status": {"status"},
	} {
		t.Run(title, func(t *testing.T) {
			s.registry.Intercept(nil)
			s.interrupted(t, s.untilReached(t), []string{"DOCKER_HOST=" + s.engine(t)}, args...)
		})
	}
}
