//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Every platform finds its cache on a second builder, whichever kind of cache it is: one solve per platform does not
// mean that the last one wins.
func TestCachesPerPlatform(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", fourPlatforms).succeeds(t)
		other := s.builder + "-2"
		s.run("init", "--builder", other, "--platform", fourPlatforms).succeeds(t)
		// a step whose result is another each time it runs
		s.write("Dockerfile", "FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /id\n")
		for kind, flags := range map[string][2]string{
			"registry": {"type=registry,mode=max,ref=" + s.repository("cache") + ":c", "type=registry,ref=" + s.repository("cache") + ":c"},
			"local":    {"type=local,mode=max,dest=" + filepath.Join(s.dir, "cache"), "type=local,src=" + filepath.Join(s.dir, "cache")},
		} {
			name := s.repository("app") + ":" + kind
			s.run("build", "--no-cache", "--metadata-file", "first.json", "-t", name, "--cache-to", flags[0], ".").succeeds(t)
			s.docker("buildx", "prune", "--builder", other, "--all", "--force").succeeds(t)
			s.run("build", "--builder", other, "--metadata-file", "second.json", "-t", name, "--cache-from", flags[1], ".").
				succeeds(t)
			first, second := imageDigests(t, s, "first.json"), imageDigests(t, s, "second.json")
			assert.Equal(t, len(first), 4)
			assert.DeepEqual(t, first, second)
		}
	}, containerdStore)
}

// imageDigests reads the image manifest of every platform from a metadata file.
func imageDigests(t *testing.T, s *scenario, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, file))
	assert.NilError(t, err)
	var m struct {
		Platforms []struct {
			Platform string
			Image    struct{ Digest string }
		}
	}
	assert.NilError(t, json.Unmarshal(text, &m))
	digests := map[string]string{}
	for _, p := range m.Platforms {
		digests[p.Platform] = p.Image.Digest
	}
	return digests
}

