//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// goodDockerfiles are images nothing is wrong with, on each of these platforms. TARGETPLATFORM names a folder of bin.
func goodDockerfiles() map[string]string {
	const busybox, program = "FROM busybox\n", "ARG TARGETPLATFORM\nCOPY bin/$TARGETPLATFORM/app "
	return map[string]string{
		"base alone":               busybox,
		"base with a label":        busybox + "LABEL a=b\n",
		"no command":               "FROM scratch\nCOPY text/plain /etc/motd\n",
		"data by many layers":      "FROM scratch\nCOPY text /a\nCOPY text /b\nCOPY text /c\n",
		"program from scratch":     "FROM scratch\n" + program + "/app\nENTRYPOINT [\"/app\"]\n",
		"program as command":       "FROM scratch\n" + program + "/app\nCMD [\"/app\"]\n",
		"program by PATH":          busybox + program + "/bin/app\nENTRYPOINT [\"app\"]\n",
		"program by its own PATH":  "FROM scratch\n" + program + "/opt/app\nENV PATH=/opt\nCMD [\"app\"]\n",
		"program where it works":   "FROM scratch\nWORKDIR /srv\n" + program + "/srv/app\nCMD [\"./app\"]\n",
		"program with arguments":   busybox + program + "/app\nENTRYPOINT [\"/app\"]\nCMD [\"serve\", \"--port\", \"80\"]\n",
		"shell form":               busybox + "CMD echo hello && sleep 1\n",
		"shell form, exec":         busybox + program + "/app\nCMD exec /app\n",
		"shell of its own":         busybox + "SHELL [\"/bin/sh\", \"-ec\"]\nCMD echo hello\n",
		"shell form of entrypoint": busybox + "ENTRYPOINT echo hello\n",
		"script":                   busybox + "COPY --chmod=755 text/sh /run\nENTRYPOINT [\"/run\"]\n",
		"script by env":            busybox + "COPY --from=busybox /bin/busybox /usr/bin/env\nCOPY --chmod=755 text/env /run\nENTRYPOINT [\"/run\", \"x\"]\n",
		"script through a script":  busybox + "COPY --chmod=755 text/sh /run\nCOPY --chmod=755 text/nested /again\nCMD [\"/again\"]\n",
		"script for a program":     busybox + program + "/bin/app\nCOPY --chmod=755 text/app /run\nCMD [\"/run\"]\n",
		"script nobody starts":     busybox + "COPY --chmod=755 text/python /usr/bin/tool\n",
		"command of a script":      busybox + "COPY --chmod=755 text/sh /run\nENTRYPOINT [\"/run\"]\nCMD [\"start\"]\n",
		"stages":                   "FROM busybox AS one\n" + program + "/app\nFROM busybox\nCOPY --from=one /app /app\nCMD [\"/app\"]\n",
		"stage of this machine":    "FROM --platform=$BUILDPLATFORM busybox AS one\nRUN echo made > /made\nFROM busybox\nCOPY --from=one /made /\n",
		"copied base":              "FROM busybox AS one\nFROM scratch\nCOPY --from=one / /\nCMD [\"sh\"]\n",
		"foreign, removed":         busybox + "COPY bin/linux/ppc64le/app /app\nRUN rm /app\n",
		"foreign, folder removed":  busybox + "COPY bin/linux/ppc64le /opt/a\nRUN rm -r /opt\n",
		"foreign, overwritten":     busybox + "COPY bin/linux/ppc64le/app /app\n" + program + "/app\nCMD [\"/app\"]\n",
		"foreign, by a link":       busybox + "COPY bin/linux/ppc64le/app /app\nRUN ln -sf /bin/busybox /app\nCMD [\"/app\"]\n",
		"foreign, emptied":         busybox + "COPY bin/linux/ppc64le/app /d/app\nRUN rm -r /d && mkdir /d && touch /d/empty\n",
		"foreign test data":        busybox + "COPY --chmod=644 bin/linux/ppc64le/app /src/testdata/hello.bin\n",
		"firmware":                 busybox + "COPY --chmod=644 bin/linux/ppc64le/app /lib/firmware/card.fw\n",
		"all platforms' programs":  busybox + "COPY bin /bin-of\n" + program + "/app\nCMD [\"/app\"]\n",
		"links":                    busybox + "RUN ln -s ../bin/sh /etc/shell && ln /bin/busybox /bin/another\nCMD [\"/etc/shell\", \"-c\", \"true\"]\n",
		"dangling and looping":     busybox + "RUN ln -s nowhere /a && ln -s loop /loop\n",
		"volume":                   busybox + "VOLUME /data\nCMD [\"/data/start\"]\n",
		"user and folder":          busybox + "USER 1000\nWORKDIR /home/app\nCMD [\"sh\"]\n",
		"health check":             busybox + "HEALTHCHECK CMD /not/there\nCMD [\"sh\"]\n",
		"names in other scripts":   busybox + "COPY [\"text/plain\", \"/a b/ü\"]\nCMD [\"sh\"]\n",
	}
}

