package inventory

import (
	"bytes"
	"io"
	"path"
	"strings"
)

// teller takes the bytes of a file and tells which packages are installed, by its word.
type teller interface {
	io.Writer
	// packages are those it has found; known is false for a list that it cannot make sense of.
	packages() (list []Package, known bool)
}

// tellerOf chooses who looks at a file; nil: nobody does.
func (s *scanning) tellerOf(file *File) teller {
	dir, base := path.Split(file.Path)
	listing := func(read func([]byte) []Package) teller {
		if file.Size > maxListing {
			return nil
		}
		return &whole{read: read}
	}
	switch {
	case file.Path == "var/lib/dpkg/status", dir == "var/lib/dpkg/status.d/" && !strings.HasSuffix(base, ".md5sums"):
		return listing(readDebian)
	case file.Path == "lib/apk/db/installed", file.Path == "usr/lib/apk/db/installed":
		return listing(readAlpine)
	case isRPM(dir, base) && file.Size <= maxSpool:
		return s.spool.into(file.Size, readRPM)
	case base == "METADATA" && strings.HasSuffix(dir, ".dist-info/"),
		base == "PKG-INFO" && strings.HasSuffix(dir, ".egg-info/"),
		strings.HasSuffix(base, ".egg-info"):
		return listing(readPython)
	case base == "package.json" && inNodeModules(dir):
		return listing(readNode)
	case isJava(base) && file.Size <= maxSpool:
		return s.spool.into(file.Size, javaNamed(base))
	case file.Form == Program && file.Mode&0o111 != 0:
		return &goProgram{}
	}
	return nil
}

// whole keeps all of a file.
type whole struct {
	bytes.Buffer
	read func([]byte) []Package
}

func (w *whole) packages() ([]Package, bool) { return w.read(w.Bytes()), true }
