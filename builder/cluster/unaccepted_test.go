package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
	"k8s.io/client-go/rest"
)

// Of an access that a cluster does not accept it is said whether it has expired.
func TestUnaccepted(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	assert.NilError(t, err)
	certificate := func(from, until time.Time) []byte {
		form := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: until}
		made, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
		assert.NilError(t, err)
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made})
	}
	const said = "the cluster does not accept who the kubeconfig says that you are"
	old := time.Date(2024, 2, 1, 12, 0, 0, 0, time.UTC)
	config := &rest.Config{TLSClientConfig: rest.TLSClientConfig{CertData: certificate(time.Time{}, old)}}
	assert.Equal(t, unaccepted(config, ""), said+": the certificate in it has expired on 2024-02-01")
	now := time.Now()
	config.CertData = certificate(now.AddDate(1, 0, 0), now.AddDate(2, 0, 0))
	assert.Equal(t, unaccepted(config, ""), said+": the certificate in it is valid from "+
		now.UTC().AddDate(1, 0, 0).Format(time.DateOnly)+" on, 365 days too early by the clock of this machine")
	config.CertData = certificate(now.Add(-time.Hour), now.Add(time.Hour))
	assert.Equal(t, unaccepted(config, now.UTC().Format(http.TimeFormat)), said)
	ahead := unaccepted(config, now.UTC().AddDate(0, 0, 400).Format(http.TimeFormat))
	assert.Check(t, is.Contains(ahead, said+"; its clock says "+now.UTC().AddDate(0, 0, 400).Format(time.DateOnly)))
	assert.Check(t, is.Contains(ahead, ": 400 days apart"))
	token := base64.RawURLEncoding.EncodeToString([]byte(`{"exp": 1706788800}`))
	assert.Equal(
		t,
		unaccepted(&rest.Config{BearerToken: "e30." + token + ".x"}, ""),
		said+": the token in it has expired on 2024-02-01",
	)
	assert.Equal(t, unaccepted(&rest.Config{BearerToken: "secret"}, ""), said)

	c := serve(t, &api{refused: map[string]int{"GET /api/v1/nodes": http.StatusUnauthorized}})
	assert.ErrorContains(t, c.Open(t.Context()), "Unauthorized: "+said)
}

// A server whose certificate is not trusted is told so with what helps, and is one that was not reached.
func TestUntrusted(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	machines, err := MachinesOf(&rest.Config{Host: server.URL}, "default")
	assert.NilError(t, err)
	err = machines.Reach(t.Context(), "app=b")
	assert.ErrorContains(
		t,
		err,
		"reaching the cluster at "+server.URL+": its certificate is of another authority than the "+
			"certificate-authority of the kubeconfig; give the certificate of the authority that has signed it",
	)
	_, answered := errors.AsType[*StatusError](err)
	assert.Check(t, !answered)
	machines, err = MachinesOf(
		&rest.Config{Host: server.URL, TLSClientConfig: rest.TLSClientConfig{Insecure: true}},
		"default",
	)
	assert.NilError(t, err)
	_, answered = errors.AsType[*StatusError](machines.Reach(t.Context(), "app=b"))
	assert.Check(t, answered)
}
