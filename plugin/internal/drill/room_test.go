//go:build drill

package drill

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// roomless has commands meet a disk that has room for so many pages and no more, under the store or under temporary
// files: each ends with the words of it and no tag half written, what frees room works, and all works again with room.
func roomless(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for _, place := range []string{"store", "temporary"} {
			for _, verb := range []string{"publish", "first", "amend", "tag", "merge", "verify", "diff", "rm", "prune"} {
				for pages := range 6 {
					if d.Short && pages%2 > 0 {
						continue
					}
					t.Run(fmt.Sprint(place, "/", verb, "/", pages), func(t *testing.T) {
						count := d.Try(t)
						count(1, newTry(t, d.Options, pages).withoutRoom(t, place, verb, pages))
					})
				}
			}
		}
	})
}

// page is what a file on the small disk takes at least.
const page = 4096

// withoutRoom runs one command where only so many pages are left, and says whether it ended well all the same.
func (d *try) withoutRoom(t *testing.T, place, verb string, pages int) bool {
	t.Helper()
	platforms := []string{"linux/amd64", "linux/arm64"}
	folder := d.storeFolder("")
	if place == "temporary" {
		folder = filepath.Join(d.folder, "tmp")
	}
	disk := smallDisk(t, folder)
	d.published(t, "", "old", platforms, []string{"v0"})
	old, err := d.watch.read("v0")
	assert.NilError(t, err)
	d.draft(t, "", "new", platforms, []string{"v0", "v1"})

	args := map[string][]string{
		"publish": {"publish", d.name("v0")},
		"first":   {"publish", d.name("v1")},
		"amend":   {"publish", "--amend", d.name("v0")},
		"tag":     {"tag", d.name("v0"), d.name("v2")},
		"merge":   {"merge", "--deep", "--allow-untested", "-t", d.name("v0"), d.name("v0")},
		"verify":  {"verify", "--deep", d.name("v0")},
		"diff":    {"diff", d.name("v0")},
		"rm":      {"rm", d.name("v1")},
		"prune":   {"prune", "--force", "--all"},
	}[verb]
	fill(t, disk, pages)
	got := d.run(t, "", args...)
	codes := map[int]bool{0: true, 3: true}
	if verb == "diff" {
		codes[5] = true // they differ
	}
	assert.Check(t, codes[got.code], "exit %d: %s", got.code, got.output)
	if got.code == 3 {
		assert.Check(t, strings.Contains(got.output, "no space left on device"), got.output)
	}
	if verb == "rm" || verb == "prune" {
		assert.Check(t, got.code == 0, "what frees room failed: %s", got.output)
	}
	now, err := d.watch.read("v0")
	assert.NilError(t, err)
	assert.DeepEqual(t, now.platforms, platforms)
	first, err := d.watch.read("v1")
	assert.NilError(t, err)
	if got.code == 3 && (now.digest != old.digest || first.digest != "") {
		said := strings.Contains(got.output, "published all the same") || strings.Contains(got.output, "written")
		assert.Check(t, said, "it does not say that the tag is new: %s", got.output)
	}
	assert.NilError(t, os.Remove(filepath.Join(disk, "filled")))
	again := d.run(t, "", args...)
	well := again.code == got.code && got.code != 3 || again.code == 0 || verb == "rm" && again.code == 2
	assert.Check(t, well, "with room: exit %d: %s", again.code, again.output)
	d.leavesNothing(t)
	return got.code != 3
}

// smallDisk puts a disk of its own under a folder.
func smallDisk(t *testing.T, folder string) string {
	t.Helper()
	assert.NilError(t, os.MkdirAll(folder, 0o700))
	assert.NilError(t, syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=2m,mode=0700"))
	t.Cleanup(func() { assert.Check(t, syscall.Unmount(folder, syscall.MNT_DETACH)) })
	return folder
}

// fill leaves so many pages of a disk free.
func fill(t *testing.T, disk string, pages int) {
	t.Helper()
	file, err := os.Create(filepath.Join(disk, "filled"))
	assert.NilError(t, err)
	for err == nil {
		_, err = file.Write(make([]byte, page))
	}
	assert.ErrorIs(t, err, syscall.ENOSPC)
	info, err := file.Stat()
	assert.NilError(t, err)
	assert.NilError(t, file.Truncate(info.Size()/page*page-int64(pages)*page))
	assert.NilError(t, file.Close())
	var found syscall.Statfs_t
	assert.NilError(t, syscall.Statfs(disk, &found))
	assert.Equal(t, found.Bfree, uint64(pages))
}
