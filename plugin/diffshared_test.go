package plugin

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// status is a list of Debian's packages, all of version 1.
func status(names ...string) string {
	var list strings.Builder
	for _, name := range names {
		list.WriteString("Package: " + name + "\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n")
	}
	return list.String()
}

// The layers that two images begin with are read where one image alone removes something of them, or writes the list of
// their packages anew: what is lost is said, and what both have is not said to be one's alone.
func TestDiffReadsSharedLayersBelowChanges(t *testing.T) {
	const list = "var/lib/dpkg/status"
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	base := texts(t, "etc/base", "1", "usr/share/zone/x", "1", list, status("libc6", "zlib1g"))
	for i, tc := range []struct {
		name     string
		was, is  []byte
		want     []string
		unwanted string
	}{
		{
			name: "a file is removed", was: texts(t, "app/run", "1"),
			is: texts(t, "app/run", "1", "etc/.wh.base", ""), want: []string{"/etc/base   1B   -"}, unwanted: "zlib1g",
		},
		{
			name: "a folder is emptied", was: texts(t, "app/run", "1"),
			is: texts(t, "app/run", "1", "usr/share/zone/.wh..wh..opq", ""), want: []string{"/usr/share/zone/x   1B   -"}, unwanted: "zlib1g",
		},
		{
			name: "a package more", was: texts(t, "app/run", "1"),
			is: texts(t, "app/run", "1", list, status("libc6", "zlib1g", "curl")), want: []string{"curl"}, unwanted: "zlib1g",
		},
		{
			name: "a package less", was: texts(t, "app/run", "1"),
			is: texts(t, "app/run", "1", list, status("libc6")), want: []string{"zlib1g"}, unwanted: "libc6",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			old, now := string(rune('a'+2*i)), string(rune('b'+2*i))
			registry.publishes(t, old, onePlatform{platform: "linux/amd64", layers: [][]byte{base, tc.was}})
			registry.publishes(t, now, onePlatform{platform: "linux/amd64", layers: [][]byte{base, tc.is}})
			name := registry.Host + "/team/app:"
			reads := blobReads{registry.Count()}
			out, err := fake.command(t, "diff", "--exit-code", name+old, name+now)
			assert.Equal(t, ExitCode(err), failure.ExitTests, "%s", out)
			for _, want := range tc.want {
				assert.Check(t, strings.Contains(out, want), "%q is not in\n%s", want, out)
			}
			assert.Check(t, !strings.Contains(out, tc.unwanted), "%q is in\n%s", tc.unwanted, out)
			assert.Check(t, reads.of(base) <= 2 && reads.of(tc.is) == 1 && reads.of(tc.was) == 1)
		})
	}
}
