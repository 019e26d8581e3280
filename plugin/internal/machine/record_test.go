package machine

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

func TestMachineRoundTrip(t *testing.T) {
	fake := plugintest.NewCLI(t)
	none, err := ReadRecord(fake.Host())
	assert.NilError(t, err)
	assert.Equal(t, len(none.Platforms), 0)

	want := Record{Platforms: []string{"linux/amd64", "linux/arm/v7"}}
	assert.NilError(t, WriteRecord(fake.Host(), want))
	got, err := ReadRecord(fake.Host())
	assert.NilError(t, err)
	assert.DeepEqual(t, got, want)

	less := Record{Platforms: []string{"linux/amd64"}}
	assert.NilError(t, WriteRecord(fake.Host(), less))
	got, err = ReadRecord(fake.Host())
	assert.NilError(t, err)
	assert.DeepEqual(t, got, less)
}

func TestMachineFileIsOfTheDockerContext(t *testing.T) {
	fake := plugintest.NewCLI(t)
	assert.Equal(t, RecordFile(fake.Host()), filepath.Join(fake.Folder, "multiplat", "machines", "default.json"))
	assert.NilError(t, WriteRecord(fake.Host(), Record{}))
	info, err := os.Stat(RecordFile(fake.Host()))
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o600))
}

func TestReadMachineNamesBrokenFile(t *testing.T) {
	fake := plugintest.NewCLI(t)
	assert.NilError(t, WriteRecord(fake.Host(), Record{}))
	assert.NilError(t, os.WriteFile(RecordFile(fake.Host()), []byte("{"), 0o600))
	_, err := ReadRecord(fake.Host())
	assert.ErrorContains(t, err, RecordFile(fake.Host()))
}
