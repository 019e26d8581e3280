//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// peers makes the other tools of the trade available: crane and regctl in the lab's folder, skopeo from Debian.
func (s *scenario) peers(t *testing.T) {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), filepath.Join("lab", "lab"), "peers").CombinedOutput()
	assert.NilError(t, err, string(output))
}

// tool runs another program in the scenario's environment.
func (s *scenario) tool(name string, args ...string) result {
	s.t.Helper()
	if built := filepath.Join(filepath.Dir(s.lab.buildx), name); exists(built) {
		name = built
	}
	return s.finish(s.command(name, args...))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// What publish writes is what every other tool reads: all see the same digest and the same platforms, and the
// engine runs each of them.
func TestPublishedIndexIsReadByAll(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.peers(t)
		s.write("Dockerfile", app)
		s.write("greeting", "hello\n")
		name := s.repository("app") + ":1.0"
		s.run("init", "--platform", fourPlatforms).succeeds(t)
		s.run("build", "--test-local", "-t", name, ".").succeeds(t)
		s.run("publish", "--arch-tags=none", name).succeeds(t)
		index, id := s.registry.index(t, s.repository("app"), "1.0")
		body, _ := s.registry.manifest(t, s.repository("app"), "1.0")

		assert.Equal(t, strings.TrimSpace(s.tool("crane", "digest", name).succeeds(t).Stdout), id.String())
		s.tool("crane", "validate", "--remote", name).succeeds(t)
		regctl := []string{"--host", "reg=" + s.lab.registry + ",tls=disabled"}
		digest := s.tool("regctl", append(regctl, "manifest", "head", name)...).succeeds(t)
		assert.Equal(t, strings.TrimSpace(digest.Stdout), id.String())
		raw := s.tool("skopeo", "inspect", "--raw", "--tls-verify=false", "docker://"+name).succeeds(t)
		assert.Equal(t, raw.Stdout, string(body.Body))
		copied := "oci:" + filepath.Join(s.dir, "copied") + ":1.0"
		s.tool("skopeo", "copy", "--all", "--src-tls-verify=false", "docker://"+name, copied).succeeds(t)

		for _, platform := range platformsOf(index) {
			s.docker("pull", "--quiet", "--platform", platform, name).succeeds(t)
			ran := s.docker("run", "--rm", "--platform", platform, name, "uname", "-m").succeeds(t)
			assert.Equal(t, strings.TrimSpace(ran.Stdout), machineNames[platform])
			s.docker("image", "rm", "--force", name).succeeds(t)
		}
		var seen ocispec.Index
		inspected := s.docker("manifest", "inspect", "--insecure", name).succeeds(t)
		assert.NilError(t, json.Unmarshal([]byte(inspected.Stdout), &seen))
		assert.DeepEqual(t, platformsOf(seen)[:4], strings.Split(fourPlatforms, ","))
		buildx := s.docker("buildx", "imagetools", "inspect", name).succeeds(t)
		assert.Assert(t, is.Contains(buildx.Stdout, id.String()))
		assert.Equal(t, strings.Count(buildx.Stdout, "attestation-manifest"), 4)
	})
}

// Images of every sort keep their platforms: os.version of Windows, and the variants of arm.
func TestMergePlatforms(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		configs := []ocispec.Platform{
			{OS: "linux", Architecture: "amd64"},
			{OS: "windows", Architecture: "amd64", OSVersion: "10.0.17763.5936", OSFeatures: []string{"win32k"}},
			{OS: "windows", Architecture: "amd64", OSVersion: "10.0.20348.2527"},
			{OS: "linux", Architecture: "arm", Variant: "v6"},
			{OS: "linux", Architecture: "arm", Variant: "v7"},
			{OS: "linux", Architecture: "arm64", Variant: "v8"},
		}
		p := newProxy(t, s.lab.registry)
		name := s.repositoryAt(p.host, "app")
		merge := []string{"merge", "--allow-untested", "--arch-tags", "none", "-t", name + ":1"}
		for i, platform := range configs {
			tag := "part" + string(rune('0'+i))
			s.registry.pushImage(t, s.repository("app"), tag, platform)
			merge = append(merge, name+":"+tag)
		}
		s.run(merge...).succeeds(t)
		total := len(p.requests(""))
		assert.Check(t, total <= 2*len(configs)+4, "%d requests for %d images", total, len(configs))
		puts := p.requests("PUT")
		tagged := slices.DeleteFunc(
			slices.Clone(puts),
			func(e exchange) bool { return !strings.HasSuffix(e.Path, "/manifests/1") },
		)
		assert.Equal(t, len(tagged), 1)
		assert.DeepEqual(t, tagged[0], puts[len(puts)-1])
		index, _ := s.registry.index(t, s.repository("app"), "1")
		assert.Equal(t, len(index.Manifests), len(configs))
		configs[5].Variant = "" // arm64 is v8
		for i, entry := range index.Manifests {
			assert.DeepEqual(t, *entry.Platform, configs[i])
		}
		assert.Assert(t, is.Contains(s.docker("manifest", "inspect", "--insecure", name+":1").succeeds(t).Stdout,
			`"os.version": "10.0.20348.2527"`))
		s.run("verify", "--deep", name+":1").succeeds(t)
	}, containerdStore)
}
