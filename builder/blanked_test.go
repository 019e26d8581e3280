package builder

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// heard is a display that keeps what it is shown.
type heard struct{ text strings.Builder }

func (h *heard) Write(s *client.SolveStatus) {
	for _, v := range s.Vertexes {
		fmt.Fprintln(&h.text, v.Name, v.Error)
	}
	for _, l := range s.Logs {
		fmt.Fprintln(&h.text, string(l.Data))
	}
	for _, w := range s.Warnings {
		fmt.Fprintf(&h.text, "%s %s %s\n", w.Short, w.URL, w.Detail)
	}
	for _, u := range s.Statuses {
		fmt.Fprintln(&h.text, u.ID, u.Name)
	}
}

func (*heard) WriteBuildRef(string, string)              {}
func (*heard) ValidateLogSource(digest.Digest, any) bool { return true }
func (*heard) ClearLogSource(any)                        {}

// What BuildKit says of a context that is an address is shown without the secrets of the address.
func TestSecretsOfAContextAreNotShown(t *testing.T) {
	const place = "https://ci:CANARYpass@host/x.tar?token=CANARYtoken"
	blank := request.Request{Context: place}.Blank()
	shown := &heard{}
	name := client.Vertex{Name: place, Error: "GET " + place}
	blanked{shown, blank, &signIn{}}.Write(&client.SolveStatus{
		Vertexes: []*client.Vertex{&name}, Logs: []*client.VertexLog{{Data: []byte("token CANARYtoken")}},
		Statuses: []*client.VertexStatus{{ID: place, Name: place}},
		Warnings: []*client.VertexWarning{{Short: []byte(place), URL: place, Detail: [][]byte{[]byte("CANARYpass")}}},
	})
	err := blankError(fmt.Errorf("fetching %q: %w", place, errors.ErrUnsupported), blank)
	told := shown.text.String() + err.Error()
	assert.Assert(t, !strings.Contains(told, "CANARY"), told)
	assert.Assert(t, strings.Contains(told, "https://xxxxx:xxxxx@host/x.tar?token=xxxxx"), told)
	assert.Equal(t, name.Name, place, "it is others' as well")
	assert.ErrorIs(t, err, errors.ErrUnsupported)
}
