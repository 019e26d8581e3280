package binfmt

import (
	"fmt"
	"slices"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// MountCommand mounts binfmt_misc, on the engine's host, as root.
const MountCommand = "sudo mount -t binfmt_misc binfmt_misc " + Folder

// Cause says why programs of a platform do not run, as far as the kernel's table tells.
type Cause struct {
	// Text says what is wrong, in one line.
	Text string
	// Fix is the command that mends it.
	Fix string
	// Replace names an entry that has to go before a working one can take its place; empty: none.
	Replace string
	// Mount is true when emulators would vanish with the container that registers them.
	Mount bool
}

// Explain says why programs of p do not run although the kernel has this table. image is the emulator image the
// command in Fix names.
func (t Table) Explain(p ocispec.Platform, image string) Cause {
	name := platforms.FormatAll(p)
	on := Folder + "/"
	switch {
	case !t.Kernel:
		return Cause{
			Text: "the kernel of the engine's host has no binfmt_misc, or has not loaded it",
			Fix:  "sudo modprobe binfmt_misc && " + MountCommand,
		}
	case !t.Mounted:
		return Cause{
			Text: "binfmt_misc is not mounted on the engine's host: emulators vanish with the container that registers them",
			Fix:  MountCommand + " && docker multiplat init", Mount: true,
		}
	case t.Off:
		return Cause{
			Text: "binfmt_misc is switched off on the engine's host",
			Fix:  "echo 1 | sudo tee " + on + "status",
		}
	}
	h, ok := t.For(p)
	if !ok {
		if taken, is := t.Named(EmulatorName(p.Architecture)); is {
			return Cause{
				Text: fmt.Sprintf(
					"the name %s is held by an entry for other programs (interpreter %s)",
					taken.Name,
					taken.Interpreter,
				),
				Fix:     reinstall(image, taken.Name),
				Replace: taken.Name,
			}
		}
		return Cause{Text: "no emulator for " + name + " is registered", Fix: "docker multiplat init --platform " + name}
	}
	c := Cause{Fix: reinstall(image, h.Name), Replace: h.Name}
	switch {
	case !h.Enabled:
		c.Text = fmt.Sprintf("its entry %s is disabled", h.Name)
		c.Fix = "echo 1 | sudo tee " + on + h.Name
	case !h.Fixed():
		c.Text = fmt.Sprintf("its entry %s has flags %q without F: its interpreter %s is looked for in every container",
			h.Name, h.Flags, h.Interpreter)
	default:
		c.Text = fmt.Sprintf("its entry %s names the interpreter %s, which does not run it", h.Name, h.Interpreter)
	}
	return c
}

// Warnings are what is wrong with the handlers of platforms that run all the same.
func (t Table) Warnings(list []ocispec.Platform, image string) []string {
	var out []string
	for _, p := range list {
		h, ok := t.For(p)
		if !ok || !h.Enabled || h.KeepsName() {
			continue
		}
		warning := fmt.Sprintf("entry %s has flags %q without P: programs under it are told their path instead of the "+
			"name they were called by; to replace it: %s", h.Name, h.Flags, reinstall(image, h.Name))
		if !slices.Contains(out, warning) {
			out = append(out, warning)
		}
	}
	return out
}

func reinstall(image, name string) string {
	return fmt.Sprintf("docker run --rm --privileged %s --uninstall %s && docker multiplat init", image, name)
}

// EmulatorName is the name that the emulator image gives its entry for an architecture, such as qemu-aarch64.
func EmulatorName(architecture string) string {
	switch architecture {
	case "amd64":
		return "qemu-x86_64"
	case "386":
		return "qemu-i386"
	case "arm64":
		return "qemu-aarch64"
	case "mips64le":
		return "qemu-mips64el"
	case "loong64":
		return "qemu-loongarch64"
	}
	return "qemu-" + architecture
}

// Known are the platforms the emulator image has emulators for.
func Known() []ocispec.Platform {
	var list []ocispec.Platform
	for _, architecture := range []string{
		"amd64", "arm64", "arm", "386", "riscv64", "ppc64le", "s390x", "mips64le", "mips64", "loong64",
	} {
		list = append(list, platforms.Normalize(ocispec.Platform{OS: "linux", Architecture: architecture}))
	}
	return list
}
