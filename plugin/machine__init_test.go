package plugin

import (
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// An init that names no platform takes none away from what an earlier one has proven.
func TestInitKeepsProvenPlatforms(t *testing.T) {
	for _, tc := range []struct {
		name, environ string
		args          []string
		proven        []string
		want          string
	}{
		{name: "first init", want: "linux/amd64, linux/arm64 (the default)"},
		{name: "first init, by the environment", environ: "linux/s390x", want: "linux/s390x (DOCKER_DEFAULT_PLATFORM)"},
		{
			name:   "four were proven",
			proven: []string{"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x"},
			want:   "linux/amd64, linux/arm64, linux/arm/v7, linux/s390x (an earlier init)",
		},
		{
			name: "one was proven", proven: []string{"linux/arm64"},
			want: "linux/arm64, linux/amd64 (an earlier init and the default)",
		},
		{
			name: "--platform alone decides", args: []string{"linux/arm64"}, proven: []string{"linux/s390x"},
			want: "linux/arm64 (--platform)",
		},
		{
			name: "an unknown one was recorded", proven: []string{"linux/nonsense"},
			want: "linux/amd64, linux/arm64 (the default)",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fake := newFakeCLI(t)
			t.Setenv("DOCKER_DEFAULT_PLATFORM", tc.environ)
			assert.NilError(t, writeMachine(hostOf(fake), machineRecord{Platforms: tc.proven}))
			options := platformOptions{values: tc.args}
			asked, every, err := options.prepare(nil)
			assert.NilError(t, err)
			i := newMachineInit(hostOf(fake), initRequest{asked: asked, every: every, named: tc.args != nil}, nil)
			i.begin()
			assert.Equal(t, i.asked.String(), tc.want)
		})
	}
}

// A record that cannot be read is told, and begun anew.
func TestInitBeginsAnew(t *testing.T) {
	fake := newFakeCLI(t)
	assert.NilError(t, writeMachine(hostOf(fake), machineRecord{}))
	assert.NilError(t, os.WriteFile(machineFile(hostOf(fake)), []byte("{"), 0o600))
	i := newMachineInit(hostOf(fake), initRequest{}, nil)
	i.begin()
	assert.Equal(t, len(i.remarks), 1)
	assert.Assert(t, strings.Contains(i.remarks[0], machineFile(hostOf(fake))), i.remarks[0])
}
