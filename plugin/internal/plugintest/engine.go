package plugintest

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Forever is how a container ends that does not.
const Forever = -1

// Engine is an engine that loads, tags and pulls images, and whose containers end as told.
type Engine struct {
	// Ends is how a container of a command ends; the command is empty for one that is started as users start it.
	Ends func(command []string) int
	// Pulled are the IDs of the images that can be pulled, by digest.
	Pulled map[string]string
	// Architecture is the engine's own; empty: x86_64.
	Architecture string
	// Lost is how many containers it cannot make, one after the other: somebody has removed what they are made of.
	Lost int

	mu         sync.Mutex
	images     map[string]string
	containers map[string]int
	// Ran are the commands of the containers.
	Ran [][]string
}

// NewEngine is a CLI with an engine whose containers do what the names of their commands say: true, false, and
// sleep, which does not end. What is started without a command ends with 0.
func (f *CLI) NewEngine(t *testing.T) (*CLI, *Engine) {
	t.Helper()
	e := &Engine{Ends: func(command []string) int {
		switch {
		case slices.Contains(command, "false"):
			return 1
		case slices.Contains(command, "sleep"):
			return Forever
		}
		return 0
	}, Pulled: map[string]string{}, images: map[string]string{}, containers: map[string]int{}}
	return f.WithEngine(t, e.answer), e
}

// EngineAt is a further engine, which a docker context leads to. It listens on loopback until the test ends; before it
// answers a request it asks whether to, if somebody wants to know.
func (f *CLI) EngineAt(t *testing.T, context string, answers func(*http.Request) bool) *Engine {
	t.Helper()
	_, e := f.NewEngine(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answers != nil && !answers(r) {
			panic(http.ErrAbortHandler)
		}
		e.serve(w, r)
	}))
	t.Cleanup(server.Close)
	f.AddContext(t, context, "tcp://"+server.Listener.Addr().String())
	return e
}

// serve answers over a network.
func (e *Engine) serve(w http.ResponseWriter, r *http.Request) {
	response, err := e.answer(r)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer context.AfterFunc(r.Context(), func() { _ = response.Body.Close() })()
	maps.Copy(w.Header(), response.Header)
	w.Header().Set("Api-Version", "1.47")
	w.WriteHeader(response.StatusCode)
	_ = http.NewResponseController(w).Flush()
	_, _ = io.Copy(w, response.Body)
}

// Names are what the images of the engine are called, in order.
func (e *Engine) Names() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Sorted(maps.Keys(e.images))
}

// Commands are those of the containers so far.
func (e *Engine) Commands() [][]string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.Ran)
}

// answer answers the requests that tests make.
func (e *Engine) answer(request *http.Request) (*http.Response, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, rest, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, "/v"), "/")
	kind, rest, _ := strings.Cut(rest, "/")
	switch kind {
	case "_ping":
		return answer(request, http.StatusOK, "OK")
	case "info":
		return answer(request, http.StatusOK, map[string]any{
			"OSType": "linux", "Architecture": cmp.Or(e.Architecture, "x86_64"),
			"NCPU": 2, "MemTotal": 8 << 30, "ServerVersion": "29.0.0",
		})
	case "images":
		return e.image(request, rest)
	case "containers":
		return e.container(request, rest)
	case "volumes":
		return answer(request, http.StatusOK, map[string]any{"Volumes": []any{}})
	case "networks":
		if rest == "" {
			return answer(request, http.StatusOK, []any{})
		}
		return answer(request, http.StatusOK, map[string]string{"Id": "n"})
	}
	return answer(request, http.StatusNotFound, map[string]string{"message": "no " + request.URL.Path})
}

// image answers a request about images.
func (e *Engine) image(request *http.Request, rest string) (*http.Response, error) {
	query := request.URL.Query()
	name, verb := rest, ""
	if request.Method != http.MethodDelete {
		name, verb = path.Dir(rest), path.Base(rest)
	}
	switch {
	case rest == "load":
		if err := e.load(request.Body); err != nil {
			return nil, err
		}
		return answer(request, http.StatusOK, map[string]string{"stream": "Loaded"})
	case rest == "create" && query.Get("fromSrc") != "":
		e.images[query.Get("repo")] = "sha256:imported"
		return answer(request, http.StatusOK, map[string]string{"status": "imported"})
	case rest == "create":
		e.images[query.Get("fromImage")+"@"+query.Get("tag")] = e.Pulled[query.Get("tag")]
		return answer(request, http.StatusOK, map[string]string{"status": "pulled"})
	case verb == "tag":
		e.images[query.Get("repo")+":"+query.Get("tag")] = name
		return answer(request, http.StatusCreated, nil)
	}
	id, there := e.images[strings.TrimPrefix(name, "docker.io/library/")]
	for _, known := range e.images {
		if known == name {
			id, there = known, true
		}
	}
	if !there {
		return answer(request, http.StatusNotFound, map[string]string{"message": "No such image: " + name})
	}
	if request.Method == http.MethodDelete {
		delete(e.images, strings.TrimPrefix(name, "docker.io/library/"))
		return answer(request, http.StatusOK, []map[string]string{{"Untagged": name}})
	}
	return answer(request, http.StatusOK, map[string]any{"Id": id, "RepoTags": []string{name}, "Size": 1})
}

// load takes the names and the ID of an image from an archive.
func (e *Engine) load(body io.Reader) error {
	for archive := tar.NewReader(body); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Name != "manifest.json" {
			continue
		}
		var list []struct {
			Config   string
			RepoTags []string
		}
		if err := json.NewDecoder(archive).Decode(&list); err != nil {
			return err
		}
		for _, image := range list {
			for _, name := range image.RepoTags {
				e.images[strings.TrimPrefix(name, "docker.io/library/")] = "sha256:" + path.Base(image.Config)
			}
		}
	}
}

// container answers a request about containers.
func (e *Engine) container(request *http.Request, rest string) (*http.Response, error) {
	id, verb, _ := strings.Cut(rest, "/")
	switch {
	case id == "json":
		return answer(request, http.StatusOK, []any{})
	case id == "create" && e.Lost > 0:
		e.Lost--
		return answer(request, http.StatusInternalServerError, map[string]string{
			"message": "NotFound: parent snapshot sha256:4c03a28f8bbf does not exist: not found",
		})
	case id == "create":
		var config struct{ Entrypoint, Cmd []string }
		if err := json.NewDecoder(request.Body).Decode(&config); err != nil {
			return nil, err
		}
		command := slices.Concat(config.Entrypoint, config.Cmd)
		e.Ran = append(e.Ran, command)
		id = "c" + strconv.Itoa(len(e.Ran))
		e.containers[id] = e.Ends(command)
		return answer(request, http.StatusCreated, map[string]string{"Id": id})
	case verb == "wait" && e.containers[id] == Forever:
		body, _ := io.Pipe()
		return &http.Response{
			StatusCode: http.StatusOK, Request: request, Header: http.Header{"Content-Type": {"application/json"}},
			Body: body,
		}, nil
	case verb == "wait":
		return answer(request, http.StatusOK, map[string]int{"StatusCode": e.containers[id]})
	case verb == "logs":
		return &http.Response{StatusCode: http.StatusOK, Request: request, Body: io.NopCloser(&bytes.Buffer{})}, nil
	case verb == "json":
		return answer(request, http.StatusOK, map[string]any{"State": map[string]int{"ExitCode": e.containers[id]}})
	}
	return answer(request, http.StatusNoContent, nil)
}
