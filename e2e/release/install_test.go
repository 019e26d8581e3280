package release_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// installer is one run of the install script on a machine of its own: a home, a PATH, and a release.
type installer struct {
	t       *testing.T
	shell   string
	home    string
	release string
	environ []string
}

// tools are the programs that the script may use, beside those that a test takes away.
const tools = "awk cat chmod cp cut dirname head id mkdir mktemp mv rm sed sha256sum uname curl"

// forEachShell runs a test under every POSIX shell there is.
func forEachShell(t *testing.T, test func(*testing.T, *installer)) {
	t.Helper()
	for _, shell := range []string{"sh", "dash", "bash"} {
		path, err := exec.LookPath(shell)
		assert.NilError(t, err)
		t.Run(shell, func(t *testing.T) { test(t, newInstaller(t, path)) })
	}
}

// newInstaller makes a machine whose home has a space in its name, with a docker that runs plugins, and a release.
func newInstaller(t *testing.T, shell string) *installer {
	t.Helper()
	i := &installer{t: t, shell: shell, home: filepath.Join(t.TempDir(), "my home"), release: t.TempDir()}
	bin := filepath.Join(t.TempDir(), "bin")
	assert.NilError(t, os.Mkdir(bin, 0o750))
	assert.NilError(t, os.Mkdir(i.home, 0o750))
	for _, tool := range strings.Fields(tools) {
		path, err := exec.LookPath(tool)
		assert.NilError(t, err)
		assert.NilError(t, os.Symlink(path, filepath.Join(bin, tool)))
	}
	i.environ = []string{"HOME=" + i.home, "PATH=" + bin, "TMPDIR=" + t.TempDir()}
	i.script(filepath.Join(bin, "docker"), `exec "${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins/docker-multiplat" "$@"`)
	i.publish("v1.0.0")
	return i
}

// script writes a program of the shell.
func (i *installer) script(path, text string) {
	i.t.Helper()
	assert.NilError(i.t, os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700)) //nolint:gosec // a program
}

// publish makes the release: a plugin that says its version, and its sum.
func (i *installer) publish(version string) {
	i.t.Helper()
	arch := runtime.GOARCH
	if arch == "arm" {
		arch = "arm-v7"
	}
	name := "docker-multiplat-" + runtime.GOOS + "-" + arch
	file := filepath.Join(i.release, name)
	i.script(file, `echo "`+version+` x"`)
	text, err := os.ReadFile(file)
	assert.NilError(i.t, err)
	sums := fmt.Sprintf("%064d  docker-multiplat-plan9-x\n%x  %s\n%064d  %s.deb\n", 0, sha256.Sum256(text), name, 0, name)
	assert.NilError(i.t, os.WriteFile(filepath.Join(i.release, "SHA256SUMS"), []byte(sums), 0o600))
}

// plugin is where the plugin of this user is.
func (i *installer) plugin() string {
	return filepath.Join(i.home, ".docker", "cli-plugins", "docker-multiplat")
}

// run runs the script, from the folder of the release where nothing else is said.
func (i *installer) run(args ...string) (said string, code int) {
	i.t.Helper()
	script, err := filepath.Abs("../../.release/install.sh")
	assert.NilError(i.t, err)
	if !strings.Contains(strings.Join(args, " "), "--from") {
		args = append(args, "--from", i.release)
	}
	command := exec.CommandContext(i.t.Context(), i.shell, append([]string{script}, args...)...)
	command.Env, command.Dir = i.environ, i.t.TempDir()
	out, err := command.CombinedOutput()
	if command.ProcessState == nil {
		assert.NilError(i.t, err)
	}
	left, err := filepath.Glob(filepath.Join(i.environ[2][len("TMPDIR="):], "*"))
	assert.NilError(i.t, err)
	assert.Check(i.t, is.Len(left, 0), "it leaves temporary files")
	return string(out), command.ProcessState.ExitCode()
}

// succeeds runs the script and wants it to install.
func (i *installer) succeeds(args ...string) string {
	i.t.Helper()
	said, code := i.run(args...)
	assert.Equal(i.t, code, 0, said)
	return said
}

// refuses runs the script and wants it to say these words, and to leave the plugin alone.
func (i *installer) refuses(words string, args ...string) {
	i.t.Helper()
	before, _ := os.ReadFile(i.plugin())
	said, code := i.run(args...)
	assert.Check(i.t, code != 0 && strings.Contains(said, words), "%d: %s", code, said)
	after, _ := os.ReadFile(i.plugin())
	assert.Equal(i.t, string(after), string(before))
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(i.plugin()), ".docker-multiplat.*"))
	assert.Check(i.t, is.Len(left, 0))
}

// The plugin is put where the Docker CLI finds it, and replaced by running the script again.
func TestInstall(t *testing.T) {
	forEachShell(t, func(t *testing.T, i *installer) {
		said := i.succeeds()
		assert.Check(t, is.Contains(said, "installed "+i.plugin()+": v1.0.0"))
		assert.Check(t, is.Contains(said, "next: docker multiplat init"))
		info, err := os.Stat(i.plugin())
		assert.NilError(t, err)
		assert.Equal(t, info.Mode().Perm(), os.FileMode(0o755))
		i.publish("v1.1.0")
		assert.Check(t, is.Contains(i.succeeds(), ": v1.1.0"))
		assert.Check(t, is.Contains(i.succeeds("--uninstall"), "removed "+i.plugin()))
		_, err = os.Stat(i.plugin())
		assert.ErrorIs(t, err, os.ErrNotExist)
		i.refuses("there is no "+i.plugin(), "--uninstall")
	})
}

