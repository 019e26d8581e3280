//go:build !race

// What these show is how much is read of what is large on purpose, by one goroutine: the race detector would see nothing
// and take minutes. make test-unit runs them without it.

package audit

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// What would take the machine's memory or hours is a finding that names the limit, whatever the layer is.
func TestLimitsOfHostileLayers(t *testing.T) {
	searched := starting("/p0")
	searched.Env = []string{"LD_LIBRARY_PATH=" + strings.Repeat("a:", 1_500_000)}
	for name, tc := range map[string]struct {
		image func(*testing.T) image
		want  string
	}{
		"deepchain": {hostile(deepChain(5)), "longer than 4096 bytes"},
		"longpaths": {hostile(longPaths(300)), "folders"},
		"linkcpu":   {hostile(chainedLinks(20_000)), "steps"},
		"programs": {func(t *testing.T) image {
			t.Helper()
			return image{layers: [][]byte{zipped(t, layerOf(t, programs(t, 1, 80_000)...)), zipped(t, layerOf(t, programs(t, 2, 80_000)...))}}
		}, "programs and libraries"},
		"layers": {func(t *testing.T) image {
			t.Helper()
			return image{layers: [][]byte{hugeFile(t, 1000), hugeFile(t, 1000), hugeFile(t, 1000)}}
		}, "decompressed"},
		"links": {func(t *testing.T) image {
			t.Helper()
			return image{layers: [][]byte{
				zipped(t, layerOf(t, longLinks(1, 15_000)...)), zipped(t, layerOf(t, longLinks(2, 15_000)...)),
			}}
		}, "bytes of names"},
		"zst100": {func(t *testing.T) image {
			t.Helper()
			return image{layers: [][]byte{hugeFile(t, 800_000)}}
		}, "decompressed"},
		"behind tar": {func(t *testing.T) image {
			t.Helper()
			return image{layers: [][]byte{zeros(nil, 1000)}}
		}, "behind"},
		"needs": {func(t *testing.T) image {
			t.Helper()
			i := hostile(manyNeeds(t, 5))(t)
			i.config = searched
			return i
		}, "steps"},
	} {
		t.Run(name, func(t *testing.T) {
			i := tc.image(t)
			i.platform = "linux/arm64"
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			found := auditWithin(t, 1<<20, i).Errors() // so that the test is short
			runtime.ReadMemStats(&after)
			assert.Equal(t, len(found), 1)
			assert.Check(t, strings.Contains(found[0].String(), tc.want), found[0].String())
			assert.Check(t, after.Sys-before.Sys < 400<<20, "%d MB", (after.Sys-before.Sys)>>20)
		})
	}
}

// Foreign files beside many folders are looked for in all of them at once: the work is in proportion to the image.
func TestLimitsOfManySiblings(t *testing.T) {
	i := hostile(append(manySets(t, 2000, 20_000), exe("s/d7/f7", arm64().bytes(t))))(t)
	i.platform = "linux/arm64"
	report := auditWithin(t, 1<<20, i)
	assert.Equal(t, len(report.Errors()), 1999)
	assert.Equal(t, len(report.Notes()), 1)
	assert.Check(t, strings.Contains(report.Notes()[0].String(), "/s/x86_64/f7"), report.Notes()[0].String())
}

// Of an index that lists one hostile image after the other, not each one takes all the time that one may take; honest
// ones among them pass.
func TestLimitsOfManyHostileImages(t *testing.T) {
	s := newShelf(t)
	auditor := New(s, nil)
	auditor.limits.steps = 1 << 18
	steps := 0
	for n := range 3 * imagesAtLimit {
		hostile := hostile(append(chainedLinks(1000), data(fmt.Sprint(n), nil)))(t)
		hostile.platform = "linux/arm64"
		honest := image{platform: "linux/arm64", layers: [][]byte{layerOf(t, exe("app", arm64().bytes(t)))}}
		for _, i := range []image{hostile, honest} {
			report, err := auditor.Audit(t.Context(), s.put(t, i), parsePlatform(t, i.platform), Globs{})
			assert.NilError(t, err)
			assert.Equal(t, len(report.Errors()) == 0, len(i.layers[0]) == len(honest.layers[0]), report.Errors())
		}
		if steps = auditor.spent.steps; n < imagesAtLimit {
			assert.Check(t, steps >= (n+1)*auditor.limits.steps, steps)
		}
	}
	assert.Check(t, steps < (imagesAtLimit+1)*auditor.limits.steps, steps)
}

// Packages are bounded as everything that is kept of a layer.
func TestLimitsOfPackages(t *testing.T) {
	var list strings.Builder
	for range 120_000 {
		list.WriteString("Package: p\nStatus: install ok installed\nVersion: 1\n\n")
	}
	report := auditOf(t, image{
		platform: "linux/amd64", config: starting("/app"),
		layers: [][]byte{zipped(t, layerOf(t, data("var/lib/dpkg/status", []byte(list.String()))))},
	})
	assert.Assert(t, report.Holds == nil)
	assert.Assert(t, strings.Contains(report.Errors()[0].String(), "packages"), "%v", report.Errors())
}
