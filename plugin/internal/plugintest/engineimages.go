package plugintest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
)

// EngineImages are the images of an engine by name, with their IDs: it can be asked for them, and to remove them.
type EngineImages struct {
	mu  sync.Mutex
	IDs map[string]string
}

// Answer answers the engine's inspect and remove requests.
func (e *EngineImages) Answer(request *http.Request) (*http.Response, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, name, _ := strings.Cut(request.URL.Path, "/images/")
	name = strings.TrimSuffix(name, "/json")
	id, there := e.IDs[name]
	switch {
	case !there:
		return answer(request, http.StatusNotFound, map[string]string{"message": "No such image: " + name})
	case request.Method == http.MethodDelete:
		delete(e.IDs, name)
		return answer(request, http.StatusOK, []map[string]string{{"Untagged": name}})
	}
	return answer(request, http.StatusOK, map[string]any{"Id": id, "RepoTags": []string{name}, "Size": 1})
}

// answer makes a response of a document.
func answer(request *http.Request, status int, document any) (*http.Response, error) {
	body, err := json.Marshal(document)
	return &http.Response{
		StatusCode: status, Request: request, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(body)),
	}, err
}
