package plugin

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

func TestMachineRoundTrip(t *testing.T) {
	fake := newFakeCLI(t)
	none, err := readMachine(fake)
	assert.NilError(t, err)
	assert.Equal(t, len(none.Platforms), 0)

	want := machine{Platforms: []string{"linux/amd64", "linux/arm/v7"}}
	assert.NilError(t, writeMachine(fake, want))
	got, err := readMachine(fake)
	assert.NilError(t, err)
	assert.DeepEqual(t, got, want)

	less := machine{Platforms: []string{"linux/amd64"}}
	assert.NilError(t, writeMachine(fake, less))
	got, err = readMachine(fake)
	assert.NilError(t, err)
	assert.DeepEqual(t, got, less)
}

func TestMachineFileIsOfTheDockerContext(t *testing.T) {
	fake := newFakeCLI(t)
	assert.Equal(t, machineFile(fake), filepath.Join(fake.folder, "multiplat", "machines", "default.json"))
	assert.NilError(t, writeMachine(fake, machine{}))
	info, err := os.Stat(machineFile(fake))
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o600))
}

func TestReadMachineNamesBrokenFile(t *testing.T) {
	fake := newFakeCLI(t)
	assert.NilError(t, writeMachine(fake, machine{}))
	assert.NilError(t, os.WriteFile(machineFile(fake), []byte("{"), 0o600))
	_, err := readMachine(fake)
	assert.ErrorContains(t, err, machineFile(fake))
	err = fake.run(t, "build", "-t", "app:1", buildContext(t))
	assert.ErrorContains(t, err, machineFile(fake))
}
