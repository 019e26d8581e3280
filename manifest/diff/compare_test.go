package diff_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/diff"
	"github.com/docker-multiplat/docker-multiplat/manifest/fold"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// made is an image that is made up.
type made struct {
	arch     string
	files    map[string]string
	programs []string
	links    map[string]string
	packages []string
	config   ocispec.ImageConfig
}

func (m made) side() diff.Side {
	is := &inventory.Inventory{}
	is.Config.Config = m.config
	folder := fold.New()
	for name, body := range m.files {
		f := &inventory.File{
			Path: name, Kind: inventory.Regular, Form: inventory.Text, Mode: 0o644, Size: int64(len(body)),
			Sum: sha256.Sum256([]byte(body)),
		}
		if folded := sha256.Sum256(folder.Text([]byte(body))); folded != f.Sum {
			f.Folded = &folded
		}
		is.Files = append(is.Files, f)
	}
	for _, name := range m.programs {
		is.Files = append(is.Files, &inventory.File{
			Path: name, Kind: inventory.Regular, Form: inventory.Program, Mode: 0o755, Size: 1000,
			Sum: sha256.Sum256([]byte(name + m.arch)),
		})
	}
	for name, target := range m.links {
		is.Files = append(is.Files, &inventory.File{Path: name, Kind: inventory.Symlink, Target: target})
	}
	for _, text := range m.packages {
		name, version, _ := strings.Cut(text, " ")
		is.Packages = append(is.Packages, inventory.Package{
			Ecosystem: inventory.Debian, Name: name, Version: version, Architecture: m.arch,
		})
	}
	return diff.Side{Name: "app", Platform: ocispec.Platform{OS: "linux", Architecture: m.arch}, Inventory: is}
}

// compare returns what differs in short: a line for each difference.
func compare(t *testing.T, images ...made) (lines []string, report diff.Report) {
	t.Helper()
	sides := make([]diff.Side, len(images))
	for i, m := range images {
		sides[i] = m.side()
	}
	report, err := diff.Compare(t.Context(), sides)
	assert.NilError(t, err)
	return linesOf(report), report
}

// linesOf is what differs, a line for each.
func linesOf(report diff.Report) (lines []string) {
	line := func(what string, values []*string) {
		for _, v := range values {
			if v == nil {
				what += " -"
				continue
			}
			what += " " + *v
		}
		lines = append(lines, what)
	}
	for _, s := range report.Config {
		line(s.Field, s.Values)
	}
	for _, p := range report.Packages {
		line(p.Name, p.Values)
	}
	for _, f := range report.Files {
		line(string(f.What)+" "+f.Path, f.Values)
	}
	return lines
}

// What has to differ between platforms is no difference.
func TestSameAppOnThreePlatforms(t *testing.T) {
	app := func(arch, triplet, linker string) made {
		return made{
			arch: arch,
			files: map[string]string{
				"etc/ld.so.conf.d/" + triplet + ".conf": "/usr/lib/" + triplet + "\n",
				"var/lib/dpkg/status":                   "Architecture: " + arch,
				"app/readme":                            "the same",
			},
			programs: []string{"usr/bin/app", "usr/lib/" + triplet + "/libc.so.6", linker},
			links:    map[string]string{"usr/lib/" + triplet + "/libz.so": "/lib/" + triplet + "/libz.so.1"},
			packages: []string{
				"libc6 2.36-9",
				"perl-base 5.36.0-7+b" + map[string]string{"amd64": "1", "arm64": "2", "s390x": "3"}[arch],
			},
			config: ocispec.ImageConfig{Entrypoint: []string{"/usr/bin/app"}, Env: []string{"TRIPLET=" + triplet}},
		}
	}
	wide := app("amd64", "x86_64-linux-gnu", "lib64/ld-linux-x86-64.so.2")
	wide.links["lib64"] = "usr/lib64"
	lines, report := compare(t, wide, app("arm64", "aarch64-linux-gnu", "lib/ld-linux-aarch64.so.1"),
		app("s390x", "s390x-linux-gnu", "lib/ld64.so.1"))
	assert.DeepEqual(t, lines, []string(nil))
	assert.Assert(t, report.Equal())
	assert.Assert(t, report.Folded.Programs > 0 && report.Folded.Texts > 0 && report.Folded.Paths > 0)
}

