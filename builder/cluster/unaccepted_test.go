package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/http"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"k8s.io/client-go/rest"
)

// Of an access that a cluster does not accept it is said whether it has expired.
func TestUnaccepted(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	assert.NilError(t, err)
	certificate := func(until time.Time) []byte {
		form := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: until}
		made, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
		assert.NilError(t, err)
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made})
	}
	const said = "the cluster does not accept who the kubeconfig says that you are"
	old := time.Date(2024, 2, 1, 12, 0, 0, 0, time.UTC)
	config := &rest.Config{TLSClientConfig: rest.TLSClientConfig{CertData: certificate(old)}}
	assert.Equal(t, Unaccepted(config), said+": the certificate in it has expired on 2024-02-01")
	config.CertData = certificate(time.Now().Add(time.Hour))
	assert.Equal(t, Unaccepted(config), said)
	token := base64.RawURLEncoding.EncodeToString([]byte(`{"exp": 1706788800}`))
	assert.Equal(
		t,
		Unaccepted(&rest.Config{BearerToken: "e30." + token + ".x"}),
		said+": the token in it has expired on 2024-02-01",
	)
	assert.Equal(t, Unaccepted(&rest.Config{BearerToken: "secret"}), said)

	c := serve(t, &api{refused: map[string]int{"GET /api/v1/nodes": http.StatusUnauthorized}})
	assert.ErrorContains(t, c.Open(t.Context()), "Unauthorized: "+said)
}
