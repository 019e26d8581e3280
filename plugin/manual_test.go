package plugin

import (
	"strings"
	"testing"
)

// --manual needs somebody to ask, and runs no tests.
func TestManualRefusals(t *testing.T) {
	const nobody = "there is no terminal"
	assertRefused(t, []refusal{
		{"off a terminal", []string{"test", "--manual", "app"}, []string{"--manual asks", nobody}},
		{"a digest", []string{"test", "--manual", "app@sha256:" + strings.Repeat("0", 64)}, []string{nobody}},
		{"beside a test", []string{"test", "--manual", "--test", "true", "app"}, []string{"--manual runs no tests"}},
		{"beside the smoke test", []string{"test", "--manual", "--test-local", "app"}, []string{"--manual runs no tests"}},
		{"with a network", []string{"test", "--manual", "--test-network", "n", "app"}, []string{"--manual runs no tests"}},
	})
}
