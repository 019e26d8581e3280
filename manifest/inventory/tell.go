package inventory

import (
	"io"
	"path"
	"strings"
)

// Teller takes the bytes of a file and tells which packages are installed, by its word.
type Teller interface {
	io.Writer
	// Packages are those it has found; known is false for a list that it cannot make sense of.
	Packages() (list []Package, known bool)
}

// Tellers choose who looks at the files of one layer, for who reads it anyway. They are for one file after the other.
type Tellers struct {
	spool spool
	// Unpacked counts the bytes of archives in the layer that were unpacked; nil: nobody wants to know.
	Unpacked *int64
}

// Close lets go of what was needed.
func (t *Tellers) Close() { t.spool.close() }

// Of chooses who looks at a file, by its path, size, mode and form; nil: nobody does.
func (t *Tellers) Of(file *File) Teller {
	dir, base := path.Split(file.Path)
	switch {
	case file.Path == "var/lib/dpkg/status", dir == "var/lib/dpkg/status.d/" && !strings.HasSuffix(base, ".md5sums"):
		return &paragraphs{most: mostTold, read: readDebian}
	case file.Path == "lib/apk/db/installed", file.Path == "usr/lib/apk/db/installed":
		return &paragraphs{most: mostTold, read: readAlpine}
	case isRPM(dir, base) && file.Size <= maxSpool:
		return t.spool.into(file.Size, readRPM)
	case base == "METADATA" && strings.HasSuffix(dir, ".dist-info/"),
		base == "PKG-INFO" && strings.HasSuffix(dir, ".egg-info/"),
		strings.HasSuffix(base, ".egg-info"):
		return &paragraphs{most: 1, read: readPython}
	case base == "package.json" && inNodeModules(dir) && file.Size <= maxJSON:
		return &nodePackage{}
	case isJava(base) && file.Size > 0 && file.Size <= maxSpool:
		return t.spool.into(file.Size, javaNamed(base, t.Unpacked))
	case file.Form == Program && file.Mode&0o111 != 0:
		return &goProgram{}
	}
	return nil
}

// Lists tells whether the file at a path is a list of packages, a text that is small beside what it speaks of.
func Lists(name string) bool {
	dir, base := path.Split(name)
	return !isRPM(dir, base) && !isJava(base) && (&Tellers{}).Of(&File{Path: name}) != nil
}

// Listed tells whether the packages of an ecosystem are told by such lists alone.
func Listed(e Ecosystem) bool { return e != Go && e != Java && e != RPM }
