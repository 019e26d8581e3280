//go:build linux

package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"time"
)

// wire stands before the registry and counts what goes over it.
type wire struct {
	host     string
	requests atomic.Int64
	bytes    atomic.Int64
	// delay is how many nanoseconds each answer waits.
	delay atomic.Int64
}

func newWire(registry string) (*wire, error) {
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, err
	}
	w := &wire{host: "localhost:" + port}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: registry})
		r.Out.Host = r.In.Host // so that upload locations lead back through here
	}}
	server := &http.Server{
		ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			w.requests.Add(1)
			select {
			case <-time.After(time.Duration(w.delay.Load())):
			case <-r.Context().Done():
			}
			r.Body = &counted{ReadCloser: r.Body, n: &w.bytes}
			forward.ServeHTTP(out, r)
		}),
	}
	go func() { _ = server.Serve(listener) }() // it ends with the process
	return w, nil
}

func (w *wire) reset() {
	w.requests.Store(0)
	w.bytes.Store(0)
}

func (w *wire) counts() (requests int, bytes int64) { return int(w.requests.Load()), w.bytes.Load() }

type counted struct {
	io.ReadCloser
	n *atomic.Int64
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}
