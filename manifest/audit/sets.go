package audit

import (
	"path"
	"slices"
	"strings"
)

// oneOfASet tells a file that lies in a folder named after its architecture, while the same file for the platform of
// the image is in a sibling of that folder: who loads it chooses by the folder.
func (a *auditing) oneOfASet(name string, f *file) bool {
	parts := strings.Split(strings.TrimPrefix(name, "/"), "/")
	for i, dir := range parts[:len(parts)-1] {
		if !namesArchitecture(dir, architectureNames(f.ELF.Machine)) {
			continue
		}
		above, below := "/"+path.Join(parts[:i]...), parts[i+1:]
		if len(below) > 1 && slices.Contains(variants(), below[0]) {
			below = below[1:]
		}
		_, parent := a.tree.find(above)
		if parent == nil {
			continue
		}
		if !parent.isFolder() {
			continue
		}
		for other, n := range parent.children.all() {
			if a.tree.budget.step(2); !a.tree.budget.ok() {
				return false
			}
			if n.isFolder() && n.children.empty() {
				continue
			}
			if other != dir && a.hasNative(path.Join(above, other), path.Join(below...)) {
				return true
			}
		}
	}
	return false
}

// hasNative looks for a program of the platform in a folder, or in one of an ARM variant below it.
func (a *auditing) hasNative(folder, name string) bool {
	for _, variant := range append(variants(), "") {
		_, twin := a.tree.find(path.Join(folder, variant, name))
		if twin != nil && twin.file != nil && twin.Kind == elfFile && a.target.judge(twin.ELF) == native {
			return true
		}
	}
	return false
}

// variants are the folders of linux/arm/v7 and the like.
func variants() []string { return []string{"v5", "v6", "v7", "v8"} }

// namesArchitecture tells whether a folder's name has one of the words in it, as linux-x64, linux_amd64 and
// x86_64-linux-gnu do.
func namesArchitecture(dir string, names []string) bool {
	notInWord := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' }
	for _, word := range strings.FieldsFunc(strings.ToLower(dir), notInWord) {
		if slices.Contains(names, word) {
			return true
		}
		if slices.ContainsFunc(strings.Split(word, "_"), func(w string) bool { return slices.Contains(names, w) }) {
			return true
		}
	}
	return false
}
