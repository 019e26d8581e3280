package platform

import (
	"regexp"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// knownArchs lists the architectures of an operating system, as `go tool dist list` does for those images are made
// for. An unknown operating system has none.
func knownArchs(os string) []string {
	switch os {
	case "linux":
		return []string{
			"386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le",
			"riscv64", "s390x",
		}
	case "windows":
		return []string{"386", "amd64", "arm64"}
	case "darwin":
		return []string{"amd64", "arm64"}
	case "freebsd", "netbsd":
		return []string{"386", "amd64", "arm", "arm64"}
	case "openbsd":
		return []string{"386", "amd64", "arm", "arm64", "ppc64", "riscv64"}
	case "plan9":
		return []string{"386", "amd64", "arm"}
	case "dragonfly", "illumos", "solaris":
		return []string{"amd64"}
	case "aix":
		return []string{"ppc64"}
	case "wasi", "wasip1":
		return []string{"wasm"}
	}
	return nil
}

// isArch reports whether a word of a platform, in lower case, is meant as an architecture: its Go name, another name
// that containerd/platforms knows, or a name that only [misspelled] knows.
func isArch(word string) bool {
	p := platforms.Normalize(ocispec.Platform{OS: "linux", Architecture: word})
	return slices.Contains(knownArchs("linux"), p.Architecture) || archOf(word) != ""
}

// isVariant reports whether an architecture has this normalised variant.
func isVariant(arch, variant string) bool {
	switch arch {
	case "amd64":
		return slices.Contains([]string{"v2", "v3", "v4"}, variant)
	case "arm":
		return slices.Contains([]string{"v5", "v6", "v7", "v8"}, variant)
	case "arm64":
		return regexp.MustCompile(`^v[89](\.[1-9])?$`).MatchString(variant)
	case "riscv64":
		return slices.Contains([]string{"rva20u64", "rva22u64", "rva23u64"}, variant)
	}
	return false
}

// misspelled returns the platform that os/arch[/variant] seems to mean where its architecture has the name another
// tool gives it, and "" where the spelling is fine or nothing better is known.
func misspelled(spelled string) string {
	parts := strings.Split(spelled, "/")
	if len(parts) < 2 {
		return ""
	}
	arch := strings.ToLower(parts[1])
	if right := archOf(arch); right != "" {
		return parts[0] + "/" + right
	}
	if len(parts) == 2 {
		return ""
	}
	// The names of Debian and uname have their variant built in, and containerd/platforms drops the one given.
	switch arch {
	case "i386":
		return parts[0] + "/386"
	case "armhf", "armel":
		return parts[0] + "/arm/" + parts[2]
	}
	return ""
}

// archOf returns the Go name, with its variant, for names that containerd/platforms does not take or should not.
func archOf(word string) string {
	switch word {
	case "x86-64", "x64", "intel64", "em64t":
		return "amd64"
	case "x86", "i486", "i586", "i686", "ia32":
		return "386"
	case "armv5", "armv5l", "arm32v5":
		return "arm/v5"
	case "armv6", "armv6l", "arm32v6":
		return "arm/v6"
	case "armv7", "armv7l", "arm32v7", "arm32", "armv7hf":
		return "arm/v7"
	case "armv8", "arm64v8", "arm64-v8":
		return "arm64"
	case "ppc64el", "powerpc64le":
		return "ppc64le"
	case "loongarch64":
		return "loong64"
	case "mipsel":
		return "mipsle"
	case "mips64el":
		return "mips64le"
	case "riscv", "rv64":
		return "riscv64"
	}
	return ""
}
