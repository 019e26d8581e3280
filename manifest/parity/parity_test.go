package parity_test

import (
	"fmt"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
	"github.com/docker-multiplat/docker-multiplat/manifest/parity"
)

func side(arch string, size int64, config ocispec.ImageConfig, packages ...string) parity.Side {
	holds := &audit.Holds{Config: config, Size: size}
	for _, name := range packages {
		holds.Packages = append(holds.Packages, inventory.Package{Ecosystem: inventory.Debian, Name: name, Version: arch})
	}
	return parity.Side{Platform: ocispec.Platform{OS: "linux", Architecture: arch}, Holds: holds}
}

// texts are what is said of each side.
func texts(sides []parity.Side, allow ...string) (said []string) {
	allowed, err := parity.ParseAllowed(allow)
	if err != nil {
		return []string{err.Error()}
	}
	for i, found := range parity.Judge(sides, allowed) {
		for _, d := range found {
			said = append(said, sides[i].Platform.Architecture+" "+d.Text+" / "+d.Than)
		}
	}
	return said
}

func starts(words ...string) ocispec.ImageConfig { return ocispec.ImageConfig{Entrypoint: words} }

// What has to differ between platforms is no difference: versions that were compiled once more, names of machines, and
// the libraries that a compiler has for some machines only.
func TestSameApp(t *testing.T) {
	app := starts("/usr/bin/app")
	assert.DeepEqual(t, texts([]parity.Side{
		side("amd64", 30e6, app, "libc6", "linux-image-amd64", "libquadmath0", "libx32gcc-s1"),
		side("arm64", 29e6, app, "libc6", "linux-image-arm64", "libhwasan0"),
		{Platform: ocispec.Platform{OS: "windows", Architecture: "amd64"}},
	}), []string(nil))
	assert.DeepEqual(t, texts([]parity.Side{side("amd64", 900e3, app), side("arm64", 100, app)}), []string(nil))
}

// A platform that lacks most of the app says so: four fifths of its packages, and of its bytes.
func TestLackingPlatform(t *testing.T) {
	var many []string
	for i := range 100 {
		many = append(many, fmt.Sprintf("dep%02d", i))
	}
	sides := []parity.Side{
		side("arm64", 765e6, starts("/app"), many[:20]...), side("amd64", 4454e6, starts("/app"), many...),
		side("s390x", 4400e6, ocispec.ImageConfig{Cmd: []string{"sh"}, User: "1"}, many...),
	}
	assert.DeepEqual(t, texts(sides), []string{
		"arm64 lacks 80 of 100 packages: dep20, dep21, dep22 and 77 more / linux/amd64",
		"arm64 has 765.0MB of layers, not 4454.0MB / linux/amd64",
		`s390x has the entrypoint (none), not ["/app"] / linux/arm64`,
		`s390x has the cmd ["sh"], not (none) / linux/arm64`,
		"s390x has the user 1, not (none) / linux/arm64",
	})
	assert.DeepEqual(t, texts(sides, "dep*", "size", "entrypoint", "cmd", "user"), []string(nil))
	assert.DeepEqual(t, texts(sides, "deb:dep[2-9]?", "size", "entrypoint", "cmd", "user"), []string(nil))
	assert.Equal(t, len(texts(sides, "dep2?")), 5)
	assert.DeepEqual(t, texts(sides, "dep[")[0][:7], `"dep[" `)
	assert.Equal(t, parity.Findings(parity.Judge(sides, parity.Allowed{})[0], true)[0].Severity, audit.Error)
	assert.Equal(t, parity.Findings(parity.Judge(sides, parity.Allowed{})[0], false)[0].String(),
		"not the same app as linux/amd64; it lacks 80 of 100 packages: dep20, dep21, dep22 and 77 more")
}
