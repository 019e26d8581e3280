package builder

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"testing"
	"time"

	buildxbuilder "github.com/docker/buildx/builder"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/trust"
)

// signer is an authority that signs certificates.
type signer struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// issue signs a certificate for a name that is valid between two times; of no signer it is an authority's own.
func (s *signer) issue(t *testing.T, name string, from, until time.Time) (tls.Certificate, *signer) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	assert.NilError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: from,
		NotAfter: until, IsCA: s == nil, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	parent, by := template, key
	if s != nil {
		parent, by = s.certificate, s.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	assert.NilError(t, err)
	parsed, err := x509.ParseCertificate(der)
	assert.NilError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: parsed}, &signer{parsed, key}
}

// pool is the authority as one side of TLS takes it.
func (s *signer) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.certificate)
	return pool
}

// shaken is what shaking hands with a server of these settings comes to.
func shaken(t *testing.T, server, client *tls.Config) error {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the test
	assert.NilError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		theirs, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = theirs.Close() }()
		if server == nil {
			_, _ = theirs.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			_, _ = theirs.Read(make([]byte, 1024))
			return
		}
		s := tls.Server(theirs, server)
		if s.HandshakeContext(t.Context()) == nil {
			_, _ = s.Write([]byte("settings"))
		}
		_, _ = theirs.Read(make([]byte, 1024)) // what an alert is sent with, until the other side ends
	}()
	ctx, done := context.WithTimeout(t.Context(), 10*time.Second)
	defer done()
	ours, err := (&net.Dialer{}).DialContext(ctx, "tcp", listener.Addr().String())
	assert.NilError(t, err)
	side := sideOf(buildxbuilder.Node{})
	side.Shows = len(client.Certificates) > 0
	err = shake(ctx, tls.Client(ours, client), side)
	assert.NilError(t, ours.Close())
	assert.NilError(t, listener.Close())
	<-ended
	return err
}

// Each fault of TLS between this machine and a node is named, with what helps.
func TestHandshakeFaultsAreNamed(t *testing.T) {
	now := time.Now()
	_, authority := (*signer)(nil).issue(t, "ca", now.Add(-time.Hour), now.Add(time.Hour))
	_, stranger := (*signer)(nil).issue(t, "other", now.Add(-time.Hour), now.Add(time.Hour))
	good, _ := authority.issue(t, "node", now.Add(-time.Hour), now.Add(time.Hour))
	expired, _ := authority.issue(t, "node", now.Add(-2*time.Hour), now.Add(-time.Hour))
	early, _ := authority.issue(t, "node", now.Add(30*time.Minute), now.Add(time.Hour))
	foreign, _ := stranger.issue(t, "node", now.Add(-time.Hour), now.Add(time.Hour))
	client := func(certificates ...tls.Certificate) *tls.Config {
		return &tls.Config{
			RootCAs: authority.pool(), ServerName: "node", Certificates: certificates, MinVersion: tls.VersionTLS12,
		}
	}
	server := func(certificate tls.Certificate) *tls.Config {
		return &tls.Config{
			Certificates: []tls.Certificate{certificate}, ClientCAs: authority.pool(),
			ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12,
		}
	}
	elsewhere := client(good)
	elsewhere.ServerName = "pi"
	for _, tc := range []struct {
		name           string
		server, client *tls.Config
		want           string
	}{
		{"right", server(good), client(good), ""},
		{"expired", server(expired), client(good), "its certificate has expired at"},
		{"early", server(early), client(good), "its certificate is valid from"},
		{"another name", server(good), elsewhere, "its certificate is for another name: x509: certificate is valid for node, not pi"},
		{"another authority", server(foreign), client(good), "its certificate is of another authority"},
		{"a strange client", server(good), client(foreign), "it does not take the certificate of --driver-opt cert"},
		{"no client", server(good), client(), "it wants a certificate of this side that an authority which it knows has signed"},
		{"an expired client", server(good), client(expired), "it says that the certificate of --driver-opt cert has expired"},
		{"no TLS", nil, client(good), "it does not speak TLS"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := shaken(t, tc.server, tc.client)
			if tc.want == "" {
				assert.NilError(t, err)
				return
			}
			assert.ErrorContains(t, err, tc.want)
			assert.ErrorContains(t, err, "; ")
		})
	}
	err := explainedDial(&fs.PathError{Op: "open", Path: "/no/ca.pem", Err: fs.ErrNotExist})
	assert.ErrorContains(t, err, "/no/ca.pem")
	assert.NilError(t, explainedDial(&net.OpError{Op: "dial", Err: net.ErrClosed}))
}

// A node that was given a platform and is of another emulates it, whatever it was given; one that does not run is taken
// at its word.
func TestDeclaredIsNotNative(t *testing.T) {
	b := withNodes([]string{"amd64", "arm64"}, []string{"amd64", "arm64"})
	b.nodes[1].Node.Platforms = append(b.nodes[1].Node.Platforms, onLinux("arm64"), onLinux("386"))
	placed := b.Placements(append(b.nodes[0].Platforms, onLinux("386")))
	assert.Equal(t, placed[0].Native, true)
	assert.Equal(t, placed[1].Node, "1")
	assert.Equal(t, placed[1].Native, false)
	assert.Equal(t, placed[1].Declared, true)
	assert.DeepEqual(t, placed[1].Own, onLinux("amd64"))
	assert.Equal(t, placed[2].Native, true) // of 32 bits, on 64

	b.nodes[1].DriverInfo, b.natives[1].OS = nil, ""
	assert.Equal(t, b.Placements(b.nodes[0].Platforms)[1].Native, true)
}

// A node that could not be started says why, also where others can.
func TestFaultOfANode(t *testing.T) {
	b := withNodes([]string{"amd64"}, []string{"arm64"})
	b.nodes[1].DriverInfo, b.nodes[1].Node.Platforms = nil, append(b.nodes[1].Node.Platforms, onLinux("arm64"))
	b.nodes[1].Err = trust.Because("its certificate has expired", "make it anew", nil)
	_, err := b.usable(onLinux("arm64"))
	assert.ErrorContains(t, err, `node "1" of builder "b", which is to work for linux/arm64: its certificate has expired`)
	down, is := errors.AsType[*DownError](err)
	assert.Assert(t, is)
	assert.Check(t, down.Away, "nothing here brings it back")
	b.nodes[1].Err = errors.New("its container does not start")
	_, err = b.usable(onLinux("arm64"))
	down, _ = errors.AsType[*DownError](err)
	assert.Check(t, !down.Away)
}
