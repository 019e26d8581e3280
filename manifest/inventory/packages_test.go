package inventory_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// jar is a Java archive of texts by name.
func jar(t *testing.T, texts ...[2]string) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, text := range texts {
		entry, err := w.Create(text[0])
		assert.NilError(t, err)
		_, err = entry.Write([]byte(text[1]))
		assert.NilError(t, err)
	}
	assert.NilError(t, w.Close())
	return out.String()
}

// goBuilt is a program as Go links it, as far as its build information goes. Before it stands the magic as a text, as
// programs have it that read such information.
func goBuilt(modules string) string {
	mark := string(bytes.Repeat([]byte{'-'}, 16))
	text := func(s string) string { return string(binary.AppendUvarint(nil, uint64(len(s)))) + s }
	magic := "\xff Go buildinf:"
	return "\x7fELF" + magic + "%s is no build information" + string(bytes.Repeat([]byte{0}, 200_000)) +
		magic + "\x08\x02" + string(make([]byte, 16)) + text("go1.26.1") + text(mark+modules+mark) + "more"
}

// Packages are read where the tools that installed them write them down.
func TestPackages(t *testing.T) {
	in := newImages(t)
	is := in.image(archive(
		t,
		file(
			"var/lib/dpkg/status",
			"Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9+deb12u7\n"+
				"Description: C library\n goes on: not a field\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n",
		),
		file("var/lib/dpkg/status.d/base-files", "Package: base-files\nVersion: 12.4\nArchitecture: arm64\n"),
		file("lib/apk/db/installed", "C:Q1x=\nP:musl\nV:1.2.5-r0\nA:x86_64\n\nP:zlib\nV:1.3-r1\nA:x86_64\n\n"),
		file("usr/lib/python3/dist-packages/requests-2.31.0.dist-info/METADATA",
			"Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\n\nName: a line of the description\n"),
		file("app/node_modules/@scope/left/package.json", `{"name":"@scope/left","version":"1.0.1"}`),
		file("app/node_modules/left/lib/package.json", `{"name":"inner","version":"0"}`),
		file("app/package.json", `{"name":"app","version":"9"}`),
		program(
			"usr/bin/tool",
			goBuilt("path\texample.com/tool\nmod\texample.com/tool\tv1.2.3\th1:x=\ndep\tgolang.org/x/sys\tv0.30.0\th1:y=\n"),
		),
		file(
			"opt/lib-2.1.jar",
			jar(t, [2]string{"META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nImplementation-Version: 2.1\r\n"}),
		),
		file("opt/fat.jar", jar(t, [2]string{"META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=3\n"},
			[2]string{"BOOT-INF/lib/inner-4.5.jar", "x"})),
		file("opt/broken.jar", "no archive"),
	))
	found, err := inventory.Reader{Provider: in.store}.Read(t.Context(), is)
	assert.NilError(t, err)
	var list []string
	for _, p := range found.Packages {
		list = append(list, string(p.Ecosystem)+" "+p.Name+" "+p.Version+" "+p.Architecture)
	}
	assert.DeepEqual(t, list, []string{
		"apk musl 1.2.5-r0 x86_64", "apk zlib 1.3-r1 x86_64",
		"deb base-files 12.4 arm64", "deb libc6 2.36-9+deb12u7 amd64",
		"go example.com/tool v1.2.3 ", "go golang.org/x/sys v0.30.0 ", "go stdlib go1.26.1 ",
		"java g:a 3 ", "java inner 4.5 ", "java lib 2.1 ",
		"npm @scope/left 1.0.1 ", "python requests 2.31.0 ",
	})
}
