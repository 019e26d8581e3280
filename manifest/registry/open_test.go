package registry

import (
	"bytes"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// secureProxy serves a registry in HTTP/2 and returns its host and the folder of its certificate.
func secureProxy(t *testing.T, handler http.Handler) (host, certificates string) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	host = server.Listener.Addr().String()
	certificates = t.TempDir()
	assert.NilError(t, os.Mkdir(filepath.Join(certificates, host), 0o700))
	body := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	assert.NilError(t, os.WriteFile(filepath.Join(certificates, host, "ca.crt"), body, 0o600))
	return host, certificates
}

// A source whose HTTP/2 stream is reset in the middle of a layer is asked again; one that resets each is unavailable.
func TestCopyOverResetStreams(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789"), 100_000)
	for name, resets := range map[string]int32{"once": 1, "always": 1000} {
		t.Run(name, func(t *testing.T) {
			near, far := registrytest.New(t), registrytest.New(t)
			var asked atomic.Int32
			host, certificates := secureProxy(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				assert.Check(t, is.Equal(r.ProtoMajor, 2))
				if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/") && asked.Add(1) <= resets {
					_, _ = w.Write(body[:len(body)/2])
					_ = http.NewResponseController(w).Flush()
					panic(http.ErrAbortHandler)
				}
				near.Handler.ServeHTTP(w, r)
			}))
			repo, _ := openRepo(t, near)
			assert.NilError(t, push(body)(t.Context(), repo))
			client := New(WithClock(newFakeClock()), WithCertificates(certificates))
			source, err := client.Repository(t.Context(), named(t, host+"/team/app"), Pull)
			assert.NilError(t, err)
			target, err := client.Repository(t.Context(), named(t, far.Host()+"/team/app"), Push)
			assert.NilError(t, err)

			open := func() (io.ReadCloser, error) { return source.Open(t.Context(), blobOf(body)) }
			sent, err := target.PushBlob(t.Context(), blobOf(body), open, nil)
			if resets == 1 {
				assert.NilError(t, err)
				assert.Assert(t, sent)
				return
			}
			assert.ErrorIs(t, err, ErrUnavailable)
			assert.ErrorContains(t, err, "reading blob "+blobOf(body).Digest.String()+" of team/app at "+host)
			assert.Equal(t, asked.Load(), int32(maxTries))
		})
	}
}
