package inventory

import (
	"archive/zip"
	"cmp"
	"io"
	"path"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

func isJava(base string) bool {
	ending := path.Ext(base)
	return ending == ".jar" || ending == ".war" || ending == ".ear"
}

const (
	// maxManifest bounds a manifest of an archive, maxInside how many archives and properties are read in one.
	maxManifest = 1 << 20
	maxInside   = 10_000
)

// javaNamed reads a Java archive of a name: what Maven wrote into it of each library (pom.properties), else what its
// manifest says (JAR specification), else what its name does. Archives in it are known by their names.
func javaNamed(base string) reader {
	return func(file io.ReaderAt, size int64) ([]Package, bool) {
		archive, err := zip.NewReader(file, size)
		if err != nil {
			return nil, true // by its name alone it is one
		}
		var libraries, inside, own []Package
		for _, entry := range archive.File {
			if len(libraries)+len(inside) == maxInside {
				break
			}
			switch name := entry.Name; {
			case strings.HasPrefix(name, "META-INF/maven/") && path.Base(name) == "pom.properties":
				libraries = append(libraries, readProperties(zipText(entry))...)
			case name == "META-INF/MANIFEST.MF":
				own = readManifest(zipText(entry), base)
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

func zipText(entry *zip.File) []byte {
	if entry.UncompressedSize64 > maxManifest {
		return nil
	}
	reader, err := entry.Open()
	if err != nil {
		return nil
	}
	defer reader.Close()
	text, _, err := localfile.Stream(reader, maxManifest)
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
		p[field] = value
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
