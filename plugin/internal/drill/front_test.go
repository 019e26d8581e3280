//go:build drill

package drill

import (
	"crypto/tls"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
)

// fronted is what a registry behind TLS is called: the certificates of httptest are for it.
const fronted = "example.com"

// front is a way to a registry that the program has to use TLS on: a proxy, which notes what it is asked in plain HTTP.
type front struct {
	proxy       *httptest.Server
	certificate string
	mu          sync.Mutex
	plain       []string
}

// behindTLS has the first registry be spoken to through TLS; nothing may be sent to it in plain HTTP. It shows a
// certificate that is given, or one that is valid for long.
func (d *try) behindTLS(t *testing.T, own ...tls.Certificate) {
	t.Helper()
	server := httptest.NewUnstartedServer(d.registry)
	server.TLS = &tls.Config{Certificates: own, MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = d.registry.Config.ErrorLog
	server.StartTLS()
	d.front = &front{certificate: filepath.Join(d.folder, "ca.pem")}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	assert.NilError(t, os.WriteFile(d.front.certificate, text, 0o600))
	d.front.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodConnect && r.Host == fronted+":443" {
			tunnel(w, server.Listener.Addr().String())
			return
		}
		d.front.mu.Lock()
		d.front.plain = append(d.front.plain, r.Method+" "+r.URL.String())
		d.front.mu.Unlock()
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(func() {
		d.front.proxy.Close()
		server.Close()
		for _, asked := range d.front.plain {
			assert.Check(t, !isFor(asked), "in plain HTTP: %s", asked)
		}
	})
}

// isFor is whether a request that a proxy was asked for is for the registry; others were sent elsewhere on purpose.
func isFor(asked string) bool {
	return regexp.MustCompile(`^[A-Z]+ http://` + regexp.QuoteMeta(fronted) + `[:/]`).MatchString(asked)
}

// environment has a program find the way.
func (f *front) environment() []string {
	return []string{"HTTPS_PROXY=" + f.proxy.URL, "HTTP_PROXY=" + f.proxy.URL, "SSL_CERT_FILE=" + f.certificate}
}

// tunnel passes on what is said, in both ways.
func tunnel(w http.ResponseWriter, to string) {
	out, err := net.Dial("tcp", to) //nolint:noctx // in this process
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusOK)
	in, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = out.Close()
		return
	}
	go func() {
		_, _ = io.Copy(out, buffered)
		_ = out.Close()
	}()
	_, _ = io.Copy(in, out)
	_ = in.Close()
}
