package inventory

import (
	"bytes"
	"encoding/binary"
	"runtime/debug"
	"strings"
)

const (
	// goMagic begins the build information in a Go program (debug/buildinfo; Go 1.18 and later have it in one piece).
	goMagic = "\xff Go buildinf:"
	// goHeader is where the two texts begin: Go's version and the modules, each with its length before it.
	goHeader = 32
	// maxModules bounds the text of the modules, maxSigns how often the magic may stand for nothing: programs that read
	// such information have it as a text.
	maxModules = 1 << 20
	maxSigns   = 64
)

// goProgram looks for the build information of Go as a program passes by.
type goProgram struct {
	// kept is the end of what passed, or what follows the magic.
	kept  []byte
	found bool
	signs int
	// told is not nil once nothing more is to be looked for.
	told []Package
}

// Write implements io.Writer.
func (g *goProgram) Write(p []byte) (int, error) {
	if g.told != nil {
		return len(p), nil
	}
	g.kept = append(g.kept, p...)
	for {
		if !g.found {
			at := bytes.Index(g.kept, []byte(goMagic))
			if at < 0 {
				g.kept = append(g.kept[:0], g.kept[max(0, len(g.kept)-len(goMagic)+1):]...)
				return len(p), nil
			}
			g.kept, g.found = append(g.kept[:0], g.kept[at:]...), true
		}
		if len(g.kept) < maxModules {
			return len(p), nil
		}
		if g.tell(); g.told != nil {
			g.kept = nil
			return len(p), nil
		}
	}
}

// Packages implements [Teller].
func (g *goProgram) Packages() ([]Package, bool) {
	for g.found && g.told == nil {
		g.tell()
		at := bytes.Index(g.kept, []byte(goMagic))
		if g.found = at >= 0; g.found {
			g.kept = g.kept[at:]
		}
	}
	return g.told, true
}

// tell reads what follows the magic; if that is nothing, the magic was a text like every other.
func (g *goProgram) tell() {
	const inline = 2
	rest := g.kept
	g.kept, g.found = g.kept[1:], false
	if g.signs++; g.signs > maxSigns {
		g.told = []Package{}
		return
	}
	if len(rest) < goHeader || rest[len(goMagic)+1]&inline == 0 {
		return
	}
	version, rest, ok := goText(rest[goHeader:])
	if !ok || !strings.HasPrefix(version, "go") && !strings.HasPrefix(version, "devel") {
		return
	}
	g.told = []Package{{Ecosystem: Go, Name: "stdlib", Version: version}}
	modules, _, ok := goText(rest)
	const marks = 16 // stand before and after the modules
	if !ok || len(modules) < 2*marks {
		return
	}
	info, err := debug.ParseBuildInfo(modules[marks : len(modules)-marks])
	if err != nil {
		return
	}
	if info.Main.Path != "" {
		g.told = append(g.told, Package{Ecosystem: Go, Name: info.Main.Path, Version: info.Main.Version})
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		g.told = append(g.told, Package{Ecosystem: Go, Name: m.Path, Version: m.Version})
	}
}

// goText reads a text with its length before it.
func goText(from []byte) (text string, rest []byte, ok bool) {
	length, n := binary.Uvarint(from)
	if n <= 0 || length > uint64(len(from[n:])) {
		return "", nil, false
	}
	from = from[n:]
	return string(from[:length]), from[length:], true
}
