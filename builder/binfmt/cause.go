package binfmt

import (
	"fmt"
	"slices"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// MountCommand mounts binfmt_misc, on the engine's host, as root.
const MountCommand = "sudo mount -t binfmt_misc binfmt_misc " + Folder

// statusFile switches all entries on and off together.
const statusFile = "status"

// Cause says why programs of a platform do not run, as far as the kernel's table tells.
type Cause struct {
	// Text says what is wrong, in one line.
	Text string
	// NoKernel is true when the kernel has no binfmt_misc, or has not loaded it.
	NoKernel bool
	// Missing is true when no emulator of the platform is registered, and nothing is in the way of one.
	Missing bool
	// Off is the file below [Folder] that a 1 has to be written into; empty: nothing is switched off.
	Off string
	// Replace names an entry that has to go before a working one can take its place; empty: none.
	Replace string
	// Mount is true when emulators would vanish with the container that registers them.
	Mount bool
}

// Explain says why programs of p do not run although the kernel has this table.
func (t Table) Explain(p ocispec.Platform) Cause {
	switch {
	case !t.Kernel:
		return Cause{Text: "the kernel of the engine's host has no binfmt_misc, or has not loaded it", NoKernel: true}
	case !t.Mounted:
		return Cause{
			Text:  "binfmt_misc is not mounted on the engine's host: emulators vanish with the container that registers them",
			Mount: true,
		}
	case t.Off:
		return Cause{Text: "binfmt_misc is switched off on the engine's host", Off: statusFile}
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
				Replace: taken.Name,
			}
		}
		return Cause{Text: "no emulator for " + platforms.FormatAll(p) + " is registered", Missing: true}
	}
	c := Cause{Replace: h.Name}
	switch {
	case !h.Enabled:
		c.Text = fmt.Sprintf("its entry %s is disabled", h.Name)
		c.Off = h.Name
	case !h.Fixed():
		c.Text = fmt.Sprintf("its entry %s has flags %q without F: its interpreter %s is looked for in every container",
			h.Name, h.Flags, h.Interpreter)
	default:
		c.Text = fmt.Sprintf("its entry %s names the interpreter %s, which does not run it", h.Name, h.Interpreter)
	}
	return c
}

// Warning is something wrong with an entry whose programs run all the same.
type Warning struct {
	// Text says what is wrong, in one line.
	Text string
	// Replace names the entry that a better one could take the place of.
	Replace string
}

// Warnings are what is wrong with the handlers of platforms that run all the same.
func (t Table) Warnings(list []ocispec.Platform) []Warning {
	var out []Warning
	for _, p := range list {
		h, ok := t.For(p)
		if !ok || !h.Enabled || h.KeepsName() {
			continue
		}
		warning := Warning{Replace: h.Name, Text: fmt.Sprintf("entry %s has flags %q without P: programs under it are "+
			"told their path instead of the name they were called by", h.Name, h.Flags)}
		if !slices.Contains(out, warning) {
			out = append(out, warning)
		}
	}
	return out
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
