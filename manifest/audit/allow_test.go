package audit

import (
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

func TestAllowForeign(t *testing.T) {
	layer := layerOf(t, exe("opt/firmware/a/app", x86().bytes(t)), exe("opt/tool", x86().bytes(t)),
		exe("bin/app", x86().bytes(t)), exe("opt/firmware/own", arm64().bytes(t)))
	for name, tc := range map[string]struct {
		allow []string
		left  []string
	}{
		"nothing":       {nil, []string{"/bin/app", "/opt/firmware/a/app", "/opt/tool"}},
		"a folder":      {[]string{"/opt/firmware"}, []string{"/bin/app", "/opt/tool"}},
		"all below":     {[]string{"/opt/**"}, []string{"/bin/app"}},
		"one level":     {[]string{"opt/*"}, []string{"/bin/app"}},
		"by name":       {[]string{"**/app"}, []string{"/opt/tool"}},
		"several":       {[]string{"/bin/app", "/opt/t??l"}, []string{"/opt/firmware/a/app"}},
		"another place": {[]string{"/firmware/**"}, []string{"/bin/app", "/opt/firmware/a/app", "/opt/tool"}},
	} {
		t.Run(name, func(t *testing.T) {
			// what is reached can be allowed too: the image may bring its own emulator
			report := auditOf(t, image{
				platform: "linux/arm64", layers: [][]byte{layer}, config: starting("/bin/app"),
			}, tc.allow...)
			var left []string
			for _, f := range report.Errors() {
				left = append(left, f.Path)
				assert.Check(t, f.Foreign)
			}
			assert.DeepEqual(t, left, tc.left)
			assert.Equal(t, len(report.Notes()), 3-len(tc.left))
		})
	}
}

// What is not there cannot be allowed.
func TestAllowForeignIsForForeignFiles(t *testing.T) {
	report := auditOf(t, image{platform: "linux/arm64", says: "linux/amd64", config: starting("/app"), layers: [][]byte{
		layerOf(t, dir("etc")),
	}}, "**")
	assert.DeepEqual(t, lines(report.Errors()), []string{
		"the image's config says that it is for linux/amd64; asked for was linux/arm64",
		"/app: it is not there; it is the entrypoint",
	})
}

func TestParseGlobsRefuses(t *testing.T) {
	for _, text := range []string{"", "/", " ", "!/opt", "/opt/[", "a[]b"} {
		_, err := ParseGlobs([]string{"/fine", text}, "it")
		assert.ErrorContains(t, err, "is not a pattern of paths", "%q", text)
	}
	globs, err := ParseGlobs([]string{"/b/**", "a", "/a"}, "it")
	assert.NilError(t, err)
	assert.DeepEqual(t, globs.Patterns(), []string{"a", "b/**"})
}

// Of a platform this package knows nothing about, the config is all it can judge.
func TestUnknownPlatform(t *testing.T) {
	for _, platform := range []string{"windows/amd64", "linux/wasm"} {
		report := auditOf(t, image{
			platform: platform, layers: [][]byte{[]byte("not read")}, config: ocispec.ImageConfig{Cmd: []string{"app.exe"}},
		})
		assert.DeepEqual(t, lines(report.Findings), []string{"the programs of " + platform + " are not audited"})
	}
}
