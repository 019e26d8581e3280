//go:build e2e

package e2e

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
)

// forward listens on loopback for connections to an engine's socket and returns its address.
func forward(t *testing.T, engine string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // lives as long as the test
	assert.NilError(t, err)
	return forwardFrom(t, listener, engine)
}

// forwardFrom does the same for a listener, which it closes after the test.
func forwardFrom(t *testing.T, listener net.Listener, engine string) string {
	t.Helper()
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go join(client, strings.TrimPrefix(engine, "unix://"))
		}
	}()
	return "tcp://" + listener.Addr().String()
}

func join(client net.Conn, socket string) {
	defer client.Close()
	server, err := net.Dial("unix", socket) //nolint:noctx // ends with the connection it serves
	if err != nil {
		return
	}
	defer server.Close()
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(server, client); _ = server.(*net.UnixConn).CloseWrite() })
	both.Go(func() { _, _ = io.Copy(client, server); _ = client.(interface{ CloseWrite() error }).CloseWrite() })
	both.Wait()
}
