package audit

import (
	"path"
	"slices"
)

// maxTwins is how many files for the platform are kept of those that differ in the words for platforms alone.
const maxTwins = 32

// sets are the files of other platforms that an image has beside those for its own, on purpose.
type sets struct {
	*spellings
	// members have a counterpart for the platform of the image.
	members map[string]bool
	// folders are named after a machine and hold a member: what else is in them for that machine is of the set, too.
	folders map[string]bool
	// beside are the folders that have folders named after a machine.
	beside map[string]*siblings
}

// stranger is a file that is not for the platform of the image, and says so.
type stranger struct {
	spelled
	name string
	file *file
}

// findSets looks for the counterparts of all files of other platforms: those for the platform of the image whose path
// is the same but for the words for platforms.
func (a *auditing) findSets() {
	a.sets = sets{
		spellings: newSpellings(a.tree.budget),
		members:   map[string]bool{},
		folders:   map[string]bool{},
		beside:    map[string]*siblings{},
	}
	var strangers []stranger
	twins := map[string][]spelled{}
	a.tree.walk(func(name string, f *file) {
		if f.Kind == elfFile && a.isStranger(f) {
			if found := a.sets.read(name); len(found.said) > 0 {
				strangers = append(strangers, stranger{spelled: found, name: name, file: f})
				twins[found.key] = nil
			}
		}
	})
	if len(strangers) == 0 {
		return
	}
	a.tree.walk(func(name string, f *file) {
		if f.Kind != elfFile || a.target.judge(f.ELF) != native {
			return
		}
		found := a.sets.read(name)
		if list, wanted := twins[found.key]; wanted && len(list) < maxTwins {
			twins[found.key] = append(list, found)
		}
	})
	for _, s := range strangers {
		a.wantSiblings(s.name, s.file)
	}
	a.findSiblings()
	for _, s := range strangers {
		if !slices.ContainsFunc(twins[s.key], func(twin spelled) bool { return a.counterparts(s, twin) }) {
			continue
		}
		a.sets.members[s.name] = true
		if folder := a.folderOf(s.name, s.file); folder != "" {
			a.sets.folders[folder] = true
		}
	}
}

func (a *auditing) isStranger(f *file) bool {
	fits := a.target.judge(f.ELF)
	return fits == foreign || fits == sibling || fits == newer
}

// counterparts tells whether a path names the machine of its file where that of its twin has another platform. One that
// names no machine there is enough where the twin names its own: "debian" beside "linux-arm64".
func (a *auditing) counterparts(s stranger, twin spelled) bool {
	told := false
	for i, here := range s.said {
		there := twin.said[i]
		switch {
		case here.text == there.text:
		case here.names(s.file.ELF.Machine):
			told = true
		case len(here.machines) > 0:
			return false // the name lies
		default:
			told = told || slices.ContainsFunc(a.target.native, func(own shape) bool { return there.names(own.machine) })
		}
	}
	return told
}

// folderOf is the nearest folder above a file that is named after its machine; empty for none, and for those in which
// every package of a system lays its libraries.
func (a *auditing) folderOf(name string, f *file) string {
	for dir := path.Dir(name); dir != "/"; dir = path.Dir(dir) {
		if !a.namesMachine(path.Base(dir), f) {
			continue
		}
		if slices.Contains([]string{"/lib", "/usr/lib", "/usr/local/lib"}, path.Dir(dir)) {
			return ""
		}
		return dir
	}
	return ""
}

// namesMachine tells whether a folder's name has a word for the machine of a file.
func (a *auditing) namesMachine(dir string, f *file) bool {
	return slices.ContainsFunc(a.sets.read(dir).said, func(s said) bool { return s.names(f.ELF.Machine) })
}

// oneOfASet tells a file whose counterpart for the platform of the image is there: who loads it chooses by the path.
func (a *auditing) oneOfASet(name string, f *file) bool {
	return a.sets.members[name] || a.hasSibling(name, f) || a.sets.folders[a.folderOf(name, f)]
}

// variants are the folders of linux/arm/v7 and the like.
func variants() []string { return []string{"v5", "v6", "v7", "v8"} }
