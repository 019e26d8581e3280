//go:build drill

package drill

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// crowded has commands meet a store of as many drafts as it takes, and of far more than its list may hold: none takes
// longer, or more, than it may, and the store is of use after it.
func crowded(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	million := 1_000_000
	if d.Short {
		million = 120_000 // which are too many bytes as well
	}
	t.Run("try", func(t *testing.T) {
		t.Run("taken", func(t *testing.T) {
			if d.Short {
				t.Skip("it takes minutes; TestCrowdedStore is like it")
			}
			count := d.Try(t)
			newTry(t, d.Options, 0).fullOfDrafts(t)
			count(0, true)
		})
		for n, lost := range [][]string{{"index.json"}, {"index.json", "index.json.copy"}} {
			t.Run(strings.Join(lost, "+"), func(t *testing.T) {
				count := d.Try(t)
				newTry(t, d.Options, 1+n).overfull(t, million, lost)
				count(len(lost), true)
			})
		}
	})
}

const (
	// taken is how many drafts a store takes.
	taken = 10_000
	// mostTimeOfAll is the time of the processor for a command that reads each of them.
	mostTimeOfAll = 30 * time.Second
)

// fullOfDrafts uses a store that has as many drafts as it takes.
func (d *try) fullOfDrafts(t *testing.T) {
	t.Helper()
	platforms := []string{"linux/amd64", "linux/arm64"}
	d.draft(t, "", "one", platforms, []string{"v0"})
	multiply(t, d.storeFolder(""), []string{"index.json", "index.json.copy"}, taken)
	run := func(codes []int, args ...string) spent {
		t.Helper()
		got := d.measured(t, args...)
		t.Logf("%v: %s of the processor, %d MB", args, got.took, got.memory>>20)
		got.output = got.output[:min(len(got.output), 1<<19)] // there are many names
		got.check(t, strings.Join(args, " "), mostTimeOfAll, codes...)
		return got
	}
	well, refused := []int{0}, []int{3}
	for _, args := range [][]string{
		{"ls"}, {"ls", "--format", "json"}, {"inspect", "--local", d.name("v0")}, {"publish", d.name("v0")},
	} {
		run(well, args...)
	}
	got := run(refused, "tag", d.name("v0"), d.name("more"))
	assert.Check(t, strings.Contains(got.output, "docker multiplat prune"), got.output)
	run(well, "tag", d.name("m1"), d.name("m2")) // which is there
	run(well, "rm", d.name("m1"))
	run(well, "tag", d.name("v0"), d.name("more"))
	run(well, "prune", "--force")
	run(well, "prune", "--force", "--all")
	kept, err := readStore(d.storeFolder(""))
	assert.NilError(t, err)
	assert.Equal(t, len(kept), 0)
}

// overfull uses a store whose lists are far larger than any that this program writes.
func (d *try) overfull(t *testing.T, entries int, lists []string) {
	t.Helper()
	d.draft(t, "", "one", []string{"linux/amd64", "linux/arm64"}, []string{"v0"})
	multiply(t, d.storeFolder(""), lists, entries)
	for _, args := range [][]string{
		{"ls"},
		{"inspect", "--local", d.name("v0")},
		{"publish", d.name("v0")},
		{"tag", d.name("v0"), d.name("v1")},
		{"rm", d.name("v0")},
		{"prune", "--force", "--all"},
	} {
		got := d.measured(t, args...)
		got.check(t, strings.Join(args, " "), mostTime, 9)
		assert.Check(t, strings.Contains(got.output, "next: docker multiplat prune --repair"), got.output)
	}
	d.measured(t, "prune", "--repair").check(t, "prune --repair", mostTime, 0)
	d.measured(t, "ls").check(t, "ls", mostTime, 0)
	kept, err := readStore(d.storeFolder(""))
	assert.NilError(t, err)
	assert.Equal(t, len(kept), 1) // under its name, or as recovered
	d.measured(t, "prune", "--force", "--all").check(t, "prune", mostTime, 0)
}

// multiply writes the one entry of a store's list so many times, under names of their own, into some lists.
func multiply(t *testing.T, folder string, lists []string, entries int) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(folder, ocispec.ImageIndexFile))
	assert.NilError(t, err)
	start, rest, found := bytes.Cut(body, []byte("\"manifests\": [\n"))
	assert.Assert(t, found)
	entry, end, found := bytes.Cut(rest, []byte("\n  ]"))
	assert.Assert(t, found)
	lines := strings.Split(string(entry), "\n")
	for i, line := range lines { // it is of the name as well
		if strings.Contains(line, "com.docker-multiplat.sum") {
			lines = append(lines[:i], lines[i+1:]...)
			break
		}
	}
	other := strings.Join(lines, "\n")
	assert.Assert(t, strings.Count(other, ":v0\"") == 2, other)
	for _, list := range lists {
		file, err := os.Create(filepath.Join(folder, list))
		assert.NilError(t, err)
		w := bufio.NewWriter(file)
		_, _ = fmt.Fprintf(w, "%s\"manifests\": [\n%s", start, entry)
		for i := range entries - 1 {
			_, _ = fmt.Fprintf(w, ",\n%s", strings.ReplaceAll(other, ":v0\"", fmt.Sprintf(":m%d\"", i)))
		}
		_, _ = fmt.Fprintf(w, "\n  ]%s", end)
		assert.NilError(t, w.Flush())
		assert.NilError(t, file.Close())
	}
}
