package audit

import (
	"debug/elf"
	"path"
	"strings"
)

// isLibrary tells a shared object by its name.
func isLibrary(name string) bool {
	base := path.Base(name)
	if strings.HasSuffix(base, ".node") {
		return true
	}
	_, version, found := strings.Cut(base+".", ".so.")
	return found && strings.Trim(version, "0123456789.") == ""
}

// describe says what a file is.
func (f *file) describe(name string) string {
	switch f.Kind {
	case windowsFile:
		return "Windows program"
	case macFile:
		return "macOS program"
	case scriptFile:
		return "script"
	case elfFile:
	default:
		return "file that is neither a program nor a script with a first line #!"
	}
	role := "file"
	switch {
	case f.ELF.Type == elf.ET_REL:
		role = "object file"
	case f.ELF.Type == elf.ET_CORE:
		role = "core dump"
	case isLibrary(name):
		role = "shared object"
	case f.Exec:
		role = "executable"
	}
	return f.ELF.machineName() + " " + role
}

// judgeFiles looks at every file by itself.
func (a *auditing) judgeFiles() {
	a.findSets()
	a.tree.walk(func(name string, f *file) {
		switch f.Kind {
		case windowsFile, macFile:
			a.found.file(ranked{Finding: Finding{Severity: Note, Path: name, What: f.describe(name)}, rank: ofFile}, f)
		case elfFile:
			a.judgeFile(name, f)
		}
	})
	a.judgeToolchains()
}

func (a *auditing) judgeFile(name string, f *file) {
	library := isLibrary(name)
	program := f.Exec && !library
	found := ranked{Finding: Finding{Severity: Note, Path: name, What: f.describe(name)}, rank: ofFile}
	switch a.target.judge(f.ELF) {
	case native:
		a.judgeInterp(name, f, program)
		return
	case foreign:
		a.anyForeign = true
		if f.ELF.program() && (program || library) {
			found.Severity, found.Why = Error, a.reasonOf(program)
		}
	case sibling:
		a.anyForeign = true
		found.Why = "only some machines of the platform run it"
		if f.ELF.program() && program {
			found.Severity = Error
		}
	case newer:
		found.Why = "newer than " + a.platformName()
		if f.ELF.program() && program {
			found.Severity = Error
		}
	case device:
	}
	if a.ofToolchain(name, f) {
		return
	}
	if found.Severity == Error && a.oneOfASet(name, f) {
		found.Severity, found.Why = Note, "one of a set, with the file for this platform beside it"
	}
	a.found.foreign(found, f)
}

func (a *auditing) reasonOf(program bool) string {
	if program {
		return "it is executable, and not for " + a.platformName()
	}
	return "not for " + a.platformName()
}

// judgeInterp notes a program that cannot be started as things are: users may never start it.
func (a *auditing) judgeInterp(name string, f *file, program bool) {
	if !program || f.ELF.Interp == "" {
		return
	}
	if _, n := a.tree.find(f.ELF.Interp); n == nil {
		a.found.file(ranked{Finding: Finding{
			Severity: Note, Path: name, What: f.describe(name), Why: "its interpreter " + f.ELF.Interp + " is not there",
		}, rank: ofFile}, f)
	}
}
