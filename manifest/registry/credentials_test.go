package registry

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// helperOnPath puts docker-credential-fake with this script first on PATH.
func helperOnPath(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "docker-credential-fake")
	assert.NilError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o600))
	assert.NilError(t, os.Chmod(path, 0o700))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func helperConfig() *configfile.ConfigFile {
	file := configfile.New("")
	file.CredentialsStore = "fake"
	return file
}

func registryNamed(t *testing.T, host string) name.Registry {
	t.Helper()
	reg, err := name.NewRegistry(host)
	assert.NilError(t, err)
	return reg
}

func TestKeychainHelper(t *testing.T) {
	const notFound = `echo "credentials not found in native keychain"; exit 1`
	tests := map[string]struct {
		script string
		want   authn.AuthConfig
	}{
		"password": {`cat >/dev/null; echo '{"Username":"u","Secret":"s"}'`, authn.AuthConfig{Username: "u", Password: "s"}},
		"identity": {`cat >/dev/null; echo '{"Username":"<token>","Secret":"s"}'`, authn.AuthConfig{IdentityToken: "s"}},
		"nothing":  {"cat >/dev/null; " + notFound, authn.AuthConfig{}},
		"Docker Hub": {
			`read url; [ "$url" = https://index.docker.io/v1/ ] && echo '{"Username":"hub","Secret":"s"}'`,
			authn.AuthConfig{Username: "hub", Password: "s"},
		},
	}
	for title, tc := range tests {
		t.Run(title, func(t *testing.T) {
			helperOnPath(t, tc.script)
			host := "reg.example"
			if title == "Docker Hub" {
				host = "docker.io"
			}
			auth, err := authn.Resolve(t.Context(), Keychain(helperConfig()), registryNamed(t, host))
			assert.NilError(t, err)
			got, err := authn.Authorization(t.Context(), auth)
			assert.NilError(t, err)
			assert.DeepEqual(t, *got, tc.want)
		})
	}
}

func TestKeychainHelperFails(t *testing.T) {
	tests := map[string]struct{ script, want string }{
		"exit 1":   {`cat >/dev/null; echo 'agent: {"Secret": "canary"} locked'; exit 1`, "agent: … locked"},
		"plain":    {`cat >/dev/null; echo 'password=canary is locked, https://u:canary@host'; exit 1`, "locked"},
		"escaped":  {`cat >/dev/null; printf 'agent: {"Secret": "\\"canary"} locked'; exit 1`, "agent: …"},
		"unquoted": {`cat >/dev/null; echo 'agent: {Secret: canary}'; exit 1`, "agent: …"},
		"lines":    {`cat >/dev/null; printf 'agent\nERROR: forged\n'; exit 1`, "agent ERROR: forged"},
		"garbage":  {`cat >/dev/null; echo 'welcome!'`, "invalid character"},
		"no names": {`cat >/dev/null; echo '{}'`, "neither a name nor a secret"},
	}
	for title, tc := range tests {
		t.Run(title, func(t *testing.T) {
			helperOnPath(t, tc.script)
			_, err := authn.Resolve(t.Context(), Keychain(helperConfig()), registryNamed(t, "reg.example"))
			assert.ErrorIs(t, err, ErrCredentials)
			assert.ErrorContains(t, err, "docker-credential-fake at reg.example")
			assert.ErrorContains(t, err, tc.want)
			assert.Assert(t, !strings.Contains(err.Error(), "canary"), "%v", err)
		})
	}
}

func TestKeychainHelperMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	proxy := registrytest.New(t)
	client := New(WithKeychain(Keychain(helperConfig())), WithClock(newFakeClock()))
	_, err := client.Repository(t.Context(), named(t, proxy.Host()+"/team/app"), Push)
	assert.ErrorIs(t, err, ErrCredentials)
	assert.ErrorContains(t, err, "docker-credential-fake")
	assert.Equal(t, len(proxy.Log("")), 0, "nothing may be sent anonymously")
}

// hangingHelper does not answer. What it returns tells whether the helper still runs.
func hangingHelper(t *testing.T) (running func() bool) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pid")
	helperOnPath(t, fmt.Sprintf("echo $$ > %[1]q.new; mv %[1]q.new %[1]q; exec sleep 600", file))
	return func() bool {
		text, err := os.ReadFile(file)
		if err != nil {
			return false // it was never begun
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		assert.NilError(t, err)
		return syscall.Kill(pid, 0) == nil
	}
}

