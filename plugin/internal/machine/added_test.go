package machine

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// What was added to one run of the kernel is not what another run holds under the same name.
func TestAddedEmulatorIsOfOneBoot(t *testing.T) {
	table := binfmt.Table{Boot: "1", Handlers: []binfmt.Handler{{Name: "qemu-arm", Interpreter: "/usr/bin/qemu-arm"}}}
	added := addedEmulator{Name: "qemu-arm", Interpreter: "/usr/bin/qemu-arm", Boot: "1"}
	none := binfmt.Persistence{}
	assert.Assert(t, added.is(table, none))
	table.Boot = "2"
	assert.Assert(t, !added.is(table, none))
	table.Boot, table.Handlers[0].Interpreter = "1", "/opt/qemu-arm"
	assert.Assert(t, !added.is(table, none))

	var m Record
	m.add(added)
	m.add(addedEmulator{Name: "qemu-arm", QEMU: "v2"})
	assert.Equal(t, len(m.Emulators), 1)
	assert.Equal(t, m.Emulators[0].QEMU, "v2")
}

// What the container of --persist has put back into the table of a later run of the kernel is still what was added.
func TestAddedEmulatorIsPersisted(t *testing.T) {
	added := addedEmulator{Name: "qemu-aarch64", Interpreter: "/usr/bin/qemu-aarch64", Boot: "1"}
	const interpreter = "/usr/bin/qemu-aarch64"
	for _, tc := range []struct {
		name, boot, interpreter string
		persisted               binfmt.Persistence
		want                    bool
	}{
		{"first boot", "1", interpreter, binfmt.Persistence{}, true},
		{"second boot", "2", interpreter, binfmt.Persistence{}, false},
		{"second boot, put back", "2", interpreter, binfmt.Persistence{Architectures: []string{"arm64"}, Running: true}, true},
		{
			"second boot, another architecture put back", "2", interpreter,
			binfmt.Persistence{Architectures: []string{"arm"}, Running: true},
			false,
		},
		{"second boot, container stopped", "2", interpreter, binfmt.Persistence{Architectures: []string{"arm64"}}, false},
		{
			"second boot, somebody else's", "2", "/opt/qemu-aarch64",
			binfmt.Persistence{Architectures: []string{"arm64"}, Running: true},
			false,
		},
	} {
		table := binfmt.Table{Boot: tc.boot, Handlers: []binfmt.Handler{{Name: added.Name, Interpreter: tc.interpreter}}}
		assert.Equal(t, added.is(table, tc.persisted), tc.want, tc.name)
	}
}
