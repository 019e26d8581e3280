package inventory

import (
	"archive/zip"
	"cmp"
	"errors"
	"io"
	"math"
	"path"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

func isJava(base string) bool {
	ending := path.Ext(base)
	return ending == ".jar" || ending == ".war" || ending == ".ear"
}

const (
	// maxManifest bounds a manifest of an archive, maxTexts all that is read of one, maxInside how many archives and
	// properties that is.
	maxManifest = 1 << 20
	maxTexts    = 16 << 20
	maxInside   = 10_000
	// maxDirectory bounds the directory of an archive: each of its entries costs some hundred bytes of memory.
	maxDirectory = 8 << 20
)

// javaNamed reads a Java archive of a name: what Maven wrote into it of each library (pom.properties), else what its
// manifest says (JAR specification), else what its name does. Archives in it are known by their names. What is unpacked
// is added to spent.
func javaNamed(base string, spent *int64) reader {
	return func(file io.ReaderAt, size int64) ([]Package, bool) {
		directory := &bounded{ReaderAt: file, left: maxDirectory}
		archive, err := zip.NewReader(directory, size)
		if directory.left < 0 {
			return []Package{named(base)}, true
		}
		if err != nil {
			return nil, true // by its name alone it is one
		}
		directory.left = math.MaxInt64
		texts := zipTexts{left: maxTexts, spent: spent}
		var libraries, inside, own []Package
		for _, entry := range archive.File {
			if len(libraries)+len(inside) == maxInside {
				break
			}
			switch name := entry.Name; {
			case strings.HasPrefix(name, "META-INF/maven/") && path.Base(name) == "pom.properties":
				libraries = append(libraries, readProperties(texts.read(entry))...)
			case name == "META-INF/MANIFEST.MF":
				own = readManifest(texts.read(entry), base)
			case isJava(path.Base(name)):
				inside = append(inside, named(path.Base(name)))
			}
		}
		switch {
		case len(libraries) > 0:
			own = libraries
		case len(own) == 0:
			own = []Package{named(base)}
		}
		return append(own, inside...), true
	}
}

// bounded is a file of which so many bytes may be read.
type bounded struct {
	io.ReaderAt
	left int64
}

var errDirectory = errors.New("the directory of the archive is too large")

// ReadAt implements io.ReaderAt.
func (b *bounded) ReadAt(p []byte, at int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errDirectory
	}
	return b.ReaderAt.ReadAt(p, at)
}

// zipTexts reads short texts of one archive.
type zipTexts struct {
	left  int64
	spent *int64
}

// read returns nothing for what is too long, or cannot be read.
func (z *zipTexts) read(entry *zip.File) []byte {
	if entry.UncompressedSize64 > maxManifest || z.left <= 0 {
		return nil
	}
	reader, err := entry.Open()
	if err != nil {
		return nil
	}
	defer reader.Close()
	text, _, err := localfile.Stream(reader, maxManifest)
	z.left -= int64(len(text))
	if z.spent != nil {
		*z.spent += int64(len(text))
	}
	if err != nil {
		return nil
	}
	return text
}

// readProperties reads what Maven writes of a library: groupId, artifactId, version.
func readProperties(text []byte) []Package {
	p := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			p[key] = value
		}
	}
	if p["artifactId"] == "" {
		return nil
	}
	name := strings.TrimPrefix(p["groupId"]+":"+p["artifactId"], ":")
	return []Package{{Ecosystem: Java, Name: name, Version: p["version"]}}
}

// readManifest reads a MANIFEST.MF, which has the version under one of several names; nil if it has none.
func readManifest(text []byte, base string) []Package {
	p := map[string]string{}
	for field, value := range headerFields(text) {
		p[string(field)] = string(value)
	}
	version := cmp.Or(p["Implementation-Version"], p["Bundle-Version"], p["Specification-Version"])
	if version == "" {
		return nil
	}
	name, _, _ := strings.Cut(p["Bundle-SymbolicName"], ";")
	return []Package{{Ecosystem: Java, Name: cmp.Or(name, named(base).Name), Version: version}}
}

// named is an archive by its name alone: NAME-VERSION.jar, where the version begins with a digit.
func named(base string) Package {
	name := strings.TrimSuffix(base, path.Ext(base))
	for at := 0; at+1 < len(name); at++ {
		if name[at] == '-' && name[at+1] >= '0' && name[at+1] <= '9' {
			return Package{Ecosystem: Java, Name: name[:at], Version: name[at+1:]}
		}
	}
	return Package{Ecosystem: Java, Name: name}
}
