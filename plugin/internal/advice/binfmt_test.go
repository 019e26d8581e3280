package advice

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
)

// Each cause is mended by a command of its own; a disabled entry is switched on rather than replaced.
func TestAfterCause(t *testing.T) {
	const mount = "sudo mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc"
	for _, tc := range []struct {
		name  string
		cause binfmt.Cause
		want  string
	}{
		{"no kernel", binfmt.Cause{NoKernel: true}, "sudo modprobe binfmt_misc && " + mount},
		{"not mounted", binfmt.Cause{Mount: true}, mount + " && docker multiplat init"},
		{"all off", binfmt.Cause{Off: "status"}, "echo 1 | sudo tee /proc/sys/fs/binfmt_misc/status"},
		{
			"one off",
			binfmt.Cause{Off: "qemu-aarch64", Replace: "qemu-aarch64"},
			"echo 1 | sudo tee /proc/sys/fs/binfmt_misc/qemu-aarch64",
		},
		{
			"broken",
			binfmt.Cause{Replace: "qemu-aarch64"},
			"docker run --rm --privileged IMAGE --uninstall qemu-aarch64 && docker multiplat init",
		},
		{"missing", binfmt.Cause{Missing: true}, "docker multiplat init --platform linux/arm64"},
		{"unknown", binfmt.Cause{}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, afterCause(tc.cause, "linux/arm64", "IMAGE"), tc.want)
		})
	}
}

// A remark on an entry that works says how to replace it; other remarks stay as they are.
func TestWarningsSayHowToReplace(t *testing.T) {
	r := machine.Report{
		Notes:    []string{"builder b reused", "entry x has flags", "not available: linux/mips64"},
		Warnings: []binfmt.Warning{{Text: "entry x has flags", Replace: "x"}}, Image: "IMAGE",
	}
	AddFixes(&r, nil)
	assert.DeepEqual(t, r.Notes, []string{
		"builder b reused",
		"entry x has flags; to replace it: docker run --rm --privileged IMAGE --uninstall x && docker multiplat init",
		"not available: linux/mips64",
	})
}
