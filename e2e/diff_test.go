//go:build e2e

package e2e

import (
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

const twoApps = `FROM busybox
ARG TARGETARCH
COPY lib /usr/lib/python3
RUN if [ "$TARGETARCH" = s390x ]; then rm -r /usr/lib/python3/right-1.dist-info; fi
CMD ["true"]
`

// A platform that lacks a package is told of by the build, found by diff, and kept from being published where the
// platforms have to be the same app. The draft is compared with what is published, and with a folder.
func TestDiffOfDraftsAndWhatIsPublished(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		const platforms = "linux/amd64,linux/s390x"
		s.run("init", "--platform", platforms).succeeds(t)
		for _, name := range []string{"left", "right"} {
			s.write("lib/"+name+"-1.dist-info/METADATA", "Name: "+name+"\nVersion: 1\n")
		}
		s.write("Dockerfile", twoApps)
		name := s.repository("parity") + ":1"
		built := s.run("build", "--platform", platforms, "-t", name, ".").succeeds(t)
		assert.Assert(t, is.Contains(built.Stderr,
			"linux/s390x is not the same app as linux/amd64: it lacks 1 of 2 packages: right; see docker multiplat diff "))
		found := s.run("diff", "--exit-code", name).exits(t, 5)
		assert.Assert(t, is.Contains(found.Stdout, "right (python)"))
		s.run("publish", "--allow-untested", name).succeeds(t)

		refused := s.run("build", "--require-parity", "--platform", platforms, "-t", name, ".").exits(t, 5)
		assert.Assert(t, is.Contains(refused.Stderr, "linux/s390x: audit: not the same app as linux/amd64"))
		shut := s.run("publish", "--allow-untested", name).exits(t, 5)
		assert.Assert(t, is.Contains(shut.Stderr, "linux/s390x failed"))
		s.run("build", "--require-parity", "--allow-difference", "right", "--platform", platforms, "-t", name, ".").
			succeeds(t)

		same := s.run("diff", "--exit-code", "docker-image://"+name, "draft://"+name).succeeds(t)
		assert.Assert(t, is.Contains(same.Stdout, "the same image: linux/amd64, linux/s390x"))
		s.write("lib/more.py", "x = 1\n")
		s.run("build", "--platform", platforms, "-t", name, ".").succeeds(t)
		changed := s.run("diff", "--exit-code", "docker-image://"+name, "draft://"+name).exits(t, 5)
		assert.Assert(t, is.Contains(changed.Stdout, "/usr/lib/python3/more.py"))

		layout := filepath.Join(s.dir, "layout")
		s.docker("buildx", "build", "--builder", s.builder, "--platform", platforms, "--output",
			"type=oci,tar=false,dest="+layout, ".").succeeds(t)
		inFolder := s.run("diff", "--exit-code", "draft://"+name, "oci-layout://"+layout)
		assert.Assert(t, inFolder.Code == 0, inFolder.Stdout)
	}, containerdStore)
}
