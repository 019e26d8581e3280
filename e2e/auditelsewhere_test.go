//go:build e2e

package e2e

import (
	"slices"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// What slipped into a registry is caught there: by verify, by a merge before anything is written, and by a test on
// another host before anything runs. What is allowed by its path passes all three.
func TestAuditElsewhere(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		const foreign = "/opt/app: x86-64 executable"
		repository := s.repository("app")
		s.run("init", "--platform", "linux/arm64").succeeds(t)
		s.goPrograms(t, "linux/amd64")
		s.write("Dockerfile", "FROM busybox\nCOPY bin/linux/amd64/app /opt/app\nCMD [\"true\"]\n")
		s.run("build", "--allow-foreign", "/opt", "-t", repository+":1", ".").succeeds(t)
		s.run("publish", "--allow-untested", repository+":1").succeeds(t)
		_, id := s.registry.index(t, repository, "1")
		by := repository + "@" + id.String()

		verified := s.run("verify", "--deep", by).exits(t, 9)
		assert.Assert(t, saysOf(verified.Stderr, "linux/arm64", foreign, "COPY bin/linux/amd64/app /opt/app"))
		s.run("verify", by).succeeds(t)
		s.run("verify", "--deep", "--allow-foreign", "/opt", by).succeeds(t)

		merged := s.run("merge", "--deep", "-t", repository+":2", by).exits(t, 5)
		assert.Assert(t, saysOf(merged.Stderr, "linux/arm64", foreign))
		assert.Assert(t, is.Contains(merged.Stderr, "tag "+repository+":2 unchanged"))
		assert.DeepEqual(t, s.registry.tags(t, repository), []string{"1", "1--arm64", "1--arm64.att"})

		tested := s.run("test", "--progress", "plain", by).exits(t, 5)
		assert.Assert(t, saysOf(tested.Stderr, "linux/arm64", foreign))
		assert.Assert(t, !strings.Contains(tested.Stderr, " testing smoke test"), "it was run")
		tested = s.run("test", "--allow-foreign", "/opt", by).succeeds(t)
		record := strings.TrimSpace(tested.Stdout)
		read := s.run("merge", "--deep", "--allow-foreign", "/opt", "--progress", "plain", "-t", repository+":2", record).
			succeeds(t)
		assert.Assert(t, is.Contains(read.Stderr, " audit "), "its record is no reason not to audit")
		s.run("merge", "--deep", "-t", repository+":2", record).exits(t, 5)
		s.run("verify", "--require-tested", repository+":2").succeeds(t)
	}, containerdStore)
}

// A config that says another platform than the index is caught on three platforms, wherever such an image turns up. It
// takes another tool to make one: a build writes the platform asked for, and merge marks what is set by hand.
func TestAuditCatchesWrongConfigs(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		repository := s.repository("app")
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\n")
		s.run("build", "-t", repository+":right", ".").succeeds(t)
		s.run("publish", "--allow-untested", repository+":right").succeeds(t)
		for platform, set := range map[string]string{
			"linux/arm64": "arch=arm64", "linux/arm/v7": "arch=arm,variant=v7", "linux/s390x": "arch=s390x",
		} {
			tag := strings.ReplaceAll(strings.TrimPrefix(platform, "linux/"), "/", "")
			// a Docker list has no annotations, so that nothing marks the entry
			s.run("merge", "--allow-untested", "--media-type", "docker", "--set-platform", "linux/amd64="+set,
				"-t", repository+":"+tag, repository+":right--amd64").succeeds(t)
			_, id := s.registry.index(t, repository, tag)
			by := repository + "@" + id.String()
			const says = "the image's config says that it is for linux/amd64"
			for code, args := range map[int][]string{
				5: {"test", "--platform", platform, by},
				9: {"verify", "--deep", by},
			} {
				r := s.run(args...).exits(t, code)
				assert.Assert(t, saysOf(r.Stderr, platform, "/bin/busybox: x86-64 executable"), r.Stderr)
				assert.Assert(t, saysOf(r.Stderr, platform, "says "), r.Stderr)
			}
			merged := s.run("merge", "--deep", "--allow-untested", "-t", repository+":2", by).exits(t, 5)
			assert.Assert(t, saysOf(merged.Stderr, platform, says), merged.Stderr)
		}
		tags := s.registry.tags(t, repository)
		slices.Sort(tags)
		assert.DeepEqual(t, tags, []string{
			"arm64", "arm64--arm64", "armv7", "armv7--armv7", "right", "right--amd64", "right--amd64.att", "s390x",
			"s390x--s390x",
		})
	}, containerdStore)
}

// fromZstd pushes an image of a Dockerfile whose layers are compressed with zstd, and is the line that builds upon it.
func (s *scenario) fromZstd(t *testing.T, name, platforms, dockerfile string) string {
	t.Helper()
	s.write("Dockerfile", dockerfile)
	s.docker("buildx", "build", "--builder", s.builder, "--provenance=false", "--platform", platforms, "--output",
		"type=image,push=true,compression=zstd,force-compression=true,oci-mediatypes=true,name="+name, ".").succeeds(t)
	return "FROM " + name + "\n"
}

// Layers compressed with zstd are audited as others are: good ones raise no alarm, wrong ones are caught.
func TestAuditReadsZstdLayers(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		const list = "linux/arm64,linux/s390x"
		base := s.repository("base")
		s.run("init", "--platform", list).succeeds(t)
		s.goPrograms(t, "linux/arm64", "linux/s390x", "linux/amd64")
		name := s.repository("app") + ":1"
		s.write(
			"Dockerfile",
			s.fromZstd(
				t,
				base+":good",
				list,
				"FROM busybox\nARG TARGETPLATFORM\nCOPY bin/$TARGETPLATFORM/app /app\nCMD [\"/app\"]\n",
			),
		)
		r := s.run("build", "-t", name, ".").succeeds(t)
		assert.Equal(t, len(auditedOK(r.Stderr)), 2)
		s.run("publish", "--allow-untested", name).succeeds(t)
		index, _ := s.registry.index(t, s.repository("app"), "1")
		doc, ok := s.registry.manifest(t, s.repository("app"), imagesOf(index)[0].Digest.String())
		assert.Assert(t, ok)
		assert.Assert(t, is.Contains(string(doc.Body), ocispec.MediaTypeImageLayerZstd))
		s.run("verify", "--deep", name).succeeds(t)

		s.write(
			"Dockerfile",
			s.fromZstd(t, base+":wrong", list, "FROM busybox\nCOPY bin/linux/amd64/app /app\nCMD [\"/app\"]\n"),
		)
		wrong := s.run("build", "-t", name, ".").exits(t, 5)
		for _, platform := range strings.Split(list, ",") {
			assert.Assert(t, saysOf(wrong.Stderr, platform, "/app: x86-64 executable"))
		}
	}, containerdStore)
}
