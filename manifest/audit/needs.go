package audit

import (
	"iter"
	"path"
	"slices"
	"strings"
)

// needed is one file whose libraries are looked for.
type needed struct {
	path string
	file *file
}

// judgeNeeds follows every program of the platform to the libraries it loads: one that is there for other machines
// alone is an error whatever its name. A library that is nowhere is not: the program may find it in other ways, and
// its tests show whether it does.
func (a *auditing) judgeNeeds() {
	if !a.anyForeign {
		return
	}
	seen := map[*file]bool{}
	var queue []needed
	a.libraries = libraryFolders{tree: a.tree, known: map[string]*node{}}
	a.tree.walk(func(name string, f *file) {
		if f.Kind == elfFile && f.Exec && f.ELF.program() && a.target.judge(f.ELF) == native {
			queue = append(queue, needed{name, f})
			a.judgeLoader(name, f)
		}
	})
	for len(queue) > 0 && a.tree.budget.ok() {
		now := queue[0]
		queue = queue[1:]
		if seen[now.file] {
			continue
		}
		seen[now.file] = true
		for _, library := range now.file.ELF.Needed {
			name, f, ok := a.library(now, library)
			switch {
			case f == nil:
			case ok:
				queue = append(queue, needed{name, f})
			default:
				a.found.foreign(ranked{Finding: Finding{
					Severity: Error, Path: name, What: f.describe(name),
					Why: "it is needed by " + now.path + ", and not for " + a.platformName(),
				}, rank: ofNeed}, f)
			}
		}
	}
}

// judgeLoader looks at the interpreter of a program, which its kernel starts.
func (a *auditing) judgeLoader(name string, f *file) {
	if f.ELF.Interp == "" {
		return
	}
	where, n := a.tree.find(f.ELF.Interp)
	if n == nil || n.file == nil || n.Kind != elfFile || a.target.judge(n.ELF) == native {
		return
	}
	a.found.foreign(ranked{Finding: Finding{
		Severity: Error, Path: where, What: n.describe(where),
		Why: "it is the interpreter of " + name + ", and not for " + a.platformName(),
	}, rank: ofNeed}, n.file)
}

// library finds a library as a loader does: the first of the same kind as the file that needs it. If there is none, it
// is the first of another kind, and ok is false.
func (a *auditing) library(of needed, name string) (where string, found *file, ok bool) {
	want := shape{of.file.ELF.Machine, of.file.ELF.Class, of.file.ELF.Data}
	for dir := range a.libraryFolders(of, name) {
		if !a.tree.budget.ok() {
			return "", nil, false
		}
		if !a.libraries.has(dir, name) {
			continue
		}
		at, n := a.tree.find(path.Join("/", dir, name))
		if n == nil || n.file == nil || n.Kind != elfFile {
			continue
		}
		if (shape{n.ELF.Machine, n.ELF.Class, n.ELF.Data}) == want {
			return at, n.file, true
		}
		// one for other machines of the platform, such as 386 on amd64, is for other programs, not foreign
		if fits := a.target.judge(n.ELF); found == nil && (fits == foreign || fits == sibling) {
			where, found = at, n.file
		}
	}
	return where, found, false
}

// libraryFolders are where a loader looks (ld.so(8)), without its configuration files.
func (a *auditing) libraryFolders(of needed, name string) iter.Seq[string] {
	if strings.Contains(name, "/") {
		return slices.Values([]string{""})
	}
	rpath := of.file.ELF.RPath
	if of.file.ELF.RunPath != "" {
		rpath = ""
	}
	origin := strings.NewReplacer("${ORIGIN}", path.Dir(of.path), "$ORIGIN", path.Dir(of.path))
	return func(yield func(string) bool) {
		lists := strings.Join([]string{rpath, a.variable("LD_LIBRARY_PATH", ""), of.file.ELF.RunPath}, ":")
		for dir := range strings.SplitSeq(lists, ":") {
			if a.tree.budget.step(1 + len(dir)/16); !a.tree.budget.ok() {
				return
			}
			if dir != "" && len(dir) <= maxPath && !yield(origin.Replace(dir)) {
				return
			}
		}
		for _, dir := range a.standardFolders() {
			if !yield(dir) {
				return
			}
		}
	}
}

// maxKnownFolders is how many folders of libraries are remembered.
const maxKnownFolders = 1 << 14

// libraryFolders are the folders that loaders look into: for most libraries in vain.
type libraryFolders struct {
	tree  *tree
	known map[string]*node
}

// has tells whether a folder could have a library: something of its name is there, or the name leads elsewhere.
func (l libraryFolders) has(dir, name string) bool {
	if l.tree.budget.step(1); strings.Contains(name, "/") {
		return true
	}
	found, known := l.known[dir]
	if !known {
		if _, found = l.tree.find(path.Join("/", dir)); found != nil && !found.isFolder() {
			found = nil
		}
		if len(l.known) < maxKnownFolders {
			l.known[strings.Clone(dir)] = found
		}
	}
	return found != nil && (name == "." || name == ".." || found.children.get(name) != nil)
}

// standardFolders are those that every loader looks into.
func (a *auditing) standardFolders() []string {
	standard := []string{"lib", "lib64", "usr/lib", "usr/lib64", "usr/local/lib", "usr/local/lib64"}
	for _, triplet := range a.target.triplets {
		standard = append(standard, "lib/"+triplet, "usr/lib/"+triplet, "usr/local/lib/"+triplet)
	}
	return standard
}
