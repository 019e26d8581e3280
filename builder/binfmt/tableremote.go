package binfmt

import (
	"context"
	"fmt"
	"strings"
	"time"

	enginecontainer "github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// readLimit is how long reading a few small files in a container may take.
const readLimit = time.Minute

// hostFolder is where the host's binfmt_misc appears in the container that reads it.
const hostFolder = "/host"

// ReadHost reads the table of the engine's host through a short-lived container of image, which must be in the
// engine and have a shell. The container is not privileged; the host's folder is mounted into it read-only.
func ReadHost(ctx context.Context, engine container.Engine, image string) (Table, error) {
	exit, err := container.Run(ctx, engine, container.Spec{
		Purpose: "read-emulators",
		Config: enginecontainer.Config{
			Image: image, Entrypoint: []string{"sh", "-c"}, Cmd: []string{ReadScript(hostFolder)},
		},
		Host: enginecontainer.HostConfig{
			NetworkMode: "none",
			Mounts: []mount.Mount{{
				Type: mount.TypeBind, Source: Folder, Target: hostFolder, ReadOnly: true,
			}},
		},
		Limit: readLimit,
	})
	switch {
	case err != nil:
		return Table{}, fmt.Errorf("reading binfmt_misc of the engine's host: %w", err)
	case exit.Refused != nil && strings.Contains(exit.Refused.Error(), "bind source path does not exist"):
		// the API has one class for every wrong mount: only its words tell that the folder is not there
		return Table{}, nil
	case exit.Refused != nil:
		return Table{}, fmt.Errorf("reading binfmt_misc of the engine's host: %w", exit.Refused)
	case exit.Running || exit.Code != 0:
		return Table{}, fmt.Errorf("reading binfmt_misc of the engine's host: exit code %d: %s", exit.Code, exit.Stderr)
	}
	return ParseScript(string(exit.Stdout))
}

// ReadScript is the shell command whose output [ParseScript] reads: every entry of folder behind a line with its
// name, and the identity of the kernel's run.
func ReadScript(folder string) string {
	return `cd ` + folder + ` && for f in *; do [ "$f" = register ] || { echo "== $f"; cat "$f" 2>/dev/null; }; done; ` +
		`echo "== /boot"; cat ` + bootFile
}

// ParseScript reads the output of [ReadScript].
func ParseScript(output string) (Table, error) {
	files := map[string]string{}
	var names []string
	current := ""
	for line := range strings.Lines(output) {
		if name, found := strings.CutPrefix(line, "== "); found {
			current = strings.TrimSuffix(name, "\n")
			if current != "/boot" && current != "*" { // an empty folder leaves the pattern as it is
				names = append(names, current)
			}
			continue
		}
		files[current] += line
	}
	t, err := tableOf(names, files)
	t.Boot = strings.TrimSpace(files["/boot"])
	return t, err
}
