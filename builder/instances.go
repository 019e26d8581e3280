package builder

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/docker/buildx/store"
	"github.com/docker/buildx/store/storeutil"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// buildxVariable names the folder of buildx's files in the environment.
const buildxVariable = "BUILDX_CONFIG"

// anotherFolder says what helps where a folder cannot be written.
const anotherFolder = "MULTIPLAT_STORE=FOLDER in the environment names another folder"

// Instances opens buildx's own store of builders, until release is called.
func Instances(dockerCLI command.Cli) (txn *store.Txn, release func(), err error) {
	txn, release, err = storeutil.GetStore(dockerCLI)
	if err == nil {
		return txn, release, nil
	}
	words := anotherFolder
	if folder := os.Getenv(buildxVariable); folder != "" {
		words += ", for buildx's files " + buildxVariable + " does"
	}
	err = fmt.Errorf("opening the buildx builder store: %w; %s", err, words)
	return nil, nil, errdefs.Classify(err, errdefs.ErrUnwritable)
}

// PrepareBuildx guards buildx's drivers, and has buildx keep its builders in the folder of state where it could not
// write beside the Docker CLI's configuration file. Its code looks for them by BUILDX_CONFIG in many places; one
// that is set stays.
func (c *Client) PrepareBuildx() error {
	guardDrivers()
	if os.Getenv(buildxVariable) != "" {
		return nil
	}
	if writable(filepath.Join(filepath.Dir(c.dockerCLI.ConfigFile().Filename), "buildx")) {
		return nil
	}
	return os.Setenv(buildxVariable, filepath.Join(c.StateFolder(), "buildx"))
}
