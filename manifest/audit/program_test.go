package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const (
	programModule = "module app\n"
	programSource = "package main\n\nfunc main() { println(1) }\n"
)

// goProgram gives a static Go program of a platform. One that was built before, from the same source by the same Go, is
// taken from the user's cache folder: linking all of them takes longer than all other tests of this package.
func goProgram(t *testing.T, platform string) []byte {
	t.Helper()
	settings := programSettings(t, platform)
	kept := filepath.Join(programFolder(t), programKey(t, settings))
	if body, err := os.ReadFile(kept); err == nil {
		return body
	}
	body := buildProgram(t, settings)
	keepProgram(t, kept, body)
	return body
}

// programSettings is the environment a program of a platform is built in.
func programSettings(t *testing.T, platform string) []string {
	t.Helper()
	p := parsePlatform(t, platform)
	return []string{
		"CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off", "GOOS=" + p.OS, "GOARCH=" + p.Architecture,
		"GOARM=" + strings.TrimPrefix(p.Variant, "v"),
	}
}

// programFolder is where programs are kept; where a user has no cache folder, it is new for each test.
func programFolder(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		return t.TempDir()
	}
	return filepath.Join(cache, "docker-multiplat-test", "programs")
}

// programKey names what a program is built of, and by which Go.
func programKey(t *testing.T, settings []string) string {
	t.Helper()
	version, err := exec.CommandContext(t.Context(), "go", "version").Output()
	assert.NilError(t, err)
	parts := append([]string{string(version), programModule, programSource}, settings...)
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// buildProgram builds a program.
func buildProgram(t *testing.T, settings []string) []byte {
	t.Helper()
	folder := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "go.mod"), []byte(programModule), 0o600))
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "main.go"), []byte(programSource), 0o600))
	build := exec.CommandContext(t.Context(), "go", "build", "-o", "app", ".")
	build.Dir = folder
	build.Env = append(os.Environ(), settings...)
	output, err := build.CombinedOutput()
	assert.NilError(t, err, "%s", output)
	body, err := os.ReadFile(filepath.Join(folder, "app"))
	assert.NilError(t, err)
	return body
}

// keepProgram keeps a program, whole or not at all. A folder that cannot be written keeps nothing.
func keepProgram(t *testing.T, path string, body []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return
	}
	file, err := os.CreateTemp(filepath.Dir(path), "new-*")
	if err != nil {
		return
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.Write(body)
	if closed := file.Close(); err == nil && closed == nil {
		assert.NilError(t, os.Rename(file.Name(), path))
	}
}
