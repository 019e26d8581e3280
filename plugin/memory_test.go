package plugin

import (
	"math"
	"runtime/debug"
	"testing"

	"gotest.tools/v3/assert"
)

// Memory is given back early, unless whoever runs the program says otherwise.
func TestLimitMemory(t *testing.T) {
	before := debug.SetMemoryLimit(math.MaxInt64)
	defer debug.SetMemoryLimit(before)
	t.Setenv("GOMEMLIMIT", "1GiB")
	LimitMemory()
	assert.Equal(t, debug.SetMemoryLimit(-1), int64(math.MaxInt64))
	t.Setenv("GOMEMLIMIT", "")
	LimitMemory()
	assert.Equal(t, debug.SetMemoryLimit(-1), int64(mostMemory))
}