// Flags that N solves could break, beside what docker buildx build makes of them.
func TestFlagsAsBuildx(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", `FROM busybox AS base
ARG A=none
RUN --mount=type=secret,id=token cat /run/secrets/token | sha256sum > /token
RUN echo "$A" > /a
FROM base AS last
COPY --from=extra from-extra /
COPY --from=image /bin/busybox /from-image
LABEL kept=yes
`)
		s.write("token", "hunter2")
		s.write("extra/from-extra", "x")
		flags := []string{
			"--platform", "linux/amd64,linux/arm64", "--build-arg", "A=given", "--secret", "id=token,src=token",
			"--build-context", "extra=extra", "--build-context", "image=docker-image://busybox", "--label", "l=1",
			"--annotation", "index:i=1", "--annotation", "manifest:m=1", "--annotation", "manifest-descriptor[linux/arm64]:d=1",
			"--target", "last", "--add-host", "somewhere:1.2.3.4", "--shm-size", "64m", "--ulimit", "nofile=100:100",
			"--resource", "memory=256m",
		}
		ours, theirs := s.repository("ours")+":1", s.repository("theirs")+":1"
		s.run(append(append([]string{"build", "--push", "--metadata-file", "ours.json", "--iidfile", "iid", "-t", ours, "-t", s.repository("ours") + ":2"}, flags...), ".")...).
			succeeds(t)
		s.docker(append(append([]string{"buildx", "build", "--push", "--metadata-file", "theirs.json", "-t", theirs}, flags...), ".")...).
			succeeds(t)

		a, id := s.registry.index(t, s.repository("ours"), "1")
		b, _ := s.registry.index(t, s.repository("theirs"), "1")
		_, second := s.registry.index(t, s.repository("ours"), "2")
		assert.Equal(t, second, id)
		assert.DeepEqual(t, a.Annotations, b.Annotations)
		assert.DeepEqual(t, platformsOf(a), platformsOf(b))
		for i := range imagesOf(a) {
			x, y := imagesOf(a)[i], imagesOf(b)[i]
			assert.DeepEqual(t, x.Annotations, y.Annotations)
			// the very same image: config, layers and annotations
			assert.Equal(t, x.Digest, y.Digest, "%s", formatPlatform(*x.Platform))
		}
		for _, key := range []string{"containerimage.digest", "image.name"} {
			assert.Assert(t, metadataKey(t, s, "ours.json", key) != "" && metadataKey(t, s, "theirs.json", key) != "")
		}
		assert.Equal(t, metadataKey(t, s, "ours.json", "containerimage.digest"), id.String())
		assert.Equal(t, len(imageDigests(t, s, "ours.json")), 2)
		iid, err := os.ReadFile(filepath.Join(s.dir, "iid"))
		assert.NilError(t, err)
		assert.Equal(t, string(iid), id.String())
	}, containerdStore)
}

// Every flag that docker buildx build shows is known: it is in the help, or refused with what to use.
func TestEveryBuildxFlagIsKnown(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", "FROM busybox\n")
		flag := regexp.MustCompile(`(?m)^ +(?:-\w, )?(--[a-z-]+)`)
		ours := s.run("build", "--help").succeeds(t).Stdout
		theirs := flag.FindAllStringSubmatch(s.docker("buildx", "build", "--help").succeeds(t).Stdout, -1)
		assert.Assert(t, len(theirs) > 30)
		for _, match := range theirs {
			if name := match[1]; !strings.Contains(ours, " "+name+" ") {
				r := s.run("build", "-t", "app:1", name+"=x", ".").exits(t, 2)
				assert.Assert(t, is.Contains(r.Stderr, name), "it is neither in the help nor refused with words")
				assert.Assert(t, is.Contains(r.Stderr, "docker buildx build"))
			}
		}
	}, containerdStore)
}

func metadataKey(t *testing.T, s *scenario, file, key string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, file))
	assert.NilError(t, err)
	var values map[string]any
	assert.NilError(t, json.Unmarshal(text, &values))
	value, _ := values[key].(string)
	return value
}

// --check and --call ask, as docker buildx build does, and print what it prints.
func TestCallAsBuildx(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("warned/Dockerfile", "from busybox as Base\nMAINTAINER me\n")
		s.write("clean/Dockerfile", "FROM busybox\n")
		s.write("broken/Dockerfile", "FROM busybox\nMAINTAINER me\nFROM nobody-has-this:1 as x\n")
		for _, folder := range []string{"warned", "clean", "broken"} {
			for _, flag := range []string{"--check", "--call=outline", "--call=targets"} {
				ours := s.run("build", flag, folder)
				theirs := s.docker("buildx", "build", flag, folder)
				assert.Equal(t, ours.Stdout, theirs.Stdout, flag)
				if folder == "broken" && flag == "--call=outline" {
					continue // an image that cannot be had is no bug here: exit code 4
				}
				assert.Equal(t, ours.Code, theirs.Code, flag)
				if failed := strings.LastIndex(theirs.Stderr, "ERROR: "); folder == "broken" && flag == "--check" {
					line, _, _ := strings.Cut(theirs.Stderr[failed:], "\n")
					assert.Check(t, is.Contains(ours.Stderr, line), flag)
				}
			}
		}
	}, containerdStore)
}

// --push learns of a missing login before it builds.
func TestBuildPushAsksFirst(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nRUN touch /built\n")
		p := newProxy(t, s.lab.registry)
		p.fail("", "/v2/", 0, respond(401, map[string][]string{"Www-Authenticate": {`Basic realm="lab"`}}, ""))
		r := s.run("build", "--push", "--progress", "plain", "-t", s.repository("app")+":1", "-t", p.host+"/app:1", ".").
			exits(t, 7)
		assert.Assert(t, !strings.Contains(r.Stderr, "RUN touch"))
		assert.Assert(t, is.Contains(r.Stderr, "docker login "+p.host))
		assert.Equal(t, len(s.registry.tags(t, s.repository("app"))), 0)
	}, containerdStore)
}

// Emulation can be limited to building, or forbidden.
func TestEmulation(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("Dockerfile", "FROM busybox\nRUN true\n")
		name := s.repository("app") + ":1"
		r := s.run("build", "--emulation", "never", "-t", name, ".").exits(t, 3)
		assert.Assert(t, is.Contains(r.Stderr, "no native node for linux/arm64"))
		s.run("build", "--emulation", "build-only", "--test-local", "-t", name, ".").exits(t, 6)
		r = s.run("publish", name).exits(t, 5)
		assert.Assert(t, is.Contains(r.Stderr, "linux/arm64 was not run"))
		s.run("publish", "--allow-untested=linux/arm64", "--reason", "tested elsewhere", name).succeeds(t)
		plan := s.run("build", "--dry-run", "-t", name, ".").succeeds(t)
		assert.Assert(t, is.Contains(plan.Stdout, "linux/amd64: build native on "+s.builder+"0"))
		assert.Assert(t, is.Contains(plan.Stdout, "linux/arm64: build emulated on "+s.builder+"0"))
	}, containerdStore)
}
