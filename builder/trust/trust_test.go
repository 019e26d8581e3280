package trust

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// What stands between two sides of TLS is told in the words of this side, with what helps; other errors are none of it.
func TestExplain(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	side := Side{
		Now: now, Authority: "AUTHORITY", Own: "OWN", Rename: "RENAME", Give: "GIVE", Plain: "PLAIN",
	}
	shows := side
	shows.Shows = true
	outside := func(from, until time.Time) error {
		cert := &x509.Certificate{NotBefore: from, NotAfter: until}
		return &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired}}
	}
	alert := func(words string) error { return &net.OpError{Op: "remote error", Err: errors.New("tls: " + words)} }
	year, hour := 365*24*time.Hour, time.Hour
	for _, tc := range []struct {
		side Side
		err  error
		want string
	}{
		{side, nil, ""},
		{side, errors.New("connection refused"), ""},
		{side, outside(now.Add(-2*year), now.Add(-year)), "its certificate has expired at 2025-11-29 12:00:00 UTC, and the clock " +
			"of this machine says 2026-11-29 12:00:00 UTC: 365 days too late; make the certificate anew; if it has not expired, " +
			"set the clock of this machine right"},
		{side, outside(now.Add(hour), now.Add(year)), "its certificate is valid from 2026-11-29 13:00:00 UTC, and the clock " +
			"of this machine says 2026-11-29 12:00:00 UTC: 1h0m0s too early; set the clocks of both machines right, or make the " +
			"certificate anew"},
		{side, x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"pi"}}, Host: "farm"}, "its certificate is for " +
			"another name: x509: certificate is valid for pi, not farm; reach it by a name of its certificate, or RENAME"},
		{side, x509.UnknownAuthorityError{}, "its certificate is of another authority than AUTHORITY; give the certificate of " +
			"the authority that has signed it"},
		{side, tls.RecordHeaderError{}, "it does not speak TLS; PLAIN"},
		{side, http.ErrSchemeMismatch, "it does not speak TLS; PLAIN"},
		{side, alert("expired certificate"), "it says that OWN has expired, or is not valid yet by its clock; make that anew, " +
			"or set the clocks of both machines right"},
		{side, alert("certificate required"), "it wants a certificate of this side that an authority which it knows has signed, " +
			"and has got none; give one with GIVE"},
		{shows, alert("certificate required"), "it does not take OWN, which no authority that it knows has signed; give one " +
			"that its authority has signed, with GIVE"},
		{shows, alert("bad certificate"), "it does not take OWN (bad certificate); give one that its authority has signed, " +
			"with GIVE"},
		{side, alert("internal error"), "it ends the handshake: internal error"},
	} {
		if tc.err != nil {
			tc.err = fmt.Errorf("error during connect: %w", tc.err)
		}
		explained := tc.side.Explain(tc.err)
		if tc.want == "" {
			assert.NilError(t, explained)
			continue
		}
		assert.Error(t, explained, tc.want)
		assert.ErrorIs(t, explained, tc.err)
	}
}
