package fold

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
)

// sign stands for every machine; no path or text of people has it.
const sign = '\x01'

// Folder folds names. It is safe for concurrent use.
type Folder struct {
	// words are what is taken out, the longest first, by their first byte.
	words   [256][]word
	records []string
	// folders and files are a machine's own.
	folders []string
	files   map[string]bool
	rebuild *regexp.Regexp
}

type word struct{ text, instead string }

// New returns a folder that knows the table.
func New() *Folder {
	f := &Folder{records: records(), files: map[string]bool{}, rebuild: regexp.MustCompile(`\+b[0-9]+$`)}
	for _, name := range machineNames() {
		f.add(name, string(sign))
	}
	for _, name := range linkers() {
		f.add(name, string(sign)+".so")
	}
	for name, instead := range abiNames() {
		f.add(name, instead)
	}
	for first := range f.words {
		order.Stable(f.words[first], func(a, b word) int { return len(b.text) - len(a.text) })
	}
	for _, folder := range ownFolders() {
		f.folders = append(f.folders, f.Path(folder))
	}
	for _, file := range ownFiles() {
		f.files[f.Path(file)] = true
	}
	return f
}

func (f *Folder) add(text, instead string) {
	f.words[text[0]] = append(f.words[text[0]], word{text, instead})
}

// Text returns a text with one sign for every machine.
func (f *Folder) Text(text []byte) []byte {
	var out []byte
	kept := 0 // what is before it stands in out
	inside := false
	for at := 0; at < len(text); {
		w, ok := word{}, false
		if !inside {
			w, ok = f.at(text[at:])
		}
		if !ok {
			inside = letter(text[at])
			at++
			continue
		}
		out = append(append(out, text[kept:at]...), w.instead...)
		at += len(w.text)
		kept, inside = at, true
	}
	if kept == 0 {
		return text
	}
	return append(out, text[kept:]...)
}

// at is the word that a text begins with.
func (f *Folder) at(text []byte) (word, bool) {
	for _, w := range f.words[text[0]] {
		n := len(w.text)
		if len(text) >= n && string(text[:n]) == w.text && (len(text) == n || !letter(text[n])) {
			return w, true
		}
	}
	return word{}, false
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// String is Text for strings.
func (f *Folder) String(text string) string {
	if folded := f.Text([]byte(text)); string(folded) != text {
		return string(folded)
	}
	return text // it is held already
}

// Path returns the key of a path: that of the same file on another machine is the same. It is empty for what only
// names how wide a machine is, a link lib64 or the folder itself.
func (f *Folder) Path(name string) string {
	wide := libraryFolders()
	dir, base := path.Split(name)
	if slices.Contains(wide, base) && (dir == "" || dir == "usr/" || dir == "usr/local/") {
		return ""
	}
	for _, folder := range wide {
		if strings.HasPrefix(name, folder+"/") || strings.Contains(name, "/"+folder+"/") {
			name = strings.Replace("/"+name, "/"+folder+"/", "/lib/", 1)[1:]
		}
	}
	return f.String(name)
}

// Own tells whether a file of the system is a machine's own by its path: it may be there for one machine alone, and its
// bytes say nothing to compare.
func (f *Folder) Own(name string) bool {
	folded := f.Path(name)
	dir, base := path.Split(folded)
	switch {
	case f.files[folded], below(folded, f.folders):
		return true
	case strings.HasSuffix(dir, ".dist-info/") && slices.Contains(builtLists(), base):
		return true
	case !strings.HasPrefix(folded, "usr/") && !strings.HasPrefix(folded, "lib/"), strings.IndexByte(folded, sign) < 0:
		return false
	case strings.HasPrefix(folded, "usr/share/doc/"):
		return true
	}
	return slices.Contains(ownEndings(), path.Ext(base))
}

// OwnPackage tells whether a package of Debian is there for some machines only. A number that a beginning ends in is
// whole: lib3270 is no lib32.
func (f *Folder) OwnPackage(name string) bool {
	digit := func(text string, at int) bool { return at < len(text) && text[at] >= '0' && text[at] <= '9' }
	return slices.ContainsFunc(ownPackages(), func(begin string) bool {
		return strings.HasPrefix(name, begin) && (!digit(begin, len(begin)-1) || !digit(name, len(begin)))
	})
}

// below tells whether a path is one of some, or lies below it.
func below(name string, folders []string) bool {
	for _, folder := range folders {
		if strings.HasPrefix(name, folder) && (len(name) == len(folder) || name[len(folder)] == '/') {
			return true
		}
	}
	return false
}

// Record returns the folder or file of tools that a file is part of; it is empty for one that they do not write for
// themselves.
func (f *Folder) Record(name string) string {
	at := slices.IndexFunc(f.records, func(record string) bool { return below(name, []string{record}) })
	if at < 0 {
		return ""
	}
	return f.records[at]
}

// Version returns a version without the mark that Debian gives to what was compiled once more for one architecture
// (binNMU, Debian policy 5.6.12).
func (f *Folder) Version(version string) string { return f.rebuild.ReplaceAllString(version, "") }
