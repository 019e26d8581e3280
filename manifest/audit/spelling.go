package audit

import (
	"debug/elf"
	"slices"
	"strings"
)

// architectureNames are the words by which paths name a machine, in lower case; none for a machine that runs no
// containers. A word stands alone, or between any of - _ . / + @ and the like.
func architectureNames(m elf.Machine) []string {
	names := map[elf.Machine][]string{
		elf.EM_X86_64: {
			"amd64", "amd64v1", "amd64v2", "amd64v3", "amd64v4", "amd64_v1", "amd64_v2", "amd64_v3", "amd64_v4", "x64",
			"x86_64", "x86-64", "x86_64_v2", "x86_64_v3", "x86_64_v4", "linux64", "win64",
		},
		elf.EM_386: {"386", "386_sse2", "i386", "i586", "i686", "x86", "ia32", "x86_64", "x86-64", "linux32"},
		elf.EM_AARCH64: {
			"arm64", "arm64v8", "arm64-v8a", "arm64_v8", "arm64_v8.0", "arm64/v8", "aarch64", "aarch_64", "armv8",
		},
		elf.EM_ARM: {
			"arm", "armhf", "armel", "armv5", "armv6", "armv6l", "armv6hf", "armv7", "armv7l", "armv7a", "armv7hf",
			"armeabi", "armeabi-v7a", "arm32", "arm32v5", "arm32v6", "arm32v7", "aarch_32",
			"arm-v5", "arm-v6", "arm-v7", "arm_v5", "arm_v6", "arm_v7", "arm/v5", "arm/v6", "arm/v7", "arm/v8",
			"arm_5", "arm_6", "arm_7",
		},
		elf.EM_S390:        {"s390x", "s390", "s390_64", "s390_32"},
		elf.EM_PPC64:       {"ppc64le", "ppc64", "ppc64el", "powerpc64le", "powerpc64", "ppcle_64", "ppc_64"},
		elf.EM_PPC:         {"ppc", "powerpc"},
		elf.EM_RISCV:       {"riscv64", "riscv64gc", "riscv32", "riscv"},
		elf.EM_LOONGARCH:   {"loong64", "loongarch64", "loongarch_64"},
		elf.EM_MIPS:        {"mips", "mipsel", "mipsle", "mips64", "mips64el", "mips64le"},
		elf.EM_SPARC:       {"sparc"},
		elf.EM_SPARC32PLUS: {"sparc"},
		elf.EM_SPARCV9:     {"sparc64", "sparcv9"},
		elf.EM_IA_64:       {"ia64"},
		elf.EM_PARISC:      {"hppa", "parisc"},
		elf.EM_68K:         {"m68k"},
		elf.EM_SH:          {"sh4"},
		elf.EM_ALPHA:       {"alpha"},
	}
	return names[m]
}

// machines are those that architectureNames has words for.
func machines() []elf.Machine {
	return []elf.Machine{
		elf.EM_X86_64, elf.EM_386, elf.EM_AARCH64, elf.EM_ARM, elf.EM_S390, elf.EM_PPC64, elf.EM_PPC, elf.EM_RISCV,
		elf.EM_LOONGARCH, elf.EM_MIPS, elf.EM_SPARC, elf.EM_SPARC32PLUS, elf.EM_SPARCV9, elf.EM_IA_64, elf.EM_PARISC,
		elf.EM_68K, elf.EM_SH, elf.EM_ALPHA,
	}
}

// systemNames are the words by which paths name the rest of a platform: the system, its distribution, its C library.
func systemNames() []string {
	return []string{
		"linux", "darwin", "macos", "osx", "mac", "windows", "win", "win32", "freebsd", "netbsd", "openbsd", "android",
		"alpine", "debian", "ubuntu", "rhel", "centos", "fedora", "linuxmusl", "linuxglibc",
		"gnu", "glibc", "musl", "uclibc", "msvc", "gnueabi", "gnueabihf", "musleabi", "musleabihf", "gnuabi64", "gnux32",
		"eabi", "eabihf",
	}
}

// vendorNames are words that are of a platform only after another one: x86_64-unknown-linux-gnu.
func vendorNames() []string { return []string{"unknown", "pc", "apple", "none"} }

// spellings finds the words for platforms in paths.
type spellings struct {
	words   map[string][]elf.Machine
	vendors map[string]bool
	longest int
	budget  *budget
}

func newSpellings(b *budget) *spellings {
	s := &spellings{budget: b, words: map[string][]elf.Machine{}, vendors: map[string]bool{}}
	for _, m := range machines() {
		for _, name := range architectureNames(m) {
			s.words[name] = append(s.words[name], m)
			s.longest = max(s.longest, len(name))
		}
	}
	for _, name := range systemNames() {
		s.words[name] = nil
	}
	for _, name := range vendorNames() {
		s.vendors[name] = true
	}
	return s
}

// spelled is what a path says of platforms: words that follow each other are one.
type spelled struct {
	// key is the path with the same sign for every platform.
	key  string
	said []said
}

// said is a platform as a path names it.
type said struct {
	text     string
	machines []elf.Machine
}

func (s said) names(m elf.Machine) bool { return slices.Contains(s.machines, m) }

// read finds the platforms in a path.
func (s *spellings) read(name string) spelled {
	s.budget.step(1 + len(name)/4)
	lower := strings.ToLower(name)
	var out spelled
	var key strings.Builder
	for at := 0; at < len(lower); {
		found, end := s.platform(lower, at)
		if end == at {
			key.WriteByte(lower[at])
			at++
			continue
		}
		out.said = append(out.said, found)
		key.WriteByte(0) // in no path
		at = end
	}
	out.key = key.String()
	return out
}

// platform reads the words for a platform that begin at a place; end is that place if there are none.
func (s *spellings) platform(text string, at int) (found said, end int) {
	end = at
	for next := at; ; next = end + 1 {
		size, machines := s.word(text, next, next > at)
		if size == 0 {
			break
		}
		end = next + size
		found.text = text[at:end]
		found.machines = append(found.machines, machines...)
		if end == len(text) || !strings.ContainsRune("-_.", rune(text[end])) {
			break
		}
	}
	return found, end
}

// word is the length of the longest word at a place, 0 for none.
func (s *spellings) word(text string, at int, follows bool) (size int, machines []elf.Machine) {
	if at > 0 && inWord(text[at-1]) {
		return 0, nil
	}
	for size = min(s.longest, len(text)-at); size > 0; size-- {
		if at+size < len(text) && inWord(text[at+size]) {
			continue
		}
		word := text[at : at+size]
		if machines, ok := s.words[word]; ok {
			return size, machines
		}
		if follows && s.vendors[word] {
			return size, nil
		}
	}
	return 0, nil
}

func inWord(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
