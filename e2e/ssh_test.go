//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// sshTo makes a folder with an ssh that logs in to the machine of that engine, whatever host it is to reach: both sides
// are those of OpenSSH, with keys of their own. The other side is started for each connection, and ends with it.
func (s *scenario) sshTo(t *testing.T, engine string) string {
	t.Helper()
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	for _, key := range []string{"host", "user"} {
		out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", at(key)).
			CombinedOutput()
		assert.NilError(t, err, "%s", out)
	}
	read := func(name string) string {
		text, err := os.ReadFile(name)
		assert.NilError(t, err)
		return string(text)
	}
	write := func(name, text string, mode os.FileMode) {
		assert.NilError(t, os.WriteFile(at(name), []byte(text), mode))
	}
	write("authorized", read(at("user.pub")), 0o600)
	write("known", "* "+strings.Join(strings.Fields(read(at("host.pub")))[:2], " ")+"\n", 0o600)
	write("sshd_config", fmt.Sprintf(`HostKey %s
PidFile none
AuthorizedKeysFile %s
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
AllowUsers root
PermitRootLogin prohibit-password
SetEnv DOCKER_HOST=%s PATH=%s
`, at("host"), at("authorized"), engine, s.lab.path), 0o600)
	users := read("/etc/passwd")
	if !strings.Contains(users, "\nsshd:") {
		users += "sshd:x:102:65534::/run/sshd:/usr/sbin/nologin\n"
	}
	write("passwd", users, 0o644)
	// it wants a user and a folder, which it is given where nobody else sees them
	server := filepath.Join(labEnvironment(t, s.store)["LAB_DIR"], "sshd")
	write("sshd", fmt.Sprintf("#!/bin/sh\nexec unshare --mount --propagation private sh -c '"+
		"mount --bind %s /etc/passwd && mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && "+
		"LD_LIBRARY_PATH=%s exec %s/sshd -i -e -f %s 2>>%s'\n",
		at("passwd"), server, server, at("sshd_config"), at("log")), 0o700)
	write(
		"ssh_config",
		fmt.Sprintf("Host *\n  User root\n  IdentityFile %s\n  IdentitiesOnly yes\n  UserKnownHostsFile %s\n"+
			"  StrictHostKeyChecking yes\n  ProxyCommand %s\n", at("user"), at("known"), at("sshd")),
		0o600,
	)
	client, err := exec.LookPath("ssh")
	assert.NilError(t, err)
	write("ssh", "#!/bin/sh\nexec "+client+" -F "+at("ssh_config")+" \"$@\"\n", 0o700)
	t.Cleanup(func() {
		if text, err := os.ReadFile(at("log")); err == nil && t.Failed() {
			t.Logf("sshd said:\n%s", text)
		}
	})
	return folder
}
