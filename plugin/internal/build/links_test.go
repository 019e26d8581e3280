package build

import (
	"fmt"
	"testing"

	"gotest.tools/v3/assert"
)

// What crosses the links is said by the link; that of many nodes is one figure.
func TestLinksWords(t *testing.T) {
	var l links
	assert.Equal(t, l.String(), "")
	l.add("from node a", 22_400_000)
	l.add("to pi", 1_000)
	l.add("from node a", 600_000)
	assert.Equal(t, l.String(), "23MB from node a, 1kB to pi")
	for i := range 6 {
		l.add(fmt.Sprintf("from node b%d", i), 1_000_000)
	}
	assert.Equal(t, l.String(), "29MB from 7 nodes, 1kB to pi")
}
