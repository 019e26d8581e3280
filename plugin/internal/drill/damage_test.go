//go:build drill

package drill

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// harm is something that becomes of a file.
type harm struct {
	name string
	do   func(path string) error
}

// harms are what may become of a file of some bytes: each place in it is hit once in so many.
func harms(size, stride int64) []harm {
	hole := func(size int64) func(string) error {
		return func(path string) error { return errors.Join(os.Truncate(path, 0), os.Truncate(path, size)) }
	}
	list := []harm{
		{"gone", os.Remove},
		{"sparse", func(path string) error { return os.Truncate(path, 10<<30) }},
		{"zeros", hole(size)},
		{"nothing but zeros", hole(10 << 30)},
		{"folder", replaced(func(path string) error { return os.Mkdir(path, 0o700) })},
		{"pipe", replaced(func(path string) error { return syscall.Mkfifo(path, 0o600) })},
		{"socket", replaced(func(path string) error { return syscall.Mknod(path, syscall.S_IFSOCK|0o600, 0) })},
		{"itself", replaced(func(path string) error { return os.Symlink(filepath.Base(path), path) })},
		{"endless", replaced(func(path string) error { return os.Symlink("/dev/zero", path) })},
		{"elsewhere", replaced(func(path string) error { return os.Symlink("/etc/hostname", path) })},
	}
	for at := int64(0); at < size; at += stride {
		list = append(list,
			harm{fmt.Sprint("cut at ", at), func(path string) error { return os.Truncate(path, at) }},
			harm{fmt.Sprint("bit in ", at), func(path string) error { return flipIn(path, at) }})
	}
	return list
}

// replaced puts something else in the place of a file.
func replaced(by func(path string) error) func(string) error {
	return func(path string) error { return errors.Join(os.Remove(path), by(path)) }
}

// flipIn flips one bit, whose place in the byte changes with that of the byte.
func flipIn(path string, at int64) error {
	body, err := os.ReadFile(path)
	if err != nil || at >= int64(len(body)) {
		return err // names of hosts make it longer or shorter
	}
	body[at] ^= 1 << (at % 8)
	return errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, body, 0o600))
}

// storeOfEverything is a store in which every kind of file is: a draft that may be published, one that may not, what an
// image has failed, what an audit has read, what a run that was killed has left.
func (d *try) storeOfEverything(t *testing.T) {
	t.Helper()
	platforms := []string{"linux/amd64", "linux/arm64"}
	s, err := store.Open(d.storeFolder(""))
	assert.NilError(t, err)
	var images []manifest.Image
	for _, p := range platforms {
		images = append(images, plugintest.PassedImage(t, s, p, "good"))
	}
	plugintest.SaveDraft(t, s, d.name("v0"), strings.Join(platforms, ","), images...)
	// another platform of this one was built anew, and its build failed: what it holds is of before
	plugintest.SaveDraft(t, s, d.name("v1"), strings.Join(platforms, ","), images...)
	plugintest.SaveNote(t, s, d.name("v1"), platforms[0], store.Note{State: draft.NotBuilt, Reason: "RUN false"})
	bad := plugintest.PassedImage(t, s, platforms[0], "bad")
	plugintest.SaveDraft(t, s, d.name("v2"), platforms[0], bad)
	config, err := s.ConfigOf(t.Context(), bad)
	assert.NilError(t, err)
	assert.NilError(t, s.Debts().Change(t.Context(), config, func(b *debt.Book) {
		b.Debts = append(b.Debts, debt.Debt{ID: "x", Cause: debt.Tests, Reason: "smoke test: exit code 3, not 0"})
	}))
	for _, p := range []manifest.Image{images[0], bad} {
		layers, err := s.PlatformImage(t.Context(), p)
		assert.NilError(t, err)
		assert.NilError(t, s.Scans().Put(t.Context(), layers.Manifest.Layers[0].Digest, "rules", []byte(`{}`)))
	}
	assert.NilError(t, s.Close())
}

// storeCodes are how a command may end that meets a damaged store.
func storeCodes() []int { return []int{0, 2, 3, 5, 9} }

// files are those of a folder, by path.
func files(t *testing.T, root string) map[string]int64 {
	t.Helper()
	found := map[string]int64{}
	assert.NilError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		found[path] = info.Size()
		return err
	}))
	return found
}

// damaged harms each file of a store in each way, and has every command meet it: what is published is what would have
// been published, and what the gate keeps back stays back.
func damaged(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	model := newTry(t, d.Options, 0)
	model.storeOfEverything(t)
	all := files(t, model.storeFolder(""))
	whole := model.run(t, "", "publish", "--by-digest", "--quiet", model.name("v0"))
	assert.Equal(t, whole.code, 0, whole.output)
	_, want, _ := strings.Cut(strings.TrimSpace(whole.output), "@")
	stride := int64(max(1, 20_000/d.Tries))
	t.Run("try", func(t *testing.T) {
		n := 0
		for _, path := range slices.Sorted(maps.Keys(all)) {
			size := all[path]
			name, err := filepath.Rel(model.storeFolder(""), path)
			assert.NilError(t, err)
			for _, h := range harms(size, stride) {
				n++
				if d.Short && n%40 != int(d.Seed%40) {
					continue
				}
				at := n
				t.Run(strconv.Itoa(n)+" "+name[:min(len(name), 30)]+" "+h.name, func(t *testing.T) {
					t.Parallel()
					count := d.Try(t)
					one := newTry(t, d.Options, at)
					one.storeOfEverything(t)
					assert.NilError(t, h.do(filepath.Join(one.storeFolder(""), name)))
					count(1, one.meets(t, h.name, want))
				})
			}
		}
	})
}

// meets runs commands on a store that was harmed, and says whether the good draft could be published.
func (d *try) meets(t *testing.T, harm, want string) bool {
	t.Helper()
	for _, args := range [][]string{{"ls"}, {"inspect", "--local", d.name("v0")}, {"tag", d.name("v0"), d.name("v3")}} {
		d.measured(t, args...).check(t, strings.Join(args, " "), mostTime, storeCodes()...)
	}
	got := d.measured(t, "publish", d.name("v0"))
	got.check(t, "publish", mostTime, storeCodes()...)
	now, err := d.watch.read("v0")
	assert.NilError(t, err)
	assert.Check(t, now.digest == "" && got.code > 0 || now.digest == want, "it published %v: %s", now, got.output)
	for _, tag := range []string{"v1", "v2"} {
		if tag == "v2" && harm == "gone" {
			continue // what was never written down is not known
		}
		shut := d.measured(t, "publish", d.name(tag))
		shut.check(t, "publish of "+tag, mostTime, storeCodes()...)
		now, err := d.watch.read(tag)
		assert.NilError(t, err)
		assert.Check(t, shut.code > 0 && now.digest == "", "%s was published: %s", tag, shut.output)
	}
	for _, args := range [][]string{{"prune", "--force", "--all"}, {"rm", d.name("v0")}, {"rm", d.name("v1")}, {"ls"}} {
		d.measured(t, args...).check(t, strings.Join(args, " "), mostTime, storeCodes()...)
	}
	return got.code == 0
}
