package registry

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// hostTransports keeps one http.Transport per host, with that host's
// certificates.
type hostTransports struct {
	dirs     []string
	insecure map[string]bool

	mu     sync.Mutex
	byHost map[string]*http.Transport
}

var _ http.RoundTripper = (*hostTransports)(nil)

func newHostTransports(dirs []string, insecure map[string]bool) *hostTransports {
	return &hostTransports{dirs: dirs, insecure: insecure, byHost: map[string]*http.Transport{}}
}

// RoundTrip implements http.RoundTripper.
func (t *hostTransports) RoundTrip(req *http.Request) (*http.Response, error) {
	rt, err := t.of(req.URL.Host)
	if err != nil {
		return nil, err
	}
	return rt.RoundTrip(req)
}

// of returns the transport for host (HOST[:PORT]).
func (t *hostTransports) of(host string) (*http.Transport, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if rt := t.byHost[host]; rt != nil {
		return rt, nil
	}
	config, err := tlsConfig(t.dirs, host, plainAllowed(t.insecure, host))
	if err != nil {
		return nil, &Error{Host: host, Op: "reading certificates", Message: clean(err.Error()), kind: ErrRefused, cause: err}
	}
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	t.byHost[host] = &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   8,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		TLSClientConfig:       config,
	}
	return t.byHost[host], nil
}

// tlsConfig reads DIR/HOST of every dir. Where no authority is given for an
// insecure host, its certificate is not verified.
func tlsConfig(dirs []string, host string, insecure bool) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	for _, dir := range dirs {
		if err := addCertificates(config, filepath.Join(dir, filepath.Base(host))); err != nil {
			return nil, err
		}
	}
	config.InsecureSkipVerify = insecure && config.RootCAs == nil
	return config, nil
}

// addCertificates reads one folder of docker's certs.d layout; one that is not
// there holds nothing.
func addCertificates(config *tls.Config, dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading certificates: %w", err)
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		switch filepath.Ext(path) {
		case ".crt":
			err = addAuthority(config, path)
		case ".cert":
			err = addClientCertificate(config, path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// maxCertificates is the largest file of certificates that is read; all authorities of a system have some 200 KB.
const maxCertificates = 4 << 20

func addAuthority(config *tls.Config, path string) error {
	pem, err := localfile.Read(filepath.Clean(path), maxCertificates)
	if err != nil {
		return fmt.Errorf("reading certificate authority: %w", err)
	}
	if config.RootCAs == nil {
		if config.RootCAs, err = x509.SystemCertPool(); err != nil {
			return fmt.Errorf("reading the system's certificate authorities: %w", err)
		}
	}
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return fmt.Errorf("reading certificate authority %q: no certificate in it", path)
	}
	return nil
}

func addClientCertificate(config *tls.Config, path string) error {
	certificate, err := localfile.Read(path, maxCertificates)
	if err != nil {
		return fmt.Errorf("reading client certificate: %w", err)
	}
	key, err := localfile.Read(strings.TrimSuffix(path, ".cert")+".key", maxCertificates)
	if err != nil {
		return fmt.Errorf("reading the key of client certificate %q: %w", path, err)
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return fmt.Errorf("reading client certificate %q: %w", path, err)
	}
	config.Certificates = append(config.Certificates, pair)
	return nil
}
