package audit

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// toolchain is a folder of what programs for another machine are linked with: nothing in it is run here.
type toolchain struct {
	first *file
	count int
}

// ofToolchain tells a file of another machine that lies in the folder of a cross toolchain, and counts it there.
func (a *auditing) ofToolchain(name string, f *file) bool {
	if !a.isStranger(f) {
		return false
	}
	parts := strings.Split(strings.TrimPrefix(name, "/"), "/")
	for i, dir := range parts[:len(parts)-1] {
		folder := "/" + path.Join(parts[:i+1]...)
		if !a.isTriple(dir, f) || !a.isToolchain(folder) {
			continue
		}
		there := a.toolchains[folder]
		if there == nil {
			there = &toolchain{first: f}
			if a.toolchains == nil {
				a.toolchains = map[string]*toolchain{}
			}
			a.toolchains[folder] = there
		}
		there.count++
		return true
	}
	return false
}

// isTriple tells a folder that has the name compilers give to the machine of a file, such as aarch64-linux-gnu.
func (a *auditing) isTriple(dir string, f *file) bool {
	if !strings.Contains(dir, "-linux-") {
		return false
	}
	found := a.sets.read(dir)
	return len(found.said) == 1 && found.said[0].text == strings.ToLower(dir) && found.said[0].names(f.ELF.Machine)
}

// isToolchain tells the folder of a cross toolchain, named after a machine: by its place, where distributions put them,
// or by the file that every program is linked with. The folders of libraries in lib are those of packages.
func (a *auditing) isToolchain(folder string) bool {
	parent := path.Dir(folder)
	switch {
	case parent == "/usr" || parent == "/usr/local" || path.Base(parent) == "gcc-cross":
		return true
	case path.Base(parent) == "lib":
		return false
	}
	for _, root := range []string{"", "usr", "sysroot", "sysroot/usr", "libc/usr"} {
		for _, lib := range []string{"lib", "lib64"} {
			if _, n := a.tree.find(path.Join(folder, root, lib, "crt1.o")); n != nil {
				return true
			}
		}
	}
	return false
}

// judgeToolchains notes each cross toolchain once.
func (a *auditing) judgeToolchains() {
	for _, folder := range slices.Sorted(maps.Keys(a.toolchains)) {
		there := a.toolchains[folder]
		why := fmt.Sprintf("%d files in it are for %s", there.count, there.first.ELF.machineName())
		if there.count == 1 {
			why = "1 file in it is for " + there.first.ELF.machineName()
		}
		a.found.folder(folder, "folder of a cross toolchain", why, there.first)
	}
}