// A platform that lacks most of the app is seen, and what is missing stands first.
func TestLackingPlatform(t *testing.T) {
	whole := made{
		arch: "amd64", files: map[string]string{"app/config": "a=1", "app/models/x/one": "12345", "app/models/x/two": "1"},
		programs: []string{"app/run"}, packages: []string{"libgomp1 12", "libopenblas0 0.3"},
		config: ocispec.ImageConfig{Entrypoint: []string{"/app/run"}},
	}
	lacking := made{
		arch: "arm64", files: map[string]string{"app/config": "a=2"}, programs: []string{"app/run"},
		packages: []string{"libgomp1 13"}, config: ocispec.ImageConfig{Cmd: []string{"sh"}},
	}
	lines, report := compare(t, whole, lacking)
	assert.DeepEqual(t, lines, []string{
		`Entrypoint ["/app/run"] -`, `Cmd - ["sh"]`, "libopenblas0 0.3 -", "libgomp1 12 13",
		"only app/models 6 -", "content app/config 3 3",
	})
	gathered := report.Files[slices.IndexFunc(report.Files, func(f diff.File) bool { return f.What == diff.Only })]
	assert.Equal(t, gathered.Count, 2)
	assert.DeepEqual(t, gathered.Sizes, []int64{6, 0})
}

// Between two images of one platform nothing has to differ.
func TestSamePlatformFoldsNothing(t *testing.T) {
	was := made{arch: "amd64", programs: []string{"app/run"}, packages: []string{"perl 5+b1"}}
	is := made{arch: "amd64", packages: []string{"perl 5+b2"}, files: map[string]string{"app/run": "#!/bin/sh"}}
	lines, _ := compare(t, was, is)
	assert.DeepEqual(t, lines, []string{"perl 5+b1 5+b2", "content app/run 1000 9"})
}

// A library that brings its natives for every platform is the same everywhere; one that lacks that of its own is not.
func TestNativesOfSeveralPlatforms(t *testing.T) {
	all := []string{"lib/prebuilds/linux-x64/n.node", "lib/prebuilds/linux-arm64/n.node"}
	lines, _ := compare(t, made{arch: "amd64", programs: all}, made{arch: "arm64", programs: all})
	assert.DeepEqual(t, lines, []string(nil))
	lines, _ = compare(t, made{arch: "amd64", programs: all}, made{arch: "arm64", programs: all[:1]})
	assert.DeepEqual(t, lines, []string{"only lib/prebuilds/linux-arm64/n.node 2 files 1 files"})
}

// Platforms of one family are platforms too: a machine of one may run the programs of the other, which differ all the
// same.
func TestPlatformsOfOneFamily(t *testing.T) {
	for _, archs := range [][2]string{{"arm64", "arm"}, {"arm", "arm64"}, {"amd64", "386"}} {
		lines, _ := compare(t, made{arch: archs[0], programs: []string{"app/run"}},
			made{arch: archs[1], programs: []string{"app/run"}})
		assert.DeepEqual(t, lines, []string(nil))
	}
}

// Images that have hardly a file in common are not compared file by file.
func TestNothingInCommon(t *testing.T) {
	sides := []diff.Side{made{arch: "amd64"}.side(), made{arch: "amd64"}.side()}
	for i := range sides {
		for n := range 101_000 {
			file := &inventory.File{Path: fmt.Sprintf("%d-%d", n, i), Kind: inventory.Symlink}
			sides[i].Inventory.Files = append(sides[i].Inventory.Files, file)
		}
	}
	_, err := diff.Compare(t.Context(), sides)
	assert.ErrorIs(t, err, inventory.ErrLimit)
	assert.ErrorContains(t, err, "200000 files differ")
}
