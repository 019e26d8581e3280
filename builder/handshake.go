package builder

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"time"

	buildxbuilder "github.com/docker/buildx/builder"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// handshakeLimit is how long a node may take to shake hands, and alertWait how long a refusal of the other side may
// come after that: where it does not take the certificate of a client it says so only then.
const (
	handshakeLimit = 5 * time.Second
	alertWait      = time.Second
)

// HandshakeError is why a node that is reached over TLS is not spoken to, with what helps.
type HandshakeError struct {
	text, cure string
	err        error
}

// Error implements error.
func (e *HandshakeError) Error() string {
	if e.cure == "" {
		return e.text
	}
	return e.text + "; " + e.cure
}

// Unwrap gives what the library has said.
func (e *HandshakeError) Unwrap() error { return e.err }

// shakeHands connects to a node of the driver remote as its driver does, and names what stands against it; nil where
// nothing does. The driver itself only waits, and says that its time is over. One that takes no connection yet may do
// so in a moment: late is called with what keeps it from that.
func (b *Builder) shakeHands(ctx context.Context, node buildxbuilder.Node, late func(error)) error {
	if b.Driver != RemoteDriver || node.Driver == nil || !strings.HasPrefix(node.Endpoint, "tcp://") {
		return nil
	}
	ctx, done := context.WithTimeout(ctx, handshakeLimit)
	defer done()
	conn, err := node.Driver.Dial(ctx)
	if err != nil {
		explained := explainedDial(err)
		if explained == nil {
			late(err)
		}
		return explained
	}
	defer func() { _ = conn.Close() }()
	return shake(ctx, conn, handshake{time.Now(), node.DriverOpts["cert"] != ""})
}

// explainedDial is an error from before a handshake.
func explainedDial(err error) error {
	var missing *os.PathError
	certificates := regexp.MustCompile(`\b(tls|certificate|certs)\b`)
	switch {
	case errors.As(err, &missing):
		return &HandshakeError{
			fmt.Sprintf("a file of its certificates cannot be read: %s", missing),
			"make the node anew with --driver-opt cacert=FILE,cert=FILE,key=FILE that are there", err,
		}
	case certificates.MatchString(err.Error()):
		return &HandshakeError{
			"its certificates cannot be used: " + visible.Line(err.Error()),
			"give others with --driver-opt cacert=FILE,cert=FILE,key=FILE", err,
		}
	}
	return nil // a node that does not listen yet may do so in a moment, which the driver waits for
}

// handshake is what is known of one on this side: what the clock says, and whether there is a certificate to show.
type handshake struct {
	now   time.Time
	shows bool
}

// shake shakes hands over a connection, and waits a moment for what the other side has against that.
func shake(ctx context.Context, conn net.Conn, side handshake) error {
	secure, ok := conn.(*tls.Conn)
	if !ok {
		return greet(conn)
	}
	err := secure.HandshakeContext(ctx)
	if err == nil {
		_ = secure.SetReadDeadline(time.Now().Add(alertWait))
		if _, err = secure.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
			return nil // it waits for the client, and has nothing against it
		}
	}
	return explainedTLS(err, side)
}

// greet begins to speak as clients of a daemon do that has no TLS, and hears whether it is one.
func greet(conn net.Conn) error {
	const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00" // and empty settings
	const alert = 0x15
	_ = conn.SetDeadline(time.Now().Add(alertWait))
	if _, err := conn.Write([]byte(preface)); err != nil {
		return nil //nolint:nilerr // the driver says what it is
	}
	first := make([]byte, 1)
	_, err := conn.Read(first)
	if err == nil && first[0] != alert || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return &HandshakeError{
		"it ends a connection without TLS at once, as a daemon does that wants TLS",
		"give its certificates with --driver-opt cacert=FILE,cert=FILE,key=FILE", err,
	}
}

// explainedTLS says what is wrong between two sides of TLS, and what helps.
func explainedTLS(err error, side handshake) error {
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
		return outOfTime(invalid.Cert, side.now, err)
	case errors.As(err, &name):
		return &HandshakeError{
			"its certificate is for another name: " + visible.Line(name.Error()),
			"reach it by a name of its certificate, or name that with --driver-opt servername=NAME", err,
		}
	case errors.As(err, &authority):
		return &HandshakeError{
			"its certificate is of another authority than the one of --driver-opt cacert",
			"give the certificate of the authority that has signed it", err,
		}
	case errors.As(err, &plain):
		return &HandshakeError{"it does not speak TLS", "leave cacert, cert and key out, or have it listen with " +
			"buildkitd --tlscacert, --tlscert and --tlskey", err}
	case errors.As(err, &remote) && remote.Op == "remote error": // as the library calls the alerts of the other side
		return refusedBy(remote.Err.Error(), side, err)
	}
	return nil // nothing that the certificates have caused
}

// outOfTime is a certificate that is not valid now. A clock that is wrong does the same.
func outOfTime(cert *x509.Certificate, now time.Time, err error) error {
	clock := now.UTC().Format(time.DateTime)
	if now.Before(cert.NotBefore) {
		return &HandshakeError{
			fmt.Sprintf("its certificate is valid from %s UTC, and the clock of this machine says %s UTC: %s too early",
				cert.NotBefore.UTC().Format(time.DateTime), clock, howFar(cert.NotBefore.Sub(now))),
			"set the clocks of both machines right, or make the certificate anew", err,
		}
	}
	return &HandshakeError{
		fmt.Sprintf("its certificate has expired at %s UTC, and the clock of this machine says %s UTC: %s too late",
			cert.NotAfter.UTC().Format(time.DateTime), clock, howFar(now.Sub(cert.NotAfter))),
		"make the certificate anew; if it has not expired, set the clock of this machine right", err,
	}
}

// howFar are days, where it is more than one.
func howFar(d time.Duration) string {
	const day = 24 * time.Hour
	if d < 2*day {
		return d.Round(time.Second).String()
	}
	return fmt.Sprintf("%.0f days", d.Hours()/day.Hours())
}

// refusedBy is what the other side has against the certificate of this one. Alerts have no names in the library, only
// words.
func refusedBy(words string, side handshake, err error) error {
	const cert = "--driver-opt cert=FILE,key=FILE"
	words = strings.TrimPrefix(words, "tls: ")
	switch {
	case strings.Contains(words, "expired"):
		return &HandshakeError{
			"it says that the certificate of --driver-opt cert has expired, or is not valid yet by its clock",
			"make that anew, or set the clocks of both machines right", err,
		}
	case strings.Contains(words, "required") && side.shows: // one that no authority of theirs has signed is not even shown
		return &HandshakeError{
			"it does not take the certificate of --driver-opt cert, which no authority that it knows has signed",
			"give one that its authority has signed, with " + cert, err,
		}
	case strings.Contains(words, "required"):
		return &HandshakeError{"it wants a certificate of this side, and has got none", "give one with " + cert, err}
	case strings.Contains(words, "unknown certificate authority"), strings.Contains(words, "bad certificate"),
		strings.Contains(words, "unsupported certificate"), strings.Contains(words, "unknown certificate"):
		return &HandshakeError{
			"it does not take the certificate of --driver-opt cert (" + words + ")",
			"give one that its authority has signed, with " + cert, err,
		}
	}
	return &HandshakeError{"it ends the handshake: " + visible.Line(words), "", err}
}