func TestKeychainHelperHangs(t *testing.T) {
	running := hangingHelper(t)
	k := &keychain{config: helperConfig(), limit: time.Second, stderr: io.Discard}
	_, err := k.Resolve(registryNamed(t, "reg.example"))
	assert.ErrorIs(t, err, ErrCredentials)
	assert.ErrorContains(t, err, "docker-credential-fake at reg.example: no answer within 1s")
	assert.Assert(t, !running(), "the helper was left behind")
}

func TestKeychainCancelled(t *testing.T) {
	running := hangingHelper(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := authn.Resolve(ctx, Keychain(helperConfig()), registryNamed(t, "reg.example"))
	assert.ErrorIs(t, err, context.Canceled)
	assert.Assert(t, !running(), "the helper was left behind")
}

// DOCKER_AUTH_CONFIG comes before a helper, as in the Docker CLI.
func TestKeychainEnvironment(t *testing.T) {
	helperOnPath(t, `cat >/dev/null; echo '{"Username":"helper","Secret":"s"}'`)
	t.Setenv("DOCKER_AUTH_CONFIG", `{"auths":{"reg.example":{"auth":"ZW52OnM="}}}`)
	for host, want := range map[string]string{"reg.example": "env", "other.example": "helper"} {
		auth, err := Keychain(helperConfig()).Resolve(registryNamed(t, host))
		assert.NilError(t, err)
		got, err := authn.Authorization(t.Context(), auth)
		assert.NilError(t, err)
		assert.Equal(t, got.Username, want)
	}
}

func TestKeychainFile(t *testing.T) {
	file := configfile.New("")
	file.AuthConfigs["reg.example"] = types.AuthConfig{Username: "u", Password: "s"}
	file.AuthConfigs["empty.example"] = types.AuthConfig{ServerAddress: "empty.example"}
	for host, want := range map[string]authn.AuthConfig{
		"reg.example":   {Username: "u", Password: "s"},
		"empty.example": {},
		"other.example": {},
	} {
		auth, err := Keychain(file).Resolve(registryNamed(t, host))
		assert.NilError(t, err)
		got, err := authn.Authorization(t.Context(), auth)
		assert.NilError(t, err)
		assert.DeepEqual(t, *got, want)
	}
}

// What a helper says to its user is shown without what a terminal would obey, and without the secret.
func TestHelperSpeaksToItsUser(t *testing.T) {
	helperOnPath(t, `cat >/dev/null
printf 'looking\033[2J\302\2331m\nhave s3cr3t-word, password=canary\nhttps://u:canary@host\n' >&2
echo '{"Username":"u","Secret":"s3cr3t-word"}'`)
	var said bytes.Buffer
	k := &keychain{config: helperConfig(), limit: time.Minute, stderr: &said}
	_, err := k.Resolve(registryNamed(t, "reg.example"))
	assert.NilError(t, err)
	assert.Equal(t, said.String(), "  | looking\\x1b[2J\\x9b1m\n  | have …, password=…\n  | https://u:…@host\n")
}

// A question, which does not end its line, is shown at once: the helper waits for the answer.
func TestHelperAsksItsUser(t *testing.T) {
	helperOnPath(t, `cat >/dev/null
printf 'unlocking\nPIN: ' >&2
until [ -e "$ANSWER" ]; do sleep 0.05; done
printf '\nopen\n' >&2
echo '{"Username":"u","Secret":"s"}'`)
	answer := filepath.Join(t.TempDir(), "answer")
	t.Setenv("ANSWER", answer)
	said := &questioned{text: "PIN: ", answer: func() { assert.Check(t, os.WriteFile(answer, nil, 0o600)) }}
	k := &keychain{config: helperConfig(), limit: time.Minute, stderr: said}
	_, err := k.Resolve(registryNamed(t, "reg.example"))
	assert.NilError(t, err)
	assert.Equal(t, said.shown.String(), "  | unlocking\n  | PIN: \n  | open\n")
}

// questioned is a user who answers once a text is shown.
type questioned struct {
	shown  bytes.Buffer
	text   string
	answer func()
}

func (a *questioned) Write(p []byte) (int, error) {
	n, err := a.shown.Write(p)
	if strings.HasSuffix(a.shown.String(), a.text) {
		a.answer()
	}
	return n, err
}
