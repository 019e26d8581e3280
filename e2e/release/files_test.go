package release_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// filesJob runs what the release does with its files once they are built, where the changelog has this heading. It
// returns what GitHub's own program is called with.
func filesJob(t *testing.T, heading string) (called string, err error) {
	t.Helper()
	var w struct {
		Jobs map[string]struct{ Steps []struct{ Run string } }
	}
	assert.NilError(t, yaml.Unmarshal([]byte(read(t, ".github/workflows/release.yml")), &w))
	checkout, bin, calls := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "calls")
	changelog := strings.Replace(read(t, "CHANGELOG.md"), "\n## Unreleased\n", "\n"+heading+"\n", 1)
	for _, file := range []struct {
		path, text string
		mode       os.FileMode
	}{
		{filepath.Join(checkout, ".release", "install.sh"), read(t, ".release/install.sh"), 0o700},
		{filepath.Join(checkout, ".release", "notes"), read(t, ".release/notes"), 0o700},
		{filepath.Join(checkout, "bin", "cross", "SHA256SUMS"), "sums", 0o600},
		{filepath.Join(checkout, "CHANGELOG.md"), changelog, 0o600},
		{filepath.Join(bin, "gh"), "#!/bin/sh\necho \"$@\" >>\"$CALLS\"\n", 0o700},
	} {
		assert.NilError(t, os.MkdirAll(filepath.Dir(file.path), 0o700))
		assert.NilError(t, os.WriteFile(file.path, []byte(file.text), file.mode))
	}
	for _, step := range w.Jobs["files"].Steps {
		if step.Run == "" || strings.HasPrefix(step.Run, "make ") {
			continue
		}
		command := exec.CommandContext(t.Context(), "bash", "-ec", step.Run)
		command.Dir = checkout
		command.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "CALLS=" + calls, "GITHUB_REF_NAME=v1.0.0"}
		var out []byte
		if out, err = command.CombinedOutput(); err != nil {
			t.Logf("%s: %s", step.Run, out)
			break
		}
	}
	text, _ := os.ReadFile(calls)
	notes, _ := os.ReadFile(filepath.Join(checkout, "notes.md"))
	assert.Check(t, err != nil || len(notes) > 0)
	return string(text), err
}

// A release has its files, the install script and what the changelog says of it; without that it is not made.
func TestReleaseFiles(t *testing.T) {
	called, err := filesJob(t, "## 1.0.0 (2026-01-31)")
	assert.NilError(t, err)
	assert.Check(t, is.Equal(called,
		"release create v1.0.0 --verify-tag --notes-file notes.md bin/cross/SHA256SUMS bin/cross/install.sh\n"))
	called, err = filesJob(t, "## Unreleased")
	assert.Check(t, err != nil)
	assert.Check(t, is.Equal(called, ""))
}

// No package tells who packed it, which would make other bytes on another machine: RPM names the host, if it is let.
func TestPackagesNameNoHost(t *testing.T) {
	var packages struct {
		RPM struct{ BuildHost string }
	}
	assert.NilError(t, yaml.Unmarshal([]byte(read(t, ".release/nfpm.yaml")), &packages))
	assert.Check(t, packages.RPM.BuildHost != "")
}

// The image is made of the binaries of its own platforms, whatever else is released.
func TestImageBuildsItsPlatforms(t *testing.T) {
	command := exec.CommandContext(t.Context(), "make", "-n", "-C", filepath.Join("..", ".."), "image",
		"IMAGE_PLATFORMS=linux/arm/v7,linux/s390x", "CROSS=linux-amd64")
	out, err := command.Output()
	assert.NilError(t, err)
	assert.Equal(t, strings.Count(string(out), "./cmd/docker-multiplat"), 2)
	for _, name := range []string{"linux-arm-v7", "linux-s390x"} {
		assert.Check(t, is.Contains(string(out), `"bin/cross/docker-multiplat-`+name+`"`))
	}
}