// The folder is that of DOCKER_CONFIG, or the one that is named.
func TestInstallFolder(t *testing.T) {
	forEachShell(t, func(t *testing.T, i *installer) {
		other := filepath.Join(t.TempDir(), "other config")
		i.environ = append(i.environ, "DOCKER_CONFIG="+other)
		assert.Check(t, is.Contains(i.succeeds(), filepath.Join(other, "cli-plugins", "docker-multiplat")))
		named := filepath.Join(t.TempDir(), "a b")
		said := i.succeeds("--dir=" + named)
		assert.Check(t, is.Contains(said, filepath.Join(named, "docker-multiplat")))
	})
}

// What is not what was released is not installed, and what was there stays.
func TestInstallWrongSum(t *testing.T) {
	forEachShell(t, func(t *testing.T, i *installer) {
		i.succeeds()
		files, err := filepath.Glob(filepath.Join(i.release, "docker-multiplat-*"))
		assert.NilError(t, err)
		i.script(files[0], "echo something else")
		i.refuses("it is not what was released; nothing was changed")
		assert.NilError(t, os.WriteFile(filepath.Join(i.release, "SHA256SUMS"), []byte("0  other\n"), 0o600))
		i.refuses("SHA256SUMS does not speak of docker-multiplat-")
		assert.NilError(t, os.Remove(filepath.Join(i.release, "SHA256SUMS")))
		i.refuses("there is no SHA256SUMS in ")
	})
}

// Without a Docker CLI the plugin is installed, and it is said what is missing.
func TestInstallWithoutDocker(t *testing.T) {
	forEachShell(t, func(t *testing.T, i *installer) {
		assert.NilError(t, os.Remove(filepath.Join(i.environ[1][len("PATH="):], "docker")))
		said := i.succeeds()
		assert.Check(t, is.Contains(said, "docker is not here"))
		assert.Check(t, is.Contains(said, "https://docs.docker.com/engine/install"))
		assert.Check(t, !strings.Contains(said, "next:"))
	})
}

// A plugin that the Docker CLI does not find, or that another hides, is told.
func TestInstallHidden(t *testing.T) {
	forEachShell(t, func(t *testing.T, i *installer) {
		i.succeeds()
		i.publish("v2.0.0")
		said := i.succeeds("--dir", t.TempDir())
		assert.Check(t, is.Contains(said, "docker runs another one, which comes first: v1.0.0"))
		i.script(filepath.Join(i.environ[1][len("PATH="):], "docker"), "echo 'unknown command: docker multiplat' >&2; exit 1")
		assert.Check(t, is.Contains(i.succeeds(), "docker does not find the plugin there: unknown command"))
	})
}

// A folder that cannot be written says what to do; root writes everywhere, but not into a file.
func TestInstallReadOnly(t *testing.T) {
	forEachShell(t, func(t *testing.T, i *installer) {
		file := filepath.Join(t.TempDir(), "file")
		assert.NilError(t, os.WriteFile(file, nil, 0o600))
		i.refuses("cannot be written; nothing was changed. Run it as root with --system, or give --dir", "--dir", file)
		i.refuses("cannot be written", "--dir", "/proc/here")
	})
}

// A release is taken from a server, too; what it does not have leaves everything as it was.
func TestInstallFromServer(t *testing.T) {
	forEachShell(t, func(t *testing.T, i *installer) {
		requests := make(chan string, 100)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests <- r.Method + " " + r.URL.Path
			http.FileServer(http.Dir(i.release)).ServeHTTP(w, r)
		}))
		defer server.Close()
		i.succeeds("--from", server.URL+"/")
		asked := make([]string, len(requests))
		for n := range asked {
			asked[n] = <-requests
		}
		assert.Equal(t, len(asked), 2, "%q", asked) // the sums and the plugin, and nothing else
		assert.Check(t, slices.Contains(asked, "GET /SHA256SUMS"), "%q", asked)
		i.refuses("failed; nothing was changed", "--from", server.URL+"/none")
		i.refuses("is neither a folder nor a URL", "--from", "/nowhere")
		assert.NilError(t, os.Remove(filepath.Join(i.environ[1][len("PATH="):], "curl")))
		i.refuses("neither curl nor wget is here", "--from", server.URL)
	})
}

// What is typed wrong ends at once.
func TestInstallArguments(t *testing.T) {
	forEachShell(t, func(t *testing.T, i *installer) {
		for _, tc := range [][]string{
			{`unknown argument "--what"`, "--what"},
			{"--version needs a value", "--version"},
			{"exclude each other", "--system", "--dir", "x"},
			{`"../../evil" is no version`, "--version", "../../evil"},
		} {
			i.refuses(tc[0], append([]string{"--from=" + i.release}, tc[1:]...)...)
		}
		assert.Check(t, is.Contains(i.succeeds("--help"), "--uninstall"))
	})
}
