package plugin

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

func TestMachineRoundTrip(t *testing.T) {
	fake := newFakeCLI(t)
	none, err := readMachine(hostOf(fake))
	assert.NilError(t, err)
	assert.Equal(t, len(none.Platforms), 0)

	want := machineRecord{Platforms: []string{"linux/amd64", "linux/arm/v7"}}
	assert.NilError(t, writeMachine(hostOf(fake), want))
	got, err := readMachine(hostOf(fake))
	assert.NilError(t, err)
	assert.DeepEqual(t, got, want)

	less := machineRecord{Platforms: []string{"linux/amd64"}}
	assert.NilError(t, writeMachine(hostOf(fake), less))
	got, err = readMachine(hostOf(fake))
	assert.NilError(t, err)
	assert.DeepEqual(t, got, less)
}

func TestMachineFileIsOfTheDockerContext(t *testing.T) {
	fake := newFakeCLI(t)
	assert.Equal(t, machineFile(hostOf(fake)), filepath.Join(fake.folder, "multiplat", "machines", "default.json"))
	assert.NilError(t, writeMachine(hostOf(fake), machineRecord{}))
	info, err := os.Stat(machineFile(hostOf(fake)))
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o600))
}

func TestReadMachineNamesBrokenFile(t *testing.T) {
	fake := newFakeCLI(t)
	assert.NilError(t, writeMachine(hostOf(fake), machineRecord{}))
	assert.NilError(t, os.WriteFile(machineFile(hostOf(fake)), []byte("{"), 0o600))
	_, err := readMachine(hostOf(fake))
	assert.ErrorContains(t, err, machineFile(hostOf(fake)))
	err = fake.run(t, "build", "-t", "app:1", buildContext(t))
	assert.ErrorContains(t, err, machineFile(hostOf(fake)))
}
