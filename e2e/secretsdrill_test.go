//go:build e2e && drill

package e2e

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// secret is something that is given to a build, and where it may be seen.
type secret struct {
	canary string
	// recorded: BuildKit itself records it, in the provenance and the history of the image.
	recorded bool
	// theirs: BuildKit records it of a build of buildx, and of none of ours.
	theirs bool
}

// TestDrillSecrets gives a build a canary in each way that there is, with a debug log, metadata, reports and the full
// provenance, and looks for it in all that is printed and left, and in the arguments of every process.
func TestDrillSecrets(t *testing.T) {
	drilltest.Run(t, drilltest.Kind{Name: "secrets of a build", Run: func(t *testing.T, d *drilltest.Drill) {
		t.Helper()
		forEachStore(t, func(t *testing.T, s *scenario) {
			count := d.Try(t)
			s.keepsSecrets(t)
			count(0, true)
		}, containerdStore)
	}})
}

func (s *scenario) keepsSecrets(t *testing.T) {
	t.Helper()
	secrets := map[string]secret{
		"file": {
			canary: "canary-file-1",
		},
		"environment": {canary: "canary-env-2"},
		"url":         {canary: "canary-url-3", theirs: true},
		"key":         {canary: "canary-key-4"},
		"argument":    {canary: "canary-arg-5", recorded: true},
		"login":       {canary: "canary-login-6"},
		"query":       {canary: "canary-query-7"},
	}
	s.write("Dockerfile", `FROM busybox
ARG TOKEN
RUN --mount=type=secret,id=file --mount=type=secret,id=env --mount=type=ssh \
    cat /run/secrets/file /run/secrets/env | sha256sum > /sum && test -S "$SSH_AUTH_SOCK"
`)
	git := s.gitWith(t, secrets["url"].canary)
	s.write("secret", secrets["file"].canary)
	s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
	g := newGuarded(t, s.lab.registry)
	s.docker("login", "-u", "someone", "-p", password, g.host).succeeds(t)
	secrets["password"] = secret{canary: password}
	socket := s.sshAgent(t, secrets["key"].canary)
	with := s.with("SECRET="+secrets["environment"].canary, "TOKEN="+secrets["argument"].canary)
	name := s.repositoryAt(g.host, "app") + ":1"
	given := "--secret id=file,src=secret --secret id=env,env=SECRET --build-arg TOKEN --ssh default=" + socket + " -t "
	flags := strings.Fields(
		"build --debug --push --no-cache --provenance=mode=max --sbom=false --metadata-file meta.json " +
			"--report report.html --report report.json --report report.md --report report.xml --test true " + given + name,
	)
	log := filepath.Join(t.TempDir(), "exec")
	traced := strings.Fields("-f -qq -s 100000 -e signal=none -e trace=execve -o " + log + " docker multiplat")
	stop := sample(t, secrets, "DOCKER_CONFIG="+s.config)
	first := with.finish(with.command("strace", slices.Concat(traced, flags, []string{"."})...)).succeeds(t)
	started, err := os.ReadFile(log)
	assert.NilError(t, err)
	url := "http://someone:" + secrets["url"].canary + "@" + git + "/app.git"
	second := with.run(slices.Concat(flags, []string{url + "?x=" + secrets["query"].canary})...)
	third := with.run(append(flags, url)...)
	third.succeeds(t)
	said := fmt.Sprint(first.Stdout, first.Stderr, second.Stdout, second.Stderr, third.Stdout, third.Stderr,
		with.run("inspect", "--debug", name), with.run("ls"), with.run("verify", "--debug", name),
		with.docker("--debug", "multiplat", "diff", name))
	seen := stop()
	s.searches(t, secrets)
	stop = sample(t, secrets, "DOCKER_CONFIG="+s.config)
	theirs := strings.Fields("buildx build --push --no-cache --provenance=mode=max --sbom=false --platform " +
		"linux/amd64,linux/arm64 " + given + s.repositoryAt(g.host, "app") + ":theirs " + url)
	with.docker(theirs...).succeeds(t)
	known := stop()
	t.Logf("seen in processes: %q; of buildx: %q", seen, known)
	left := without(seen, expected(known)...)
	assert.Check(t, len(left) == 0, "in the arguments or the environment of a process: %q", left)
	s.recordsNoMore(t, name, s.repositoryAt(g.host, "app")+":theirs", secrets)
	for what, given := range secrets {
		for _, spelled := range spellings(given.canary) {
			assert.Check(t, !strings.Contains(said, spelled), "%s: printed", what)
			assert.Check(t, !strings.Contains(string(started), spelled), "%s: in the arguments of a process", what)
		}
	}
}

// expected are the processes that secrets are met in: those of a build of buildx, but for the address, which is met in
// the command line alone, and the steps of the build, whichever were met.
func expected(known []string) []string {
	known = slices.DeleteFunc(known, func(what string) bool { return strings.HasPrefix(what, "url: ") })
	for _, command := range []string{"docker", "docker-multiplat"} {
		known = append(known, "url: arguments of "+command, "query: arguments of "+command)
	}
	for _, step := range []string{"sh", "cat", "sha256sum", "qemu-aarch64"} {
		known = append(known, "argument: environment of "+step)
	}
	return known
}

// spellings are how a canary may be written: as it is, and as what it signs in with is sent.
func spellings(canary string) []string {
	encoded := base64.StdEncoding.EncodeToString
	return []string{
		canary, encoded([]byte(canary)), encoded([]byte("someone:" + canary)), fmt.Sprintf("%x", canary),
	}
}

// searches looks for the canaries in every file that is left.
func (s *scenario) searches(t *testing.T, secrets map[string]secret) {
	t.Helper()
	for what, given := range secrets {
		for _, spelled := range spellings(given.canary) {
			s.search(t, what, spelled, given.recorded)
		}
	}
}

// search looks for a canary in every file that is left, but in those where it was given.
func (s *scenario) search(t *testing.T, what, canary string, recorded bool) {
	t.Helper()
	store := filepath.Join(s.config, "multiplat")
	for _, root := range []string{s.config, s.dir} {
		assert.NilError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			given := path == filepath.Join(s.config, "config.json") || path == filepath.Join(s.dir, "secret")
			if err != nil || !entry.Type().IsRegular() || given || strings.Contains(path, "cli-plugins") {
				return err
			}
			text, err := os.ReadFile(path) //nolint:gosec // nothing but the test writes there
			blob := recorded && strings.HasPrefix(path, store) && strings.Contains(path, "/blobs/")
			assert.Check(t, blob || !strings.Contains(string(text), canary), "%s: in %s", what, path)
			return err
		}))
	}
}

// sshAgent starts an SSH agent with a key whose comment is the canary.
func (s *scenario) sshAgent(t *testing.T, comment string) (socket string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "agent.sock")
	agent := s.command("ssh-agent", "-D", "-a", socket)
	assert.NilError(t, agent.Start())
	t.Cleanup(func() {
		assert.NilError(t, agent.Process.Kill())
		_ = agent.Wait() // killed
	})
	eventually(t, "the SSH agent to listen", func() error {
		_, err := os.Stat(socket)
		return err
	})
	key := filepath.Join(t.TempDir(), "key")
	s.finish(s.command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", key)).succeeds(t)
	add := s.command("ssh-add", key)
	add.Env = append(add.Env, "SSH_AUTH_SOCK="+socket)
	s.finish(add).succeeds(t)
	return socket
}
