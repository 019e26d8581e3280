package plugin

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

func TestMachineRoundTrip(t *testing.T) {
	fake := newTestCLI(t)
	none, err := readMachine(fake.host())
	assert.NilError(t, err)
	assert.Equal(t, len(none.Platforms), 0)

	want := machineRecord{Platforms: []string{"linux/amd64", "linux/arm/v7"}}
	assert.NilError(t, writeMachine(fake.host(), want))
	got, err := readMachine(fake.host())
	assert.NilError(t, err)
	assert.DeepEqual(t, got, want)

	less := machineRecord{Platforms: []string{"linux/amd64"}}
	assert.NilError(t, writeMachine(fake.host(), less))
	got, err = readMachine(fake.host())
	assert.NilError(t, err)
	assert.DeepEqual(t, got, less)
}

func TestMachineFileIsOfTheDockerContext(t *testing.T) {
	fake := newTestCLI(t)
	assert.Equal(t, machineFile(fake.host()), filepath.Join(fake.folder, "multiplat", "machines", "default.json"))
	assert.NilError(t, writeMachine(fake.host(), machineRecord{}))
	info, err := os.Stat(machineFile(fake.host()))
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o600))
}

func TestReadMachineNamesBrokenFile(t *testing.T) {
	fake := newTestCLI(t)
	assert.NilError(t, writeMachine(fake.host(), machineRecord{}))
	assert.NilError(t, os.WriteFile(machineFile(fake.host()), []byte("{"), 0o600))
	_, err := readMachine(fake.host())
	assert.ErrorContains(t, err, machineFile(fake.host()))
}
