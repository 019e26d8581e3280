package machine

import (
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// A broken entry has to go before an emulator can take its place, also where only the builder's container holds it.
func TestChangeForBrokenEntry(t *testing.T) {
	table := tableOf(t, map[string]string{"qemu-mips64": "enabled\ninterpreter /bin/x\n"})
	missing := []ocispec.Platform{
		{OS: "linux", Architecture: "mips64"},
		{OS: "linux", Architecture: "arm", Variant: "v6"},
		{OS: "linux", Architecture: "arm", Variant: "v7"},
	}
	for _, tc := range []struct {
		name   string
		before builder.Emulators
		remove []string
	}{
		{"on the host", builder.Emulators{Table: table, Known: true}, []string{"qemu-mips64"}},
		{"held by the builder", builder.Emulators{Table: table, Known: true, Held: true}, []string{"qemu-mips64"}},
		{"not known", builder.Emulators{}, nil},
	} {
		change, replaced := changeFor(missing, tc.before, "image")
		assert.DeepEqual(t, change.Remove, tc.remove)
		assert.Equal(t, len(replaced), len(tc.remove), tc.name)
		assert.DeepEqual(t, change.Install, []string{"mips64", "arm"})
	}
}
