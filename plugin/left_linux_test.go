package plugin

import (
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// leftContainers is an engine with the containers of a killed process, and of this one.
type leftContainers struct {
	mu   sync.Mutex
	dead string
	gone []string
}

func (e *leftContainers) answer(request *http.Request) (*http.Response, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var body any = []any{}
	switch {
	case request.Method == http.MethodDelete:
		e.gone = append(e.gone, request.URL.Path[strings.LastIndexByte(request.URL.Path, '/')+1:])
	case strings.HasSuffix(request.URL.Path, "/containers/json"):
		body = []any{
			map[string]any{"Id": "0123456789abcdef", "Labels": map[string]string{
				container.Label: "test", container.OwnerLabel: e.dead,
			}},
			map[string]any{"Id": "fedcba9876543210", "Labels": container.Labels("test")},
		}
	case strings.HasSuffix(request.URL.Path, "/volumes"):
		body = map[string]any{"Volumes": []any{}}
	}
	text, err := json.Marshal(body)
	return &http.Response{
		StatusCode: http.StatusOK, Request: request, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(string(text))),
	}, err
}

// What a killed test has left in the engine is removed by prune, and said; what a living one works with is not.
func TestPruneRemovesWhatKilledRunsLeft(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ended := exec.CommandContext(t.Context(), "true")
	assert.NilError(t, ended.Run())
	const pid = 4
	owner := strings.Split(container.Owner(), "/")
	owner[pid] = strconv.Itoa(ended.Process.Pid)
	e := &leftContainers{dead: strings.Join(owner, "/")}
	fake := &fakeCLI{newFakeCLI(t).WithEngine(t, e.answer)}
	assert.NilError(t, fake.run(t, "prune", "--force"))
	assert.DeepEqual(t, e.gone, []string{"0123456789abcdef"})
	fake.assertSaid(t, "removed what a process that was killed has left: container 0123456789ab (test)")
}

// A test looks for what killed ones have left, but not among the images of an engine, which takes seconds where there
// are many: only stacks leave any.
func TestTestsDoNotListImages(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]bool{}
	fake, _, _, _ := twoEngines(t, func(r *http.Request) bool { //nolint:dogsled // of the engines nothing is asked here
		mu.Lock()
		defer mu.Unlock()
		asked[r.URL.Path[strings.Index(r.URL.Path[1:], "/")+1:]] = true
		return true
	})
	assert.NilError(t, fake.run(t, "test", "--test-on", "linux/arm64=pi", "app:1"), fake.Stderr.String())
	mu.Lock()
	defer mu.Unlock()
	assert.Check(t, asked["/containers/json"], "%v", asked)
	assert.Check(t, !asked["/images/json"], "%v", asked)
}
