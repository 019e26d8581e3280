package diff

import (
	"debug/elf"
	"path"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// machinesOf are the machines whose programs a platform's machines run; nil where that is not known.
func machinesOf(architecture string) []elf.Machine {
	return map[string][]elf.Machine{
		"amd64": {elf.EM_X86_64, elf.EM_386}, "386": {elf.EM_386}, "arm64": {elf.EM_AARCH64}, "arm": {elf.EM_ARM},
		"s390x": {elf.EM_S390}, "ppc64le": {elf.EM_PPC64}, "riscv64": {elf.EM_RISCV}, "loong64": {elf.EM_LOONGARCH},
		"mips64le": {elf.EM_MIPS}, "mipsle": {elf.EM_MIPS},
	}[architecture]
}

// foreign looks at the programs of one role: an image whose userland is another platform's has the same bytes as that,
// and would not differ at all.
func (c *comparison) foreign(sides [][]*inventory.File) {
	if !c.folds {
		return
	}
	found := File{What: Machine, Count: 1, Values: make([]*string, len(sides)), Sizes: make([]int64, len(sides))}
	wrong := false
	for i, files := range sides {
		for _, file := range files {
			own, runs := c.runs(i, file)
			if !runs {
				continue
			}
			if c.names.Path(file.Path) != file.Path && (own || !c.copied(i, file, sides)) {
				continue // it is where its name says that it is for that machine
			}
			name := strings.TrimPrefix(elf.Machine(file.Machine).String(), "EM_")
			found.Path, found.Values[i], found.Sizes[i] = file.Path, &name, file.Size
			if !own {
				c.report.Sides[i].Foreign++
				wrong = true
			}
		}
	}
	if wrong {
		c.report.Files = append(c.report.Files, found)
	}
}

// runs tells whether a file is one that runs, or that programs load; own, whether the machines of its side run it.
func (c *comparison) runs(side int, file *inventory.File) (own, runs bool) {
	if file.Machine == 0 {
		return false, false
	}
	machines := machinesOf(c.sides[side].Platform.Architecture)
	if machines == nil {
		return false, false
	}
	module := path.Ext(file.Path) == ".node" // of Node.js, which need not be executable
	return slices.Contains(machines, elf.Machine(file.Machine)), file.Mode&0o111 != 0 || module
}

// copied tells whether a program whose path names another machine than its side's was copied from the side of that
// machine: it lies at the same path there, and its side has none of its own. Prebuilt modules of Node.js do not count:
// packages that have one for some machines are compiled on the others.
func (c *comparison) copied(side int, file *inventory.File, sides [][]*inventory.File) bool {
	if strings.Contains(file.Path, "/prebuilds/") {
		return false
	}
	for _, other := range sides[side] {
		if own, runs := c.runs(side, other); runs && own {
			return false
		}
	}
	for i, files := range sides {
		for _, other := range files {
			if own, runs := c.runs(i, other); i != side && runs && own && other.Path == file.Path {
				return true
			}
		}
	}
	return false
}
