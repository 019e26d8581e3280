package lint

import (
	"slices"
	"strings"
)

// spelling is a way to write an architecture, and the name it has in a platform.
type spelling struct {
	word, arch string
	// after are what has to stand before a word that means other things, too.
	after []string
}

// spellings are how downloads, paths and packages write architectures.
func spellings() []spelling {
	linux := []string{"linux-", "linux_", "linux.", "musl-", "linux/"}
	return []spelling{
		{"x86_64", "amd64", nil},
		{"x86-64", "amd64", nil},
		{"amd64", "amd64", nil},
		{"x64", "amd64", linux},
		{"aarch64", "arm64", nil},
		{"arm64v8", "arm64", nil},
		{"arm64", "arm64", nil},
		{"armv7l", "arm", nil},
		{"armv7", "arm", nil},
		{"armv6l", "arm", nil},
		{"armv6", "arm", nil},
		{"arm32v7", "arm", nil},
		{"arm32v6", "arm", nil},
		{"armhf", "arm", nil},
		{"armel", "arm", nil},
		{"arm", "arm", linux},
		{"i386", "386", nil},
		{"i686", "386", nil},
		{"386", "386", linux},
		{"ppc64le", "ppc64le", nil},
		{"ppc64el", "ppc64le", nil},
		{"powerpc64le", "ppc64le", nil},
		{"s390x", "s390x", nil},
		{"riscv64", "riscv64", nil},
		{"mips64le", "mips64le", nil},
		{"loong64", "loong64", nil},
		{"loongarch64", "loong64", nil},
	}
}

// spelled is an architecture as it stands in a text.
type spelled struct{ word, arch string }

// architectures finds the architectures that are spelled out in a text.
func architectures(text string) []spelled {
	low := strings.ToLower(text)
	var out []spelled
	for _, s := range spellings() {
		for from := 0; ; {
			at := strings.Index(low[from:], s.word)
			if at < 0 {
				break
			}
			at += from
			from = at + len(s.word)
			if standsAlone(low, at, from) && follows(low[:at], s.after) && !covered(out, s.word) {
				out = append(out, spelled{text[at:from], s.arch})
			}
		}
	}
	return out
}

// covered tells that a longer word with this one in it was found already.
func covered(out []spelled, word string) bool {
	return slices.ContainsFunc(out, func(have spelled) bool { return strings.EqualFold(have.word, word) })
}

// standsAlone tells whether text[from:to] is a word of its own.
func standsAlone(text string, from, to int) bool {
	letter := func(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }
	return (from == 0 || !letter(text[from-1])) && (to == len(text) || !letter(text[to]))
}

// follows tells whether a text ends with one of these.
func follows(text string, after []string) bool {
	return len(after) == 0 || slices.ContainsFunc(after, func(s string) bool { return strings.HasSuffix(text, s) })
}

// several tells whether texts name more than one architecture: who wrote them knows of it.
func several(texts ...string) bool {
	seen := map[string]bool{}
	for _, text := range texts {
		for _, s := range architectures(text) {
			seen[s.arch] = true
		}
	}
	return len(seen) > 1
}

// ofPlatform tells the arguments that are another for each platform.
func ofPlatform(name string) bool {
	return slices.Contains([]string{"TARGETPLATFORM", "TARGETARCH", "TARGETVARIANT", "TARGETOS", "TARGETOSVERSION"}, name)
}

// predefined tells the arguments that BuildKit sets.
func predefined(name string) bool {
	return ofPlatform(name) ||
		slices.Contains([]string{"BUILDPLATFORM", "BUILDARCH", "BUILDVARIANT", "BUILDOS", "BUILDOSVERSION"}, name)
}
