package registry

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

func TestPolicyCheck(t *testing.T) {
	insecure := map[string]bool{"reg.example:5000": true, "10.1.2.3": true}
	tests := []struct {
		registry, url string
		ok            bool
	}{
		{"reg.example", "https://reg.example/v2/", true},
		{"reg.example", "http://reg.example/v2/", false},
		{"reg.example:5000", "http://reg.example:5000/v2/", true},
		{"reg.example:5000", "http://REG.example:5000/v2/", true},
		{"reg.example:5000", "http://reg.example:5001/v2/", false},
		{"reg.local", "http://reg.local/v2/", false},
		{"x.localhost", "http://x.localhost/v2/", false},
		{"192.168.1.5:5000", "http://192.168.1.5:5000/v2/", false},
		{"192.168.1.5:5000", "https://192.168.1.5:5000/v2/", true},
		{"10.1.2.3", "http://10.1.2.3/v2/", true},
		{"localhost:5000", "http://localhost:5000/v2/", true},
		{"127.8.8.8", "http://127.8.8.8/v2/", true},
		{"[::1]:5000", "http://[::1]:5000/v2/", true},
		{"localhost:5000", "http://localhost:5001/token", true},
		{"reg.example", "https://auth.example/token", true},
		{"reg.example", "http://auth.example/token", false},
		{"reg.example", "http://localhost/token", false},
		{"reg.example", "https://127.0.0.1/token", false},
		{"reg.example", "https://[::ffff:127.0.0.1]/token", false},
		{"reg.example", "https://10.0.0.1/token", false},
		{"reg.example", "https://10.1.2.3/token", true},
		{"reg.example", "https://169.254.169.254/token", false},
		{"reg.example", "file:///etc/passwd", false},
	}
	for _, tc := range tests {
		t.Run(tc.registry+" "+tc.url, func(t *testing.T) {
			u, err := url.Parse(tc.url)
			assert.NilError(t, err)
			allowed := func(host string) bool { return plainAllowed(insecure, host) }
			err = policy{registry: tc.registry, plainAllowed: allowed}.check(u)
			if tc.ok {
				assert.NilError(t, err)
				return
			}
			assert.ErrorIs(t, err, ErrRefused)
		})
	}
}

// sentURLs is a transport that notes what is sent and speaks no TLS.
type sentURLs struct {
	mu   sync.Mutex
	urls []string
}

var _ http.RoundTripper = (*sentURLs)(nil)

func (s *sentURLs) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.urls = append(s.urls, req.URL.Scheme+"://"+req.URL.Host)
	if req.URL.Scheme == "https" {
		return nil, tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}
	}
	return nil, errors.New("plain HTTP was sent")
}

func TestPlainHTTPRefusedBeforeSending(t *testing.T) {
	for _, host := range []string{"reg.example", "reg.example:5000", "192.168.1.5:5000", "reg.local", "x.localhost:5000"} {
		t.Run(host, func(t *testing.T) {
			base := &sentURLs{}
			client := New(WithTransport(base), WithClock(newFakeClock()))
			_, err := client.Repository(t.Context(), named(t, host+"/team/app"), Push)
			assert.ErrorIs(t, err, ErrPlain)
			assert.ErrorIs(t, err, ErrRefused)
			assert.ErrorContains(t, err, host)
			for _, sent := range base.urls {
				assert.Equal(t, sent, "https://"+host)
			}
		})
	}
}

func TestDockerHubName(t *testing.T) {
	base := &sentURLs{}
	_, err := New(WithTransport(base), WithClock(newFakeClock())).Repository(t.Context(), named(t, "busybox"), Pull)
	assert.ErrorContains(t, err, "signing in for index.docker.io/library/busybox")
	assert.DeepEqual(t, base.urls, []string{"https://index.docker.io"})
}

func TestRedirectToPlainHTTPRefused(t *testing.T) {
	proxy := registrytest.New(t)
	repo, _ := openRepo(t, proxy)
	proxy.On("GET", "/manifests/", 0, registrytest.Status(307, "", "Location: http://storage.example/x"))
	_, _, err := repo.Resolve(t.Context(), "1")
	assert.ErrorIs(t, err, ErrRefused)
	assert.ErrorContains(t, err, "storage.example: plain HTTP is allowed only")
}

