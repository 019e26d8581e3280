package registrytest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
)

// Fault is what a [Registry] does instead of answering a request.
type Fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Status answers with a status, headers given as "Key: value", and a body.
func Status(code int, body string, headers ...string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body)
		for _, header := range headers {
			key, value, _ := strings.Cut(header, ": ")
			w.Header().Set(key, value)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// HangUp closes the connection after reading some bytes of the request's body.
func HangUp(after int64) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.CopyN(io.Discard, r.Body, after)
		CloseConnection(w)
	}
}

// LoseAnswer passes the request on and closes the connection without answering.
func LoseAnswer(w http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(httptest.NewRecorder(), r)
	CloseConnection(w)
}

// CutAnswer passes the request on and sends half of the answer.
func CutAnswer(w http.ResponseWriter, r *http.Request, next http.Handler) {
	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, r)
	body := answer.Body.Bytes()
	w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	CloseConnection(w)
}

// ChangeBody passes the request on and changes the answer's body.
func ChangeBody(change func([]byte) []byte) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		body := change(answer.Body.Bytes())
		for key, values := range answer.Header() {
			w.Header()[key] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body)
	}
}

// Endless answers with a body that never ends.
func Endless(code int, contentType string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(code)
		block := []byte(strings.Repeat(" ", 64<<10))
		for r.Context().Err() == nil {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
}

// SwitchProtocols answers that the connection speaks another protocol from now on, and says nothing in it until the
// client goes away.
func SwitchProtocols(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	connection, stream, err := hijacker.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer connection.Close()
	_, err = stream.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: silence\r\n\r\n")
	if err == nil {
		err = stream.Flush()
	}
	if err == nil {
		_, _ = io.Copy(io.Discard, stream)
	}
}

// CloseConnection ends a request without an answer.
func CloseConnection(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}
