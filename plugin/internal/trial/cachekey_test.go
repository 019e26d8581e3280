package trial

import (
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// The emulator is part of what a verdict depends on, where there is one.
func TestSettingsTellEmulatorsApart(t *testing.T) {
	b := testingBench(t)
	native, before := b.settings(plugintest.Linux("amd64", "")), b.settings(plugintest.Linux("s390x", ""))
	table, err := binfmt.ParseScript("== status\nenabled\n== qemu-s390x\nenabled\ninterpreter /usr/bin/no-such-qemu" +
		"\nflags: POCF\noffset 0\nmagic 7f454c4602020100000000000000000000020016\n" +
		"mask ffffffffffffff00fffffffffffffffffffeffff\n== /boot\nboot-1\n")
	assert.NilError(t, err)
	b.emulators.Table = builder.Emulators{Table: table, Known: true}
	assert.DeepEqual(t, b.settings(plugintest.Linux("amd64", "")), native)
	after := b.settings(plugintest.Linux("s390x", ""))
	assert.Assert(t, !slices.Equal(after, before))
	assert.Assert(t, strings.HasPrefix(after[4].Value, "qemu-s390x"), "%v", after)
}