// Good images raise no alarm, whatever they are made of.
func TestAuditPassesGoodImages(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		const list = "linux/amd64,linux/arm64,linux/arm/v7,linux/s390x"
		s.run("init", "--platform", list).succeeds(t)
		s.goPrograms(t, append(strings.Split(list, ","), "linux/ppc64le")...)
		for name, line := range map[string]string{
			"plain": "hello", "sh": "#!/bin/sh -e", "env": "#!/usr/bin/env sh", "nested": "#!/run", "app": "#!/bin/app",
			"python": "#!/usr/bin/python3",
		} {
			s.write("text/"+name, line+"\n")
		}
		good := goodDockerfiles()
		assert.Assert(t, len(good) >= 30)
		for kind, dockerfile := range good {
			s.write("Dockerfile", dockerfile)
			chosen := list
			if strings.Contains(dockerfile, "\nRUN ") { // emulated programs take their time
				chosen = "linux/amd64,linux/s390x"
			}
			r := s.run("build", "--platform", chosen, "-t", s.repository("good")+":1", ".").succeeds(t)
			assert.Equal(t, len(auditedOK(r.Stderr)), strings.Count(chosen, ",")+1, kind)
		}
	}, containerdStore)
}

// auditedOK finds the platforms whose audit passed in the table of a build.
func auditedOK(stderr string) []string {
	return regexp.MustCompile(`(?m)^linux/\S+ +\S+ (native|emulated) +ok `).FindAllString(stderr, -1)
}

// The Python of this machine, with all its packages, and the part of the Go tree that has foreign programs raise no alarm.
func TestAuditPassesLanguageTrees(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/"+runtime.GOARCH).succeeds(t)
		s.copyPackages(t, `^(python3|libpython3|libc6|libexpat1|zlib1g|libssl3)`)
		s.write("python/Dockerfile", "FROM scratch\nCOPY root /\nCMD [\"python3\"]\n")
		r := s.run("build", "--progress", "plain", "-t", s.repository("python")+":1", "python").succeeds(t)
		assert.Equal(t, len(auditedOK(r.Stderr)), 1)

		output, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
		assert.NilError(t, err)
		s.write("go/Dockerfile", "FROM busybox\nCOPY --from=goroot . /usr/local/go/src/debug\n")
		r = s.run("build", "--progress", "plain", "--build-context", "goroot="+filepath.Join(strings.TrimSpace(string(output)), "src", "debug"),
			"-t", s.repository("go")+":1", "go").
			succeeds(t)
		assert.Equal(t, len(auditedOK(r.Stderr)), 1)
		assert.Assert(t, is.Contains(r.Stderr, "note: /usr/local/go/src/debug/"), "foreign test data is there, and is seen")
	}, containerdStore)
}

// copyPackages copies the files of Debian packages of this machine into python/root.
func (s *scenario) copyPackages(t *testing.T, names string) {
	t.Helper()
	// the links at the top are no package's files: base-files and usrmerge make them
	const script = `mkdir -p "$2"/usr/{bin,sbin,lib,lib64} && ln -s usr/{bin,sbin,lib,lib64} "$2" &&
		dpkg-query -W -f '${binary:Package}\n' | grep -E "$1" | xargs dpkg -L | sort -u |
		while read -r f; do if [ -f "$f" ]; then echo "$f"; fi; done |
		tar -c -T - | tar -x -C "$2"`
	root := filepath.Join(s.dir, "python", "root")
	assert.NilError(t, os.MkdirAll(root, 0o750))
	copying := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script, "bash", names, root)
	output, err := copying.CombinedOutput()
	assert.NilError(t, err, "%s", output)
	entries, err := filepath.Glob(filepath.Join(root, "usr", "lib", "python3*"))
	assert.NilError(t, err)
	assert.Assert(t, len(entries) > 0, "this machine has no python3 of Debian")
}

// What was read of a layer is known from then on: to the next build, and to another image on the same base.
func TestAuditReadsLayersOnce(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/s390x").succeeds(t)
		s.write("text/one", "one")
		s.write("Dockerfile", "FROM busybox\nCOPY text /text\n")
		build := func(read string) {
			t.Helper()
			r := s.run("build", "--progress", "plain", "-t", s.repository("app")+":1", ".").succeeds(t)
			assert.Equal(t, strings.Count(r.Stderr, " of them read"), 2)
			assert.Equal(t, strings.Count(r.Stderr, "2 layers, "+read+" of them read"), 2)
		}
		first := s.run("build", "--progress", "plain", "-t", s.repository("app")+":1", ".").succeeds(t)
		// both platforms have the copied layer: one of them reads it
		assert.Equal(t, strings.Count(first.Stderr, "2 layers, 2 of them read"), 1)
		assert.Equal(t, strings.Count(first.Stderr, "2 layers, 1 of them read"), 1)
		build("0")
		s.write("Dockerfile", "FROM busybox\nCOPY text /elsewhere\n")
		again := s.run("build", "--progress", "plain", "-t", s.repository("app")+":1", ".").succeeds(t)
		assert.Equal(t, strings.Count(again.Stderr, "2 layers, 1 of them read"), 1, "the base is known")
		assert.Equal(t, strings.Count(again.Stderr, "2 layers, 0 of them read"), 1)
		build("0")
	}, containerdStore)
}
