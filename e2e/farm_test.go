//go:build e2e

package e2e

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
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

// authority signs certificates, which it writes into a folder.
type authority struct {
	folder      string
	certificate *x509.Certificate
	key         crypto.Signer
}

// newAuthority is one of that name, whose own certificate is NAME.pem.
func newAuthority(t *testing.T, folder, name string) *authority {
	t.Helper()
	a := &authority{folder: folder}
	a.issue(t, name, func(c *x509.Certificate) { c.IsCA = true })
	return a
}

// issue writes a certificate and its key, and returns them as options of a node.
func (a *authority) issue(t *testing.T, name string, change func(*x509.Certificate)) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	assert.NilError(t, err)
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	change(template)
	parent, by := a.certificate, a.key
	if parent == nil {
		parent, by = template, crypto.Signer(key)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	assert.NilError(t, err)
	if a.certificate == nil {
		a.key = key
		a.certificate, err = x509.ParseCertificate(der)
		assert.NilError(t, err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	assert.NilError(t, err)
	a.write(t, name+".pem", "CERTIFICATE", der)
	a.write(t, name+".key", "PRIVATE KEY", secret)
	return ",cert=" + a.path(name+".pem") + ",key=" + a.path(name+".key")
}

func (a *authority) path(name string) string { return filepath.Join(a.folder, name) }

func (a *authority) write(t *testing.T, name, kind string, der []byte) {
	t.Helper()
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	assert.NilError(t, os.WriteFile(a.path(name), text, 0o600))
}

// serving are the flags of a daemon that has a certificate and wants one of its clients.
func (a *authority) serving(t *testing.T, name string, change func(*x509.Certificate)) []string {
	t.Helper()
	a.issue(t, name, change)
	return []string{
		"--tlscacert", a.path("ca.pem"), "--tlscert", a.path(name + ".pem"), "--tlskey", a.path(name + ".key"),
	}
}

// as changes nothing.
func as(*x509.Certificate) {}

// Each fault of the certificates between this machine and a node is named, with its cure, and the builder that was to be
// made is not left behind.
func TestCertificatesOfNodes(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		folder := t.TempDir()
		ca, stranger := newAuthority(t, folder, "ca"), newAuthority(t, folder, "stranger")
		year := 365 * 24 * time.Hour
		expired := func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(-2*year), time.Now().Add(-year) }
		early := func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(year), time.Now().Add(2*year) }
		elsewhere := func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"pi.example"} }
		good := newDaemon(t, s, ca.serving(t, "good", as)...)
		old := newDaemon(t, s, ca.serving(t, "old", expired)...)
		young := newDaemon(t, s, ca.serving(t, "young", early)...)
		other := newDaemon(t, s, ca.serving(t, "other", elsewhere)...)
		mine, root := ca.issue(t, "mine", as), ",cacert="+ca.path("ca.pem")
		builder := "tls-" + s.id
		at := s.with("BUILDX_BUILDER=" + builder)
		init := func(node string) []string {
			return []string{"init", "--platform", "linux/amd64", "--node", "linux/amd64=" + node}
		}
		for _, tc := range []struct {
			name, node, want, cure string
			code                   int
		}{
			{"expired", old.address + root + mine, ": 365 days too late", "make the certificate anew", 3},
			{"not yet valid", young.address + root + mine, "365 days too early", "set the clocks of both machines right", 3},
			{"another name", other.address + root + mine, "its certificate is for another name", "servername=NAME", 3},
			{"a client that expired", good.address + root + ca.issue(t, "gone", expired), "has expired, or is not valid yet", "make that anew", 3},
			{"a strange client", good.address + root + stranger.issue(t, "alien", as), "it does not take the certificate", "that its authority has signed", 3},
			{"no client", good.address + root, "it wants a certificate of this side", "give one with", 3},
			{"another authority", good.address + ",cacert=" + stranger.path("stranger.pem") + mine, "is of another authority", "give the certificate of the authority", 3},
			{"no file", good.address + ",cacert=/no/ca.pem" + mine, "the file of cacert: stat /no/ca.pem", "", 2},
			{"no TLS", good.address, "as a daemon does that wants TLS", "give its certificates", 3},
		} {
			begun := time.Now()
			refused := at.run(init(tc.node)...).exits(t, tc.code)
			t.Logf("%s: said after %s", tc.name, time.Since(begun).Round(100*time.Millisecond))
			assert.Check(t, is.Contains(refused.Stderr, tc.want), tc.name)
			assert.Check(t, is.Contains(refused.Stderr, tc.cure), tc.name)
			_, err := os.Stat(filepath.Join(s.config, "buildx", "instances", builder))
			assert.Check(t, os.IsNotExist(err), "%s: the builder is left behind", tc.name)
			if tc.code == 3 {
				assert.Check(t, is.Contains(refused.Stderr, "next: docker multiplat init --node"), tc.name)
			}
		}
		at.run(init(good.address + root + mine)...).succeeds(t)
		ca.issue(t, "mine", expired)
		s.write("Dockerfile", "FROM busybox\n")
		late := at.run("build", "--platform", "linux/amd64", "-t", s.repository("app")+":1", ".").exits(t, 3)
		assert.Check(t, is.Contains(late.Stderr, `node "`+builder+`0"`))
		assert.Check(t, is.Contains(late.Stderr, "has expired"))
	}, containerdStore)
}

// The same words make a farm with certificates again and again; a node is added with them, another taken away.
func TestFarmIsMadeAgain(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		ca := newAuthority(t, t.TempDir(), "ca")
		flags, mine := ca.serving(t, "node", as), ca.issue(t, "mine", as)
		first, second, third := newDaemon(t, s, flags...), newDaemon(t, s, flags...), newDaemon(t, s, flags...)
		farm := s.with("BUILDX_BUILDER=farm-" + s.id)
		both := []string{
			"init", "--format", "json", "--platform", "linux/amd64,linux/arm64",
			"--driver-opt", "cacert=" + ca.path("ca.pem") + mine,
			"--node", "linux/amd64=" + first.address, "--node", "linux/arm64=" + second.address,
		}
		for range 2 {
			made := farm.run(both...).succeeds(t).machine(t)
			assert.Equal(t, made.Builder.Driver, "remote")
			assert.Equal(t, len(made.Builder.Nodes), 2)
		}
		more := append(both, "--node", "linux/s390x="+third.address)
		assert.Equal(t, len(farm.run(more...).succeeds(t).machine(t).Builder.Nodes), 3)

		changed := farm.run(append(more, "--driver-opt", "servername=127.0.0.1")...).exits(t, 3)
		assert.Check(t, is.Contains(changed.Stderr, "it lacks the driver option servername=127.0.0.1"))
		_, next, _ := strings.Cut(changed.Stderr, "next: ")
		next, _, _ = strings.Cut(next, "\n")
		for _, node := range []*daemon{first, second, third} {
			assert.Check(t, is.Contains(next, node.address))
		}
		farm.finish(farm.command("sh", "-c", next)).succeeds(t)

		third.kill()
		fewer := farm.run("init", "--platform", "linux/amd64", "--remove-node", third.address).succeeds(t)
		assert.Check(t, is.Contains(fewer.Stderr, third.address+" is removed"))
		status := farm.run("status", "--platform", "linux/amd64", "--format", "json").succeeds(t).machine(t)
		assert.Equal(t, len(status.Builder.Nodes), 2)
		farm.run("deinit", "--force").succeeds(t)
		gone := farm.run("status", "--platform", "linux/amd64").exits(t, 3)
		assert.Check(t, is.Contains(gone.Stderr, "farm-"+s.id))
	}, containerdStore)
}
