package builder

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"time"

	buildxbuilder "github.com/docker/buildx/builder"

	"github.com/docker-multiplat/docker-multiplat/builder/trust"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// handshakeLimit is how long a node may take to shake hands, and alertWait how long a refusal of the other side may
// come after that: where it does not take the certificate of a client it says so only then.
const (
	handshakeLimit = 5 * time.Second
	alertWait      = time.Second
)

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
	return shake(ctx, conn, sideOf(node))
}

// explainedDial is an error from before a handshake.
func explainedDial(err error) error {
	var missing *os.PathError
	certificates := regexp.MustCompile(`\b(tls|certificate|certs)\b`)
	switch {
	case errors.As(err, &missing):
		return trust.Because(fmt.Sprintf("a file of its certificates cannot be read: %s", missing),
			"make the node anew with --driver-opt cacert=FILE,cert=FILE,key=FILE that are there", err)
	case certificates.MatchString(err.Error()):
		return trust.Because("its certificates cannot be used: "+visible.Line(err.Error()),
			"give others with --driver-opt cacert=FILE,cert=FILE,key=FILE", err)
	}
	return nil // a node that does not listen yet may do so in a moment, which the driver waits for
}

// sideOf is this side of a connection to a node of the driver remote.
func sideOf(node buildxbuilder.Node) trust.Side {
	return trust.Side{
		Now: time.Now(), Shows: node.DriverOpts["cert"] != "",
		Authority: "the one of --driver-opt cacert", Own: "the certificate of --driver-opt cert",
		Rename: "name that with --driver-opt servername=NAME", Give: "--driver-opt cert=FILE,key=FILE",
		Plain: "leave cacert, cert and key out, or have it listen with buildkitd --tlscacert, --tlscert and --tlskey",
	}
}

// shake shakes hands over a connection, and waits a moment for what the other side has against that.
func shake(ctx context.Context, conn net.Conn, side trust.Side) error {
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
	return side.Explain(err)
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
	return trust.Because("it ends a connection without TLS at once, as a daemon does that wants TLS",
		"give its certificates with --driver-opt cacert=FILE,cert=FILE,key=FILE", err)
}
