// Package trust says why one side of TLS does not trust the other, and what helps. What the library says of it names
// neither the file that is wrong nor the clock that may be.
package trust

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// Error is why the other side is not spoken to, with what helps.
type Error struct {
	text, cure string
	err        error
}

// Because is an error of what is wrong and what helps, where that is known.
func Because(text, cure string, err error) *Error { return &Error{text, cure, err} }

// Error implements error.
func (e *Error) Error() string {
	if e.cure == "" {
		return e.text
	}
	return e.text + "; " + e.cure
}

// Unwrap gives what the library has said.
func (e *Error) Unwrap() error { return e.err }

// Side is this side, and what it is called where its certificates were given.
type Side struct {
	// Now is what its clock says.
	Now time.Time
	// Shows tells that it is known to have a certificate to show.
	Shows bool
	// Authority is who the certificate of the other side has to be of, and Own the certificate of this side.
	Authority, Own string
	// Rename is how another name of the other side is given, Give where another certificate of this side is, and Plain
	// what helps against another side that has no TLS.
	Rename, Give, Plain string
}

// Explain says what is wrong between the two sides; nil: nothing that certificates have caused.
func (s Side) Explain(err error) error {
	var (
		invalid   x509.CertificateInvalidError
		name      x509.HostnameError
		authority x509.UnknownAuthorityError
		plain     tls.RecordHeaderError
		remote    *net.OpError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return outOfTime(invalid.Cert, s.Now, err)
	case errors.As(err, &name):
		return Because("its certificate is for another name: "+visible.Line(name.Error()),
			"reach it by a name of its certificate, or "+s.Rename, err)
	case errors.As(err, &authority):
		return Because("its certificate is of another authority than "+s.Authority,
			"give the certificate of the authority that has signed it", err)
	case errors.As(err, &plain), errors.Is(err, http.ErrSchemeMismatch):
		return Because("it does not speak TLS", s.Plain, err)
	case errors.As(err, &remote) && remote.Op == "remote error": // as the library calls the alerts of the other side
		return s.refused(remote.Err.Error(), err)
	}
	return nil
}
