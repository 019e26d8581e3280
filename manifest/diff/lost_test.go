package diff_test

import (
	"crypto/sha256"
	"slices"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/diff"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// put adds a file that is no text.
func put(s diff.Side, name string, form inventory.Form, size int64, machine uint16) {
	s.Inventory.Files = append(s.Inventory.Files, &inventory.File{
		Path: name, Kind: inventory.Regular, Form: form, Mode: 0o644, Size: size, Machine: machine,
		Sum: sha256.Sum256([]byte(name + s.Platform.Architecture)),
	})
}

// lostCase is what two platforms hold, and what is said to be lost.
type lostCase struct {
	name       string
	amd, arm64 func(s diff.Side)
	want       []string
}

const (
	x86, arm   = 62, 183
	large, few = 3 << 30, 40 << 20
)

// lostCaches are of folders that tools and programs keep things in.
func lostCaches() []lostCase {
	return []lostCase{
		{
			"models in a cache",
			func(s diff.Side) {
				put(s, "root/.cache/huggingface/hub/model", inventory.Data, large, 0)
				put(s, "root/.cache/pip/http/a", inventory.Data, few, 0)
			},
			func(s diff.Side) { put(s, "root/.cache/pip/http/a", inventory.Data, few, 0) },
			[]string{"only root/.cache/huggingface 3221225472 -"},
		},
		{
			"browsers in a cache",
			func(s diff.Side) {
				put(s, "root/.cache/ms-playwright/chromium-1/chrome", inventory.Data, few, 0)
				put(s, "root/.cache/ms-playwright/ffmpeg-1/ffmpeg", inventory.Bytes, few, 0)
			},
			func(s diff.Side) { put(s, "root/.cache/ms-playwright/ffmpeg-1/ffmpeg", inventory.Bytes, few, 0) },
			[]string{"only root/.cache/ms-playwright/chromium-1 41943040 -"},
		},
		{
			"an app in a folder for what passes",
			func(s diff.Side) { put(s, "tmp/app/data", inventory.Bytes, few, 0) },
			func(s diff.Side) { put(s, "tmp/tmp.x", inventory.Bytes, 10, 0) },
			[]string{"content tmp 41943040 10"},
		},
	}
}

// lostContents are of files that are there on both.
func lostContents() []lostCase {
	return []lostCase{
		{
			"a program that holds all its dependencies",
			func(s diff.Side) { put(s, "app/bundle", inventory.Program, large, x86) },
			func(s diff.Side) { put(s, "app/bundle", inventory.Program, few, arm) },
			[]string{"content app/bundle 3221225472 41943040"},
		},
		{
			"an archive with less in it",
			func(s diff.Side) { put(s, "app/models.bin", inventory.Data, large, 0) },
			func(s diff.Side) { put(s, "app/models.bin", inventory.Data, 1000, 0) },
			[]string{"content app/models.bin 3221225472 1000"},
		},
		{
			"a library without what it is for",
			func(s diff.Side) { put(s, "usr/lib/x86_64-linux-gnu/libtorch.so", inventory.Program, large, x86) },
			func(s diff.Side) { put(s, "usr/lib/aarch64-linux-gnu/libtorch.so", inventory.Program, few, arm) },
			[]string{"content usr/lib/x86_64-linux-gnu/libtorch.so 3221225472 41943040"},
		},
		{
			"a library of the machine it was copied from",
			func(s diff.Side) {
				put(s, "app/node_modules/@img/sharp-linux-x64/sharp.node", inventory.Program, 9, x86)
			},
			func(s diff.Side) {
				put(s, "app/node_modules/@img/sharp-linux-x64/sharp.node", inventory.Program, 9, x86)
			},
			[]string{"machine app/node_modules/@img/sharp-linux-x64/sharp.node - X86_64"},
		},
		{
			"libraries for both machines on both",
			func(s diff.Side) {
				put(s, "app/prebuilds/linux-x64/a.node", inventory.Program, 9, x86)
				put(s, "app/prebuilds/linux-arm64/a.node", inventory.Program, 9, arm)
			},
			func(s diff.Side) {
				put(s, "app/prebuilds/linux-x64/a.node", inventory.Program, 9, x86)
				put(s, "app/prebuilds/linux-arm64/a.node", inventory.Program, 9, arm)
			},
			nil,
		},
		{
			"a wheel cache of the package manager",
			func(s diff.Side) { put(s, "root/.cache/pip/http/a", inventory.Bytes, few, 0) },
			func(s diff.Side) { put(s, "root/.cache/pip/wheels/b", inventory.Bytes, few, 0) },
			nil,
		},
	}
}

// What one platform has lost is said, whatever is folded between platforms: caches that programs look for, contents of
// quite another size, and libraries of the machine that the files were copied from.
func TestLostIsNotFolded(t *testing.T) {
	for _, tc := range append(lostCaches(), lostContents()...) {
		t.Run(tc.name, func(t *testing.T) {
			amd, other := made{arch: "amd64"}.side(), made{arch: "arm64"}.side()
			tc.amd(amd)
			tc.arm64(other)
			report, err := diff.Compare(t.Context(), []diff.Side{amd, other})
			assert.NilError(t, err)
			assert.DeepEqual(t, linesOf(report), tc.want)
		})
	}
}

// Only Debian marks a rebuild with +b1: another ecosystem's version says what it says.
func TestVersionsOfOthersAreWhole(t *testing.T) {
	for ecosystem, want := range map[inventory.Ecosystem]bool{inventory.Debian: false, inventory.Python: true} {
		amd, other := made{arch: "amd64"}.side(), made{arch: "arm64"}.side()
		amd.Inventory.Packages = []inventory.Package{{Ecosystem: ecosystem, Name: "a", Version: "1.0+b1"}}
		other.Inventory.Packages = []inventory.Package{{Ecosystem: ecosystem, Name: "a", Version: "1.0+b2"}}
		report, err := diff.Compare(t.Context(), []diff.Side{amd, other})
		assert.NilError(t, err)
		assert.Equal(t, len(report.Packages) == 1, want, "%s", ecosystem)
	}
}

// Packages that no compiler's maker has for some machines only are missed under any beginning of a name.
func TestPackagesAreMissed(t *testing.T) {
	names := []string{"libtorch2", "libicu72", "libcudart12", "libopenblas0", "lib3270", "libitk5", "libx11-6", "gcc-12"}
	amd := made{arch: "amd64"}
	for _, name := range names {
		amd.packages = append(amd.packages, name+" 1")
	}
	_, report := compare(t, amd, made{arch: "arm64"})
	var missed []string
	for _, p := range report.Packages {
		missed = append(missed, p.Name)
	}
	slices.Sort(names)
	assert.DeepEqual(t, missed, names)
}
