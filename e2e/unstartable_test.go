//go:build e2e

package e2e

import (
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// An image that cannot start has failed, in the words of what stands against it: no tag is written, and nothing is left.
// One that has nothing to start is none of those.
func TestImagesThatCannotStart(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.write("text", "no program\n")
		s.write("script", "#!/nowhere/sh\n")
		dynamic, err := os.ReadFile("/bin/true")
		assert.NilError(t, err)
		s.write("dynamic", string(dynamic))
		loader, err := os.ReadFile("/lib64/ld-linux-x86-64.so.2")
		assert.NilError(t, err)
		s.write("loader", string(loader))
		const amd64, both = "linux/amd64", "linux/amd64,linux/arm64"
		for _, tc := range []struct {
			name, platforms, dockerfile, test, says string
		}{
			{"not there", both, "FROM busybox\nENTRYPOINT [\"/app\"]\n", "", "/app"},
			{"not there, as a command", both, "FROM busybox\n", "/app", "/app"},
			{
				"missing interpreter of a script", both,
				"FROM busybox\nCOPY --chmod=755 script /app\nENTRYPOINT [\"/app\"]\n", "", "/nowhere/sh",
			},
			{
				"missing interpreter of a program", amd64,
				"FROM busybox\nCOPY --chmod=755 dynamic /app\nENTRYPOINT [\"/app\"]\n", "", "ld-linux-x86-64.so.2",
			},
			{
				"missing shared library", amd64, "FROM busybox\nCOPY --chmod=755 dynamic /app\n" +
					"COPY --chmod=755 loader /lib64/ld-linux-x86-64.so.2\nENTRYPOINT [\"/app\"]\n", "", "libc.so.6",
			},
			{
				"exec format", both,
				"FROM busybox\nCOPY --chmod=755 text /app\nENTRYPOINT [\"/app\"]\n", "", "exec format error",
			},
			{
				"not executable", both,
				"FROM busybox\nCOPY --chmod=644 script /app\nENTRYPOINT [\"/app\"]\n", "", "not executable",
			},
			{
				"not executable, as a command", both,
				"FROM busybox\nCOPY --chmod=644 script /app\n", "/app", "permission denied",
			},
			{"wrong user", both, "FROM busybox\nUSER nobody-here\nCMD [\"true\"]\n", "", "nobody-here"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				name := s.repository(strings.NewReplacer(" ", "-", ",", "").Replace(tc.name)) + ":1"
				s.write("Dockerfile", tc.dockerfile)
				args := []string{"build", "--push", "--platform", tc.platforms, "-t", name, "--test-local"}
				if tc.test != "" {
					args = append(args, "--test", tc.test)
				}
				r := s.run(append(args, ".")...).exits(t, 5)
				assert.Assert(t, is.Contains(r.Stderr, tc.says))
				assert.Assert(t, is.Contains(r.Stderr, "No tag was touched."))
				refused := s.run("publish", name).exits(t, 5)
				assert.Assert(t, is.Contains(refused.Stderr, "unchanged"))
				s.nothingLeft(t)
			})
		}
		s.write("Dockerfile", "FROM scratch\nCOPY text /text\n")
		data := s.run("build", "--platform", both, "-t", s.repository("data")+":1", "--test-local", ".").succeeds(t)
		assert.Equal(t, strings.Count(data.Stderr, "nothing to run"), 2)
	})
}
