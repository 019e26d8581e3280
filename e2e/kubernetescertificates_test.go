//go:build e2e && kubernetes

package e2e

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// What is wrong with a certificate between this machine and a cluster is named, with what helps, by all that asks the
// cluster: nothing is built, no tag is touched, what is there of both platforms is kept, and no builder is left behind.
func TestKubernetesCertificates(t *testing.T) {
	inKubernetes(t, func(t *testing.T, k *kubernetes) { //nolint:thelper // it is the test
		k.emulators(t)
		ca, good := k.authority(t), k.kubectl("config", "view", "--raw", "--flatten").succeeds(t).Stdout
		own := *k
		own.scenario = k.with("KUBECONFIG=" + k.write("kubeconfig", good))
		builders := own.beside(t)
		own.run(builders.initWords()...).succeeds(t)
		name := k.repository("app") + ":1"
		build := []string{"build", "--builder", k.builder, "--platform", "linux/amd64,linux/arm64", "-t", name, "."}
		k.write("Dockerfile", "FROM busybox\nCMD [\"true\"]\n")
		own.run(build...).succeeds(t)
		draft := own.run("inspect", "--format", "json", "--local", name).succeeds(t).Stdout
		k.write("Dockerfile", "FROM busybox\nRUN echo other >/other\nCMD [\"true\"]\n")

		for _, fault := range ca.faults(t, &own) {
			t.Run(fault.name, func(t *testing.T) {
				k.write("kubeconfig", good)
				fault.make()
				for _, args := range [][]string{
					append(own.optionWords("nodeselector=farm/arch=amd64"), "--builder", k.builder+"-new"),
					{"status", "--builder", k.builder},
					build,
					{"test", "--test", "true", "--test-on", k.on("amd64"), "--test-on", k.on("arm64"), name},
				} {
					begun := time.Now()
					r := own.run(args...).exits(t, 3)
					assert.Check(t, time.Since(begun) < 30*time.Second, args[0])
					assert.Check(t, is.Contains(r.Stderr, fault.says), args[0])
					assert.Check(t, is.Contains(r.Stderr, "next: kubectl "), args[0])
				}
				stays := own.run("deinit", "--builder", k.builder, "--force").exits(t, 3)
				assert.Check(t, is.Contains(stays.Stderr, fault.says))
				assert.Check(t, is.Contains(stays.Stderr, "next: docker multiplat deinit --builder "+k.builder+" "))
				_, err := os.Stat(filepath.Join(own.config, "buildx", "instances", k.builder+"-new"))
				assert.Check(t, os.IsNotExist(err), "the builder is left behind")
				left := own.run("inspect", "--format", "json", "--local", name).succeeds(t)
				assert.Check(t, is.Equal(left.Stdout, draft))
				k.untouched(t)
			})
		}
		k.write("kubeconfig", good)
		own.run(build...).succeeds(t)
		own.run("test", "--test", "cat /other", "--test-on", k.on("amd64"), "--test-on", k.on("arm64"), name).succeeds(t)
		k.nothingLeft(t)
	})
}

// authority is that of the lab's cluster.
func (k *kubernetes) authority(t *testing.T) *authority {
	t.Helper()
	folder := filepath.Join(labEnvironment(t, k.store)["LAB_DIR"], "kubernetes", "pki")
	pair, err := tls.LoadX509KeyPair(filepath.Join(folder, "ca.crt"), filepath.Join(folder, "ca.key"))
	assert.NilError(t, err)
	signer, is := pair.PrivateKey.(crypto.Signer)
	assert.Assert(t, is)
	return &authority{folder: t.TempDir(), certificate: pair.Leaf, key: signer}
}

// mistrust is something that is wrong in a kubeconfig, and what is said of it.
type mistrust struct {
	name, says string
	make       func()
}

// faults are those of certificates: of who asks, and of the server.
func (a *authority) faults(t *testing.T, k *kubernetes) []mistrust {
	t.Helper()
	const year = 365 * 24 * time.Hour
	past := func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(-2*year), time.Now().Add(-year) }
	future := func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(year), time.Now().Add(2*year) }
	stranger := newAuthority(t, a.folder, "stranger")
	client := func(of *authority, name string, change func(*x509.Certificate)) func() {
		of.issue(t, name, func(c *x509.Certificate) {
			c.Subject = pkix.Name{Organization: []string{"system:masters"}, CommonName: "admin"}
			change(c)
		})
		return func() {
			k.kubectl("config", "set-credentials", "admin", "--client-certificate", a.path(name+".pem"), "--client-key",
				a.path(name+".key"), "--embed-certs").succeeds(t)
		}
	}
	cluster := func(option, value string) func() {
		return func() { k.kubectl("config", "set-cluster", "lab", option, value).succeeds(t) }
	}
	server := func(name string, change func(*x509.Certificate)) func() {
		a.issue(t, name, change)
		pair, err := tls.LoadX509KeyPair(a.path(name+".pem"), a.path(name+".key"))
		assert.NilError(t, err)
		listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
			Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12,
		})
		assert.NilError(t, err)
		forwardFrom(t, listener, k.lab.engine) // nobody comes so far
		return cluster("--server", "https://"+listener.Addr().String())
	}
	day := time.Now().Add(-year).UTC().Format(time.DateOnly)
	return []mistrust{
		{"expired client", "the certificate in it has expired on " + day, client(a, "old", past)},
		{"early client", "365 days too early by the clock of this machine", client(a, "young", future)},
		{"strange client", "the cluster does not accept who", client(stranger, "alien", as)},
		{
			"another authority", "is of another authority than the certificate-authority of the kubeconfig",
			cluster("--certificate-authority", stranger.path("stranger.pem")),
		},
		{"another name", "its certificate is for another name", cluster("--tls-server-name", "pi.example")},
		{"expired server", ": 365 days too late; make the certificate anew", server("oldserver", past)},
		{"early server", ": 365 days too early; set the clocks of both machines right", server("youngserver", future)},
	}
}
