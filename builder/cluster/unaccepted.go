package cluster

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"time"

	"k8s.io/client-go/rest"

	"github.com/docker-multiplat/docker-multiplat/builder/trust"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// unaccepted says of an access that a cluster has not accepted what is wrong with it, as far as that can be seen here;
// date is when the cluster says that it was.
func unaccepted(config *rest.Config, date string) string {
	const (
		said            = "the cluster does not accept who the kubeconfig says that you are"
		certificateSize = 1 << 20
	)
	now := time.Now()
	var from, certificate, token time.Time
	data := config.CertData
	if file := config.CertFile; len(data) == 0 && file != "" {
		data, _ = localfile.Read(file, certificateSize) // what cannot be read says nothing
	}
	if block, _ := pem.Decode(data); block != nil {
		if parsed, err := x509.ParseCertificate(block.Bytes); err == nil {
			from, certificate = parsed.NotBefore, parsed.NotAfter
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
		if !until.IsZero() && until.Before(now) {
			return said + ": the " + what + " in it has expired on " + until.UTC().Format(time.DateOnly)
		}
	}
	if now.Before(from) {
		return fmt.Sprintf("%s: the certificate in it is valid from %s on, %s too early by the clock of this machine", said,
			from.UTC().Format(time.DateOnly), trust.HowFar(from.Sub(now)))
	}
	return said + clocks(now, date)
}

// clocks says how far that of a cluster is off ours, where that may be why it does not accept what is valid here.
func clocks(now time.Time, date string) string {
	const much = time.Minute
	theirs, err := http.ParseTime(date)
	if off := theirs.Sub(now).Abs(); err == nil && off > much {
		return fmt.Sprintf("; its clock says %s UTC, and that of this machine %s UTC: %s apart",
			theirs.UTC().Format(time.DateTime), now.UTC().Format(time.DateTime), trust.HowFar(off))
	}
	return ""
}
