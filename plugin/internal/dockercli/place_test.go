package dockercli

import (
	"testing"

	"gotest.tools/v3/assert"
)

// The command that is told to be run takes the place of an engine as one word, whatever it is called.
func TestAt(t *testing.T) {
	for place, want := range map[string]string{
		"":                     "docker",
		"pi":                   "docker --context pi",
		"pi; reboot":           "docker --context 'pi; reboot'",
		"ssh://me@pi:22":       "docker --host ssh://me@pi:22",
		"ssh://pi/$(reboot)":   "docker --host 'ssh://pi/$(reboot)'",
		"tcp://[fd00::2]:2376": "docker --host 'tcp://[fd00::2]:2376'",
	} {
		assert.Equal(t, At(place), want)
	}
}
