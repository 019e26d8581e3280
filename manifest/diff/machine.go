package diff

import (
	"debug/elf"
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
		own := machinesOf(c.sides[i].Platform.Architecture)
		for _, file := range files {
			if file.Machine == 0 || file.Mode&0o111 == 0 || own == nil || c.names.Path(file.Path) != file.Path {
				continue
			}
			name := strings.TrimPrefix(elf.Machine(file.Machine).String(), "EM_")
			found.Path, found.Values[i], found.Sizes[i] = file.Path, &name, file.Size
			if !slices.Contains(own, elf.Machine(file.Machine)) {
				c.report.Sides[i].Foreign++
				wrong = true
			}
		}
	}
	if wrong {
		c.report.Files = append(c.report.Files, found)
	}
}
