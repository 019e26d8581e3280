package binfmt

import (
	"bytes"
	"debug/elf"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

func TestProgramForIsAnExecutable(t *testing.T) {
	for architecture, want := range map[string]elf.Machine{
		"386": elf.EM_386, "amd64": elf.EM_X86_64, "arm": elf.EM_ARM, "arm64": elf.EM_AARCH64,
		"loong64": elf.EM_LOONGARCH, "mips64": elf.EM_MIPS, "mips64le": elf.EM_MIPS, "ppc64": elf.EM_PPC64,
		"ppc64le": elf.EM_PPC64, "riscv64": elf.EM_RISCV, "s390x": elf.EM_S390,
	} {
		t.Run(architecture, func(t *testing.T) {
			program, err := ProgramFor(ocispec.Platform{OS: "linux", Architecture: architecture})
			assert.NilError(t, err)
			file, err := elf.NewFile(bytes.NewReader(program))
			assert.NilError(t, err)
			assert.Equal(t, file.Machine, want)
			assert.Equal(t, file.Type, elf.ET_EXEC)
			load := file.Progs[0]
			assert.Assert(t, file.Entry > load.Vaddr && file.Entry < load.Vaddr+load.Filesz)
			assert.Equal(t, load.Filesz, uint64(len(program)))
		})
	}
}

func TestProgramForRefusesWhatItCannotProve(t *testing.T) {
	for _, p := range []ocispec.Platform{
		{OS: "windows", Architecture: "amd64"}, {OS: "linux", Architecture: "sparc64"}, {},
	} {
		_, err := ProgramFor(p)
		assert.ErrorIs(t, err, ErrNoProgram)
	}
}