// An address that has no host is a word of the registry, which is named.
func TestAddressWithoutHost(t *testing.T) {
	for _, address := range []string{"javascript:alert(1)", "file:///etc/passwd"} {
		proxy := registrytest.New(t)
		repo, _ := openRepo(t, proxy)
		proxy.On("GET", "/manifests/", 0, registrytest.Status(307, "", "Location: "+address))
		_, _, err := repo.Resolve(t.Context(), "1")
		assert.ErrorIs(t, err, ErrRefused)
		assert.ErrorContains(t, err, " at "+proxy.Host()+": the scheme ")
	}
}

// tlsRegistry is a registry behind TLS that goes by the name example.com:PORT.
func tlsRegistry(t *testing.T) (srv *httptest.Server, host string) {
	t.Helper()
	proxy := registrytest.New(t)
	srv = httptest.NewUnstartedServer(proxy)
	srv.Config.ErrorLog = proxy.Config.ErrorLog
	srv.StartTLS()
	t.Cleanup(srv.Close)
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	assert.NilError(t, err)
	return srv, "example.com:" + port
}

// dialTo makes the client reach srv whatever the name.
func dialTo(t *testing.T, c *Client, host string, srv *httptest.Server) {
	t.Helper()
	transports, ok := c.base.(*hostTransports)
	assert.Assert(t, ok)
	rt, err := transports.of(host)
	assert.NilError(t, err)
	addr := srv.Listener.Addr()
	inner := rt.DialContext
	rt.Proxy = nil
	rt.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return inner(ctx, network, addr.String())
	}
}

func TestCertificates(t *testing.T) {
	srv, host := tlsRegistry(t)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	dir := t.TempDir()
	assert.NilError(t, os.MkdirAll(filepath.Join(dir, host), 0o700))
	assert.NilError(t, os.WriteFile(filepath.Join(dir, host, "ca.crt"), ca, 0o600))

	tests := map[string]struct {
		opts []Option
		want string
	}{
		"unknown authority": {nil, "certificate"},
		"certs.d":           {[]Option{WithCertificates(filepath.Join(dir, "none"), dir)}, ""},
		"insecure":          {[]Option{WithInsecure(host)}, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			client := New(append(tc.opts, WithClock(newFakeClock()))...)
			dialTo(t, client, host, srv)
			_, err := client.Repository(t.Context(), named(t, host+"/team/app"), Pull)
			if tc.want == "" {
				assert.NilError(t, err)
				return
			}
			assert.ErrorIs(t, err, ErrUntrusted)
			assert.ErrorIs(t, err, ErrRefused)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func TestCertificatesBroken(t *testing.T) {
	dir := t.TempDir()
	host := filepath.Join(dir, "reg.example")
	assert.NilError(t, os.Mkdir(host, 0o700))
	for _, file := range []string{"ca.crt", "client.cert"} {
		path := filepath.Join(host, file)
		assert.NilError(t, os.WriteFile(path, []byte("no certificate"), 0o600))
		client := New(WithCertificates(dir), WithClock(newFakeClock()))
		_, err := client.Repository(t.Context(), named(t, "reg.example/team/app"), Pull)
		assert.ErrorIs(t, err, ErrRefused)
		assert.Assert(t, is.Contains(err.Error(), path))
		assert.NilError(t, os.Remove(path))
	}
}

func TestClean(t *testing.T) {
	tests := map[string]string{
		"plain":             "plain",
		"two\r\n\tlines":    "two lines",
		"\x1b[31mred\x07":   `\x1b[31mred\x07`,
		"a\u202egnp.exe":    `a\u202egnp.exe`,
		"C1 \u0085 x\u009b": `C1 x\x9b`,
		"żółć 漢字":           "żółć 漢字",
		"bad \xff utf8":     "bad \uFFFD utf8",
	}
	for in, want := range tests {
		assert.Equal(t, clean(in), want)
	}
	long := clean(strings.Repeat("é", 10_000))
	assert.Equal(t, long, strings.Repeat("é", maxMessage)+"…")
}
