package cluster

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"time"

	"k8s.io/client-go/rest"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// Unaccepted says of an access that a cluster has not accepted what is wrong with it, as far as that can be seen here.
func Unaccepted(config *rest.Config) string {
	const (
		said            = "the cluster does not accept who the kubeconfig says that you are"
		certificateSize = 1 << 20
	)
	certificate, token := time.Time{}, time.Time{}
	data := config.CertData
	if file := config.CertFile; len(data) == 0 && file != "" {
		data, _ = localfile.Read(file, certificateSize) // what cannot be read says nothing
	}
	if block, _ := pem.Decode(data); block != nil {
		if parsed, err := x509.ParseCertificate(block.Bytes); err == nil {
			certificate = parsed.NotAfter
		}
	}
	if parts := strings.Split(config.BearerToken, "."); len(parts) == 3 {
		var claims struct{ Exp int64 }
		text, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err == nil && json.Unmarshal(text, &claims) == nil && claims.Exp > 0 {
			token = time.Unix(claims.Exp, 0)
		}
	}
	for what, until := range map[string]time.Time{"certificate": certificate, "token": token} {
		if !until.IsZero() && until.Before(time.Now()) {
			return said + ": the " + what + " in it has expired on " + until.UTC().Format(time.DateOnly)
		}
	}
	return said
}
