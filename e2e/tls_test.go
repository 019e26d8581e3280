//go:build e2e

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// An engine behind TLS, as DOCKER_HOST and DOCKER_TLS_VERIFY name it: buildx cannot keep such a builder, and the
// refusal gives the command that makes a docker context, with which everything works.
func TestEngineBehindTLS(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		folder := t.TempDir()
		listener, err := tls.Listen("tcp", "127.0.0.1:0", certificates(t, folder))
		assert.NilError(t, err)
		host := forwardFrom(t, listener, s.lab.engine)

		byEnvironment := s.with("DOCKER_HOST="+host, "DOCKER_TLS_VERIFY=1", "DOCKER_CERT_PATH="+folder)
		byEnvironment.docker("version").succeeds(t)
		refused := byEnvironment.run("init", "--platform", "linux/amd64").exits(t, 3)
		_, command, found := strings.Cut(refused.Stderr, "next: ")
		assert.Assert(t, found, refused.Stderr)
		command, _, _ = strings.Cut(command, " && ")
		assert.Check(t, is.Contains(command, "docker context create NAME"))

		context := "tls-" + s.id
		plain := s.with("DOCKER_HOST=", "BUILDX_BUILDER=")
		plain.finish(plain.command("sh", "-c", strings.ReplaceAll(command, "NAME", context))).succeeds(t)
		inContext := s.with("DOCKER_HOST=", "BUILDX_BUILDER=", "DOCKER_CONTEXT="+context)
		inContext.run("init", "--platform", "linux/amd64").succeeds(t)
		undo := inContext.commandContext(contextOfCleanup(t), "docker", "multiplat", "deinit", "--force")
		t.Cleanup(func() { inContext.finish(undo).succeeds(t) })
		found = strings.Contains(inContext.docker("buildx", "ls").succeeds(t).Stdout, "multiplat-"+context)
		assert.Assert(t, found, "the builder is named after the docker context")
		plain.docker("--context", context, "multiplat", "status", "--platform", "linux/amd64").succeeds(t)
	}, containerdStore)
}

// certificates writes ca.pem, cert.pem and key.pem, which serve both sides, and returns the server's settings: it
// lets nobody in who has no certificate of that authority.
func certificates(t *testing.T, folder string) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	assert.NilError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "e2e"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	assert.NilError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	assert.NilError(t, err)
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	for name, content := range map[string][]byte{"ca.pem": certificate, "cert.pem": certificate, "key.pem": private} {
		assert.NilError(t, os.WriteFile(filepath.Join(folder, name), content, 0o600))
	}
	pair, err := tls.X509KeyPair(certificate, private)
	assert.NilError(t, err)
	authority := x509.NewCertPool()
	authority.AppendCertsFromPEM(certificate)
	return &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientCAs: authority, ClientAuth: tls.RequireAndVerifyClientCert,
		MinVersion: tls.VersionTLS12,
	}
}
