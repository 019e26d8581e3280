package builder

import (
	"os"
	"path/filepath"
)

// StateFolder is where locks, and what init has found, are kept: beside the Docker CLI's configuration file. Where that
// cannot be written, such as a secret that is mounted, it is in the store that MULTIPLAT_STORE names, else in the
// folder for the state of programs (XDG_STATE_HOME).
func (c *Client) StateFolder() string {
	folder := filepath.Join(filepath.Dir(c.dockerCLI.ConfigFile().Filename), "multiplat")
	if writable(folder) {
		return folder
	}
	if store := os.Getenv("MULTIPLAT_STORE"); store != "" {
		return filepath.Join(store, "state")
	}
	if state := os.Getenv("XDG_STATE_HOME"); state != "" {
		return filepath.Join(state, "docker-multiplat")
	}
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".local", "state", "docker-multiplat")
	}
	return folder
}

// writable tells whether files can be made in a folder, which need not be there yet.
func writable(folder string) bool {
	for {
		info, err := os.Stat(folder)
		if err == nil {
			return info.IsDir() && mayWrite(folder)
		}
		parent := filepath.Dir(folder)
		if !os.IsNotExist(err) || parent == folder {
			return false
		}
		folder = parent
	}
}
