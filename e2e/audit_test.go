//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/containerd/platforms"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

const auditedPlatforms = "linux/arm64,linux/arm/v7,linux/s390x"

// goPrograms puts a static Go program of each platform into the build context, as bin/OS/ARCH[/VARIANT]/app.
func (s *scenario) goPrograms(t *testing.T, list ...string) {
	t.Helper()
	source := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(source, "go.mod"), []byte("module app\n"), 0o600))
	assert.NilError(t, os.WriteFile(filepath.Join(source, "main.go"),
		[]byte("package main\n\nfunc main() { println(1) }\n"), 0o600))
	for _, name := range list {
		p, err := platforms.Parse(name)
		assert.NilError(t, err)
		build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(s.dir, "bin", name, "app"), ".")
		build.Dir = source
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS="+p.OS, "GOARCH="+p.Architecture,
			"GOARM="+strings.TrimPrefix(p.Variant, "v"))
		output, err := build.CombinedOutput()
		assert.NilError(t, err, "%s", output)
	}
}

// Every way to an image of the wrong architecture is caught on three platforms, before anything runs; the file is
// named, nothing can be published, and the next build without it opens the gate.
func TestAuditCatchesWrongImages(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", auditedPlatforms).succeeds(t)
		s.goPrograms(t, "linux/amd64")
		s.write("run.sh", "#!/opt/interpreter\n")
		assert.NilError(t, os.Chmod(filepath.Join(s.dir, "run.sh"), 0o700))
		name := s.repository("wrong") + ":1"
		for _, tc := range []struct{ kind, dockerfile, says, layer string }{
			{
				"foreign static program", "FROM busybox\nCOPY bin/linux/amd64/app /usr/bin/app\n",
				"/usr/bin/app: x86-64 executable", "COPY bin/linux/amd64/app /usr/bin/app",
			},
			{
				"foreign shared object", "FROM busybox\nCOPY --chmod=644 bin/linux/amd64/app /usr/lib/libapp.so.1\n",
				"/usr/lib/libapp.so.1: x86-64 shared object", "COPY --chmod=644 bin/linux/amd64/app /usr/lib/libapp.so.1",
			},
			{
				"foreign base under a right label",
				"FROM --platform=linux/amd64 busybox AS other\nFROM scratch\nCOPY --from=other / /\nCMD [\"sh\"]\n",
				"/bin/busybox: x86-64 executable", "COPY / /",
			},
			{ // the Dockerfile frontend writes the platform asked for into the config, whatever the base is
				"base of another platform", "FROM --platform=linux/amd64 busybox\n",
				"/bin/busybox: x86-64 executable; it is the command", "COPY linux_amd64/ /",
			},
			{"entrypoint not there", "FROM busybox\nENTRYPOINT [\"/usr/bin/app\"]\n", "/usr/bin/app: it is not there", ""},
			{
				"script with a foreign interpreter",
				"FROM busybox\nCOPY bin/linux/amd64/app /opt/interpreter\nCOPY run.sh /run.sh\nENTRYPOINT [\"/run.sh\"]\n",
				"/opt/interpreter: x86-64 executable; it is the interpreter of /run.sh", "COPY bin/linux/amd64/app /opt/interpreter",
			},
		} {
			s.write("Dockerfile", tc.dockerfile)
			r := s.run("build", "-t", name, ".").exits(t, 5)
			for _, platform := range strings.Split(auditedPlatforms, ",") {
				assert.Assert(t, saysOf(r.Stderr, platform, tc.says, tc.layer), "%s on %s", tc.kind, platform)
			}
			assert.Equal(t, r.Stdout, "", tc.kind)
			refused := s.run("publish", name).exits(t, 5)
			assert.Assert(t, is.Contains(refused.Stderr, "tag "+name+" unchanged"), tc.kind)
		}
		assert.Equal(t, len(s.registry.tags(t, s.repository("wrong"))), 0)

		s.write("Dockerfile", "FROM busybox\nCOPY bin/linux/amd64/app /opt/app\n")
		s.run("build", "-t", name, ".").exits(t, 5)
		s.run("publish", "--allow-untested", name).exits(t, 5)
		allowed := s.run("build", "--allow-foreign", "/opt/**", "-t", name, ".").succeeds(t)
		assert.Assert(t, is.Contains(allowed.Stderr, " ok "))
		s.run("publish", "--allow-untested", name).exits(t, 5) // no test has recorded the exception
		s.run("publish", "--allow-untested="+auditedPlatforms, "--reason", "data", name).succeeds(t)
	}, containerdStore)
}

// saysOf tells whether one line of an error speaks of a platform and says all of this.
func saysOf(text, platform string, all ...string) bool {
	for line := range strings.Lines(text) {
		found := strings.Contains(line, platform)
		for _, part := range all {
			found = found && strings.Contains(line, part)
		}
		if found {
			return true
		}
	}
	return false
}
