//go:build e2e

package e2e

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
)

// action answers one request: by the registry, by itself, or not at all.
type action func(w http.ResponseWriter, r *http.Request, forward http.Handler)

// pass leaves the answer to the registry.
func pass(w http.ResponseWriter, r *http.Request, forward http.Handler) { forward.ServeHTTP(w, r) }

// respond answers in the registry's place. The body of the request is taken in first, as a real server does.
func respond(status int, header http.Header, body string) action {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body) // a client that goes away here is the client's affair
		maps.Copy(w.Header(), header)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// cut closes the connection without a word; the registry never hears of the request.
func cut(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// loseAnswer lets the registry carry out the request, then closes the connection instead of passing its answer on.
func loseAnswer(_ http.ResponseWriter, r *http.Request, forward http.Handler) {
	forward.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// cutBody passes on the first bytes of the registry's answer, then closes the connection.
func cutBody(bytes int) action {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		answer := httptest.NewRecorder()
		forward.ServeHTTP(answer, r)
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes()[:min(bytes, answer.Body.Len())])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// before calls f when the request arrives and lets the registry answer after it.
func before(f func()) action {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		f()
		pass(w, r, forward)
	}
}

// after lets the registry answer and calls f before the client learns of it.
func after(f func()) action {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		answer := httptest.NewRecorder()
		forward.ServeHTTP(answer, r)
		f()
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}
}
