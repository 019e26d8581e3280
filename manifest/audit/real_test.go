package audit

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// goPlatforms are the platforms Go programs are made for in these tests.
func goPlatforms() []string {
	return []string{"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x", "linux/ppc64le"}
}

// goPrograms gives a static Go program of every platform.
func goPrograms(t *testing.T) map[string][]byte {
	t.Helper()
	programs := map[string][]byte{}
	for _, name := range goPlatforms() {
		programs[name] = goProgram(t, name)
	}
	return programs
}

// A program is right on its own platform and wrong on every other, whatever is around it.
func TestGoPrograms(t *testing.T) {
	programs := goPrograms(t)
	for _, made := range goPlatforms() {
		layers := [][]byte{zstandard(t, layerOf(t, data("etc/motd", []byte("hello")), exe("app", programs[made])))}
		for _, labelled := range goPlatforms() {
			report := auditOf(t, image{platform: labelled, layers: layers, config: starting("/app")})
			if made == labelled {
				assert.Equal(t, len(report.Findings), 0, "%s: %v", labelled, report.Findings)
				continue
			}
			errs := report.Errors()
			assert.Equal(t, len(errs), 1, "%s in %s", made, labelled)
			assert.Equal(t, errs[0].Path, "/app")
			assert.Assert(t, strings.Contains(errs[0].Why, "entrypoint"))
		}
	}
}

// Go's own tree holds programs of many platforms as test data: no alarm on any platform, and each of them is seen.
func TestGoTree(t *testing.T) {
	output, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	assert.NilError(t, err)
	layer := treeLayer(t, filepath.Join(strings.TrimSpace(string(output)), "src"), "usr/local/go/src")
	s, cache := newShelf(t), NewMemory()
	for i, name := range goPlatforms() {
		desc := s.put(t, image{platform: name, layers: [][]byte{layer}})
		report, err := New(s, cache).Audit(t.Context(), desc, parsePlatform(t, name), Globs{})
		assert.NilError(t, err)
		assert.DeepEqual(t, lines(report.Errors()), []string{})
		assert.Assert(t, len(report.Notes()) > 20, "%d", len(report.Notes()))
		assert.Equal(t, report.Read == 0, i > 0)
	}
}

// treeLayer is an archive of a folder of this machine.
func treeLayer(t *testing.T, root, prefix string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := tar.NewWriter(&out)
	assert.NilError(t, filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil || name == "." {
			return err
		}
		return addFile(archive, path, prefix+"/"+filepath.ToSlash(name), info)
	}))
	assert.NilError(t, archive.Close())
	return out.Bytes()
}

func addFile(archive *tar.Writer, path, name string, info os.FileInfo) error {
	target := ""
	if info.Mode()&os.ModeSymlink != 0 {
		var err error
		if target, err = os.Readlink(path); err != nil {
			return err
		}
	}
	header, err := tar.FileInfoHeader(info, target)
	if err != nil {
		return err
	}
	header.Name = name
	if err := archive.WriteHeader(header); err != nil || !info.Mode().IsRegular() {
		return err
	}
	body, err := os.Open(path)
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = io.Copy(archive, body)
	return err
}

// The six ways to a wrong image, on three platforms: each is told by the file it is in.
func TestWrongImages(t *testing.T) {
	programs := goPrograms(t)
	for _, platform := range []string{"linux/arm64", "linux/arm/v7", "linux/s390x"} {
		own, foreign := programs[platform], programs["linux/amd64"]
		base := layerOf(t, exe("bin/busybox", own), link("bin/sh", "busybox"))
		foreignBase := layerOf(t, exe("bin/busybox", foreign), link("bin/sh", "busybox"))
		for name, tc := range map[string]struct {
			image image
			path  string
		}{
			"foreign static program": {
				image{layers: [][]byte{base, layerOf(t, exe("usr/bin/app", foreign))}, config: starting("/bin/sh")}, "/usr/bin/app",
			},
			"foreign shared object": {
				image{layers: [][]byte{base, layerOf(t, data("usr/lib/libapp.so.1", x86().library().bytes(t)))}}, "/usr/lib/libapp.so.1",
			},
			"foreign base under a right label": {
				image{layers: [][]byte{foreignBase, layerOf(t, exe("app", own))}, config: starting("/app")}, "/bin/busybox",
			},
			"config of another platform": {image{layers: [][]byte{base}, says: "linux/amd64"}, ""},
			"entrypoint not there":       {image{layers: [][]byte{base}, config: starting("/usr/bin/app")}, "/usr/bin/app"},
			"script with a foreign interpreter": {
				image{
					layers: [][]byte{base, layerOf(t, text("run", "#!/opt/python\n"), data("opt/python", foreign), exe("opt/python", foreign))},
					config: starting("/run"),
				}, "/opt/python",
			},
		} {
			t.Run(platform+", "+name, func(t *testing.T) {
				tc.image.platform = platform
				errs := auditOf(t, tc.image).Errors()
				assert.Equal(t, len(errs), 1, "%v", lines(errs))
				assert.Equal(t, errs[0].Path, tc.path)
			})
		}
	}
}
