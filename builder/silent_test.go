package builder

import (
	"errors"
	"fmt"
	"testing"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/store"
	"gotest.tools/v3/assert"
)

// A node that was silent is not waited for once more before it is given up; another replica of it may answer.
func TestSilentNodesAreNotAskedAgain(t *testing.T) {
	node := func(name, replicas string, err error) buildxbuilder.Node {
		return buildxbuilder.Node{Node: store.Node{Name: name, DriverOpts: map[string]string{"replicas": replicas}}, Err: err}
	}
	silent := fmt.Errorf("asking it for its platforms: %w", &SilentNodeError{Endpoint: "kubernetes:///farm0"})
	b := &Builder{nodes: []buildxbuilder.Node{
		node("dark", "", silent), node("replicas", "2", silent),
		node("refused", "", errors.New("no")), node("unasked", "", nil),
	}}
	assert.DeepEqual(t, b.askedAgain(), map[string]bool{"replicas": true, "refused": true})
}
