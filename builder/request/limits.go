package request

import (
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/docker/buildx/util/buildflags"
)

// maxShm is more memory than any machine has.
const maxShm = 1 << 50

// checkLimits refuses limits that no kernel gives.
func (r Request) checkLimits() error {
	if r.ShmSize < 0 || r.ShmSize > maxShm {
		return fmt.Errorf("--shm-size %d is less than nothing, or more than any machine has; give a size like 64m", r.ShmSize)
	}
	for _, limit := range r.Ulimits {
		if limit.Soft < -1 || limit.Hard < -1 {
			return fmt.Errorf("--ulimit %s is less than nothing; -1 is no limit", limit)
		}
	}
	return nil
}

// findPolicies looks for the files of --policy where buildx does: below the build context, or the folder of the command
// with cwd://.
func (r Request) findPolicies(policies []buildflags.PolicyConfig) error {
	for _, policy := range policies {
		for _, file := range policy.Files {
			folder := r.Context
			name, here := strings.CutPrefix(file.Filename, "cwd://")
			if here {
				folder = "."
			}
			if !here && !Local(r.Context) {
				continue
			}
			if err := statBelow(folder, name); err != nil {
				return fmt.Errorf("--policy filename=%s: %w; it is looked for in the build context, and with cwd:// before it "+
					"in this folder", file.Filename, err)
			}
		}
	}
	return nil
}

// statBelow looks for a file in a folder.
func statBelow(folder, name string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	_, err = root.Stat(path.Clean(name))
	return err
}
