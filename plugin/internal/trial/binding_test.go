package trial

import (
	"testing"

	"gotest.tools/v3/assert"
)

// The flags that are no part of a test, and those that say what is so anyway, are not binding.
func TestBinding(t *testing.T) {
	assert.DeepEqual(t, binding([]string{
		"--test=a",
		"--test-timeout=5s",
		"--test-network=none",
		"--test-sandbox=plain",
		"--test-memory=1g",
		"--allow-foreign=x",
		"--test-env=A",
		"--test-network=n",
		"--test-sandbox=strict",
		"--test-skip=arm64=x",
		"--require-parity=true",
	}), []string{"--test=a", "--test-env=A", "--test-network=n", "--test-sandbox=strict"})
}
