//go:build e2e

package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// listening is an engine behind TLS, which lets nobody in who has no certificate of the authority.
func (a *authority) listening(t *testing.T, engine, name string, change func(*x509.Certificate)) (address string) {
	t.Helper()
	a.issue(t, name, change)
	pair, err := tls.LoadX509KeyPair(a.path(name+".pem"), a.path(name+".key"))
	assert.NilError(t, err)
	authorities := x509.NewCertPool()
	authorities.AddCert(a.certificate)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: authorities,
		MinVersion: tls.VersionTLS12,
	})
	assert.NilError(t, err)
	return forwardFrom(t, listener, engine)
}

// Each fault of the certificates between this machine and an engine that a docker context leads to is named, with what
// helps, whoever asks it: nothing is built, the builder that is there stays, and what needs no such engine is built.
func TestCertificatesOfEngines(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		folder := t.TempDir()
		ca, stranger := newAuthority(t, folder, "ca"), newAuthority(t, folder, "stranger")
		const year = 365 * 24 * time.Hour
		past := func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(-2*year), time.Now().Add(-year) }
		future := func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(year), time.Now().Add(2*year) }
		elsewhere := func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"pi.example"} }
		engine := labEnvironment(t, overlay2Store)["DOCKER_HOST"]
		good, mine, root := ca.listening(t, engine, "good", as), ca.issue(t, "mine", as), ",ca="+ca.path("ca.pem")
		context, node := "tls-"+s.id, "linux/arm64=tls-"+s.id
		leads := func(verb, to string) { s.docker("context", verb, context, "--docker", "host="+to).succeeds(t) }
		leads("create", good+root+mine)
		platforms := []string{"--platform", "linux/amd64,linux/arm64"}
		s.run(append([]string{"init", "--node", node}, platforms...)...).succeeds(t)
		name := s.repository("app") + ":1"
		s.write("Dockerfile", "FROM busybox\nCMD [\"true\"]\n")
		build := append([]string{"build", "-t", name, "."}, platforms...)
		s.run(build...).succeeds(t)
		for _, tc := range []struct{ name, to, says string }{
			{"expired", ca.listening(t, engine, "old", past) + root + mine, ": 365 days too late; make the certificate anew"},
			{"early", ca.listening(t, engine, "young", future) + root + mine, ": 365 days too early; set the clocks of both"},
			{
				"another name", ca.listening(t, engine, "other", elsewhere) + root + mine,
				"its certificate is for another name",
			},
			{
				"another authority", good + ",ca=" + stranger.path("stranger.pem") + mine,
				"is of another authority than the ca of its docker context",
			},
			{"expired client", good + root + ca.issue(t, "gone", past), "it says that the cert of its docker context"},
			{"strange client", good + root + stranger.issue(t, "alien", as), "it wants a certificate of this side"},
		} {
			leads("update", tc.to)
			for _, args := range [][]string{
				append([]string{"init", "--builder", "new-" + s.id, "--node", node}, platforms...),
				{"status"},
				build,
				{"test", "--test", "true", "--test-on", "linux/amd64=" + context, name},
			} {
				begun := time.Now()
				r := s.run(args...).exits(t, 3)
				assert.Check(t, time.Since(begun) < 30*time.Second, "%s: %s", tc.name, args[0])
				assert.Check(t, is.Contains(r.Stderr, tc.says), "%s: %s", tc.name, args[0])
				if args[0] != "init" {
					assert.Check(t, is.Contains(r.Stderr, "next: docker --context "+context+" version"), args[0])
				}
			}
			_, err := os.Stat(filepath.Join(s.config, "buildx", "instances", "new-"+s.id))
			assert.Check(t, os.IsNotExist(err), "%s: the builder is left behind", tc.name)
		}
		s.run("build", "--platform", "linux/amd64", "-t", name, ".").succeeds(t)
		leads("update", good+root+mine)
		s.run(build...).succeeds(t)
		s.run("deinit", "--force").succeeds(t)
	}, containerdStore)
}
