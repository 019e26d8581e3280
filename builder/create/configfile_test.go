package create

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Files that buildx would read without end are refused before it does: the settings, and the certificates they name.
func TestConfigFilesWithoutEnd(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		assert.NilError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	huge := write("huge", "")
	assert.NilError(t, os.Truncate(huge, 3<<30))
	for _, path := range []string{
		os.DevNull, huge, write("ca.toml", `registry."a".ca = ["`+huge+`"]`),
		write("key.toml", "[[registry.\"a\".keypair]]\nkey = \""+os.DevNull+"\"\n"),
	} {
		err := checkConfigFile(path)
		assert.Check(t, errors.Is(err, errdefs.ErrInput), "%s: %v", path, err)
		_, err = settingsOf(nil, Config{ConfigFile: path})
		assert.Check(t, errors.Is(err, errdefs.ErrInput), "%s: %v", path, err)
	}
	assert.ErrorIs(t, checkDriverOptions([]string{"cacert=" + os.DevNull}), errdefs.ErrInput)
	assert.NilError(t, checkDriverOptions([]string{"network=host", "env.key=" + os.DevNull, "cert=" + write("cert", "x")}))
	assert.NilError(t, checkConfigFile(write("good.toml", `registry."a".ca = ["`+write("ca", "x")+`"]`)))
	assert.NilError(t, checkConfigFile(write("odd.toml", "this is no TOML")))
}
