package audit

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// deepStrangers are n programs of another machine below folders that all name it.
func deepStrangers(tb testing.TB, n int) []item {
	tb.Helper()
	foreign := x86().bytes(tb)
	var items []item
	for i := range n {
		items = append(items, exe(fmt.Sprintf("%d/", i%50)+strings.Repeat("x86_64/", 580)+fmt.Sprintf("f%d", i), foreign))
	}
	return items
}

// flat is n plain files in one folder, beside a foreign one.
func flat(tb testing.TB, n int) []item {
	tb.Helper()
	items := []item{exe("s/foreign", x86().bytes(tb))}
	for i := range n {
		items = append(items, data(fmt.Sprintf("s/%d", i), nil))
	}
	return items
}

// BenchmarkHostile audits hostile images with the limits that users have.
func BenchmarkHostile(b *testing.B) {
	searched := starting("/p0")
	searched.Env = []string{"LD_LIBRARY_PATH=" + strings.Repeat("a:", 1_500_000)}
	one := func(items ...item) image { return image{layers: [][]byte{zipped(b, layerOf(b, items...))}} }
	for name, make := range map[string]func() image{
		"linkcpu": func() image { return one(chainedLinks(20_000)...) },
		"sets":    func() image { return one(manySets(b, 2000, 100_000)...) },
		"deep":    func() image { return one(deepStrangers(b, 3000)...) },
		"flat":    func() image { return one(flat(b, 1_900_000)...) },
		"needs": func() image {
			i := one(manyNeeds(b, 5)...)
			i.config = searched
			return i
		},
		"zst100": func() image { return image{layers: [][]byte{hugeFile(b, 800_000)}} },
		"layers": func() image {
			i := image{}
			for range 6 {
				i.layers = append(i.layers, hugeFile(b, 31_000))
			}
			return i
		},
		"links": func() image {
			i := image{}
			for layer := range 8 {
				i.layers = append(i.layers, zipped(b, layerOf(b, longLinks(layer, 15_000)...)))
			}
			return i
		},
	} {
		b.Run(name, func(b *testing.B) {
			i := make()
			i.platform = "linux/arm64"
			runtime.GC()
			for b.Loop() {
				for n, f := range auditWithin(b, maxSteps, i).Errors() {
					if n > 0 {
						break
					}
					b.Log(f.String())
				}
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64((m.HeapSys-m.HeapReleased)>>20), "heap-MB")
		})
	}
}
