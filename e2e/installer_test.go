//go:build e2e

package e2e

import (
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// inBusybox are the steps of a user whose machine has busybox and nothing else, as the image of the Docker CLI has it: its
// ash, and its awk, sed, sha256sum, mktemp and wget.
const inBusybox = `set -eu
busybox --install -s /bin
export HOME="/my home"
mkdir -p "$HOME"
printf '#!/bin/sh\nexec "$HOME/.docker/cli-plugins/docker-multiplat" "$@"\n' >/bin/docker
chmod +x /bin/docker
httpd -p 127.0.0.1:8000 -h /release
sh /release/install.sh --from http://127.0.0.1:8000/
plugin="$HOME/.docker/cli-plugins/docker-multiplat"
"$plugin" multiplat version
sh /release/install.sh --from /release
sh /release/install.sh --uninstall
test ! -e "$plugin"
cp -r /release /bad
echo more >>"$(ls /bad/docker-multiplat-*)"
if sh /bad/install.sh --from /bad; then exit 1; fi
test ! -e "$plugin"
sh /release/install.sh --from /release --dir "/other place"
sh /release/install.sh --help
test -z "$(ls /tmp)"
`

// The install script runs under busybox, with busybox's tools.
func TestInstallInBusybox(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		r := s.docker("run", "--rm", "--network", "none", "--volume", s.releaseFolder()+":/release:ro",
			"busybox", "sh", "-c", inBusybox).succeeds(t)
		said := r.Stdout + r.Stderr
		for _, words := range []string{
			"installed /my home/.docker/cli-plugins/docker-multiplat: ",
			"docker-multiplat ", // version
			"removed /my home/.docker/cli-plugins/docker-multiplat",
			"it is not what was released; nothing was changed",
			"installed /other place/docker-multiplat",
			"--uninstall", // help
		} {
			assert.Check(t, is.Contains(said, words))
		}
	}, containerdStore)
}
