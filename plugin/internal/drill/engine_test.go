//go:build drill

package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/moby/moby/api/pkg/stdcopy"
)

// loose is an engine that says what it is told to: its containers end with a code, write words, and have files.
type loose struct {
	// words are what it says wherever it can say something.
	words string
	// id is what it calls every image.
	id string
	// code is how its containers end; refuses: they do not start.
	code    int
	refuses bool
	// files are those of a container, as an archive.
	files func() io.Reader
}

// looseEngine starts it, and returns its address.
func looseEngine(t *testing.T, e *loose) string {
	t.Helper()
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return "tcp://" + server.Listener.Addr().String()
}

// withEngine prepares a run of the program that has an engine.
func (d *try) withEngine(ctx context.Context, address string, args ...string) *exec.Cmd {
	cmd := d.command(ctx, "", args...)
	cmd.Env = append(cmd.Env, "DOCKER_HOST="+address)
	return cmd
}

// ServeHTTP implements [http.Handler].
func (e *loose) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Api-Version", "1.47")
	w.Header().Set("Content-Type", "application/json")
	_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v"), "/")
	switch kind, rest, _ := strings.Cut(path, "/"); kind {
	case "_ping":
		_, _ = io.WriteString(w, "OK")
	case "info":
		e.say(w, http.StatusOK, map[string]any{
			"OSType": "linux", "Architecture": "x86_64", "NCPU": 2, "MemTotal": 8 << 30, "ServerVersion": "29.0.0" + e.words,
			"Name": e.words, "OperatingSystem": e.words, "KernelVersion": e.words, "Warnings": []string{e.words},
		})
	case "images":
		e.image(w, r, rest)
	case "containers":
		e.container(w, rest)
	case "volumes":
		e.say(w, http.StatusOK, map[string]any{"Volumes": []any{}})
	case "networks":
		e.say(w, http.StatusOK, []any{})
	default:
		e.say(w, http.StatusNotFound, map[string]string{"message": e.words})
	}
}

// image answers about images.
func (e *loose) image(w http.ResponseWriter, r *http.Request, rest string) {
	switch {
	case r.Method == http.MethodDelete:
		e.say(w, http.StatusOK, []map[string]string{{"Untagged": e.words}})
	case rest == "create" || rest == "load":
		e.say(w, http.StatusOK, map[string]string{"status": e.words, "id": e.words, "stream": e.words})
	case strings.HasSuffix(rest, "/tag"):
		w.WriteHeader(http.StatusCreated)
	default:
		e.say(w, http.StatusOK, map[string]any{"Id": e.id, "RepoTags": []string{e.words}, "Size": 1})
	}
}

// container answers about containers.
func (e *loose) container(w http.ResponseWriter, rest string) {
	_, verb, _ := strings.Cut(rest, "/")
	switch {
	case rest == "json":
		e.say(w, http.StatusOK, []any{})
	case rest == "create":
		e.say(w, http.StatusCreated, map[string]any{"Id": "c1", "Warnings": []string{e.words}})
	case verb == "start" && e.refuses:
		e.say(w, http.StatusBadRequest, map[string]string{"message": e.words})
	case verb == "wait":
		e.say(w, http.StatusOK, map[string]int{"StatusCode": e.code})
	case verb == "json":
		e.say(w, http.StatusOK, map[string]any{"State": map[string]int{"ExitCode": e.code}})
	case verb == "logs":
		w.Header().Set("Content-Type", "application/vnd.docker.multiplexed-stream")
		for _, stream := range []stdcopy.StdType{stdcopy.Stdout, stdcopy.Stderr} {
			_, _ = w.Write(framed(stream, e.words+"\n"+e.words))
		}
	case verb == "export" && e.files != nil:
		w.Header().Set("Content-Type", "application/x-tar")
		_, _ = io.Copy(w, e.files())
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// framed is a piece of the output of a container as engines send it.
func framed(stream stdcopy.StdType, text string) []byte {
	n := len(text)
	return append([]byte{byte(stream), 0, 0, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, text...)
}

// say answers with a document, in which bytes that are no text stay what they are.
func (e *loose) say(w http.ResponseWriter, status int, document any) {
	w.WriteHeader(status)
	_, _ = w.Write(spoiled(e.words, document))
}

// spoiled is a document as JSON; where the words hold bytes that are no text, it has them too.
func spoiled(words string, document any) []byte {
	body, err := json.Marshal(document)
	if err != nil {
		panic(err) // what a drill says can be written
	}
	if strings.Contains(words, "\xff") {
		body = bytes.ReplaceAll(body, []byte(`\ufffd`), []byte("\xff"))
	}
	return body
}
