package audit

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// What is installed is known from the one reading of the layers, and from what was kept of it.
func TestWhatIsInstalled(t *testing.T) {
	s, cache := newShelf(t), NewMemory()
	status := func(names ...string) []byte {
		var out strings.Builder
		for _, name := range names {
			out.WriteString("Package: " + name + "\nStatus: install ok installed\nVersion: 1\n\n")
		}
		return []byte(out.String())
	}
	metadata := data("usr/lib/python3/a-1.dist-info/METADATA", []byte("Name: a\nVersion: 1\n"))
	layers := [][]byte{
		layerOf(
			t,
			data("var/lib/dpkg/status", status("libc6", "gone")),
			metadata,
			data("app/node_modules/left/package.json", []byte(`{"name":"left","version":"2"}`)),
			exe(
				"app/run",
				append(arm(8).bytes(t), "\xff Go buildinf:\x08\x02"+strings.Repeat("\x00", 16)+"\x08go1.26.1\x00"...),
			),
		),
		layerOf(t, data("var/lib/dpkg/status", status("libc6", "openssl")), gone(metadata.name)),
	}
	desc := s.put(t, image{platform: "linux/arm/v7", layers: layers, config: starting("/app/run")})
	for read := range []int{2, 0} {
		report, err := New(s, cache).Audit(t.Context(), desc, parsePlatform(t, "linux/arm/v7"), Globs{})
		assert.NilError(t, err)
		assert.Equal(t, report.Read, []int{2, 0}[read])
		assert.Assert(t, report.Holds != nil)
		var list []string
		for _, p := range report.Holds.Packages {
			list = append(list, string(p.Ecosystem)+" "+p.Name+" "+p.Version)
		}
		assert.DeepEqual(t, list, []string{"deb libc6 1", "deb openssl 1", "go stdlib go1.26.1", "npm left 2"})
		assert.DeepEqual(t, report.Holds.Config.Entrypoint, []string{"/app/run"})
		assert.Equal(t, report.Holds.Size, int64(len(layers[0])+len(layers[1])))
	}
}
