package audit

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"gotest.tools/v3/assert"
)

// BenchmarkAudit audits an image of one gzip layer of 60 MiB that does not compress, and of one of 20,000 small files:
// cold, and with what was read of the layers kept in memory.
func BenchmarkAudit(b *testing.B) {
	noise := make([]byte, 60<<20)
	_, err := rand.NewChaCha8([32]byte{1}).Read(noise)
	assert.NilError(b, err)
	var many []item
	for i := range 20_000 {
		many = append(many, data(fmt.Sprintf("usr/lib/python3/package-%d/file-%d.py", i/50, i), noise[i*100:i*100+2000]))
	}
	for name, layer := range map[string][]byte{
		"60MiB": zipped(b, layerOf(b, data("payload", noise), exe("app", arm64().bytes(b)))),
		"20000": zipped(b, layerOf(b, many...)),
	} {
		for _, cached := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/cached=%v", name, cached), func(b *testing.B) {
				benchmarkAudit(b, layer, cached)
			})
		}
	}
}

func benchmarkAudit(b *testing.B, layer []byte, cached bool) {
	b.Helper()
	s := newShelf(b)
	desc := s.put(b, image{platform: "linux/arm64", layers: [][]byte{layer}})
	platform := parsePlatform(b, "linux/arm64")
	auditor := New(s, nil)
	if cached {
		auditor = New(s, NewMemory())
		_, err := auditor.Audit(b.Context(), desc, platform, Globs{})
		assert.NilError(b, err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(layer)))
	for b.Loop() {
		report, err := auditor.Audit(b.Context(), desc, platform, Globs{})
		assert.NilError(b, err)
		assert.Equal(b, report.Read == 0, cached)
	}
}

// BenchmarkMillionFiles audits an image of a million ordinary files, in folders of a hundred.
func BenchmarkMillionFiles(b *testing.B) {
	var out bytes.Buffer
	packed := gzip.NewWriter(&out)
	archive := tar.NewWriter(packed)
	for i := range 1_000_000 {
		i := data(fmt.Sprintf("srv/node_modules/package-%d/lib/file-%d.js", i/100, i), nil)
		assert.NilError(b, archive.WriteHeader(i.header()))
	}
	assert.NilError(b, errors.Join(archive.Close(), packed.Close()))
	s := newShelf(b)
	desc := s.put(b, image{platform: "linux/arm64", layers: [][]byte{out.Bytes()}})
	out = bytes.Buffer{}
	runtime.GC()
	for b.Loop() {
		report, err := New(s, NewMemory()).Audit(b.Context(), desc, parsePlatform(b, "linux/arm64"), Globs{})
		assert.NilError(b, err)
		assert.Equal(b, len(report.Errors()), 0)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys>>20), "sys-MB")
}
