//go:build drill

package drill

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// place is something that was done to where a store is.
type place struct {
	name string
	// do does it, and returns what the store is called from then on, relative to the folder of the try.
	do func(t *testing.T, d *try) string
	// refused is how commands end that want what is not there any more; all others end well.
	refused map[string]int
}

// refusing is a list of verbs that end with exit code 3.
func refusing(verbs string) map[string]int {
	codes := map[string]int{}
	for verb := range strings.FieldsSeq(verbs) {
		codes[verb] = 3
	}
	return codes
}

// there does something to a part of a store that stays where it is.
func there(do func(t *testing.T, path string), part ...string) func(*testing.T, *try) string {
	return func(t *testing.T, d *try) string {
		t.Helper()
		do(t, filepath.Join(append([]string{d.storeFolder("")}, part...)...))
		return "drafts"
	}
}

// linked moves a file or folder to another place, and leaves a link.
func linked(t *testing.T, path string) {
	t.Helper()
	away := filepath.Join(t.TempDir(), filepath.Base(path))
	assert.NilError(t, os.Rename(path, away))
	assert.NilError(t, os.Symlink(away, path))
}

// onOtherDisk puts what is in a folder on a disk of its own.
func onOtherDisk(t *testing.T, path string) {
	t.Helper()
	aside := path + ".aside"
	assert.NilError(t, os.Rename(path, aside))
	smallDisk(t, path)
	assert.NilError(t, os.CopyFS(path, os.DirFS(aside)))
	assert.NilError(t, os.RemoveAll(aside))
}

// readOnly mounts a file or folder read-only, in its own place.
func readOnly(t *testing.T, path string) {
	t.Helper()
	assert.NilError(t, syscall.Mount(path, path, "", syscall.MS_BIND, ""))
	t.Cleanup(func() { assert.Check(t, syscall.Unmount(path, syscall.MNT_DETACH)) })
	assert.NilError(t, syscall.Mount("", path, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""))
}

// foreign gives a file or folder to somebody else.
func foreign(t *testing.T, path string) {
	t.Helper()
	assert.NilError(t, os.Chown(path, 12345, 12345))
}

// places are all that is done to where a store is.
func places() []place {
	moved := func(to string, link bool) func(*testing.T, *try) string {
		return func(t *testing.T, d *try) string {
			t.Helper()
			assert.NilError(t, os.Rename(d.storeFolder(""), filepath.Join(d.folder, to)))
			if !link {
				return to
			}
			assert.NilError(t, os.Symlink(to, d.storeFolder("")))
			return "drafts"
		}
	}
	const changing = "build tag publish rm prune"
	list := []place{
		{"moved", moved("else where", false), nil},
		{"moved and linked", moved("else", true), nil},
		{"moved to an odd name", moved("home/\u00e4\u200b", false), nil},
		{"on another disk", there(onOtherDisk), nil},
		{"read-only", there(readOnly), refusing(changing)},
		{"of somebody else", there(foreign), refusing("ls inspect rehearse " + changing)},
	}
	const unwritable, unlisted = "build rm prune", "build tag publish rm"
	wanting := map[string]string{
		"blobs": unwritable, "blobs/sha256": unwritable, "index.json": unlisted, "index.json.copy": unlisted + " prune",
		"oci-layout": "", "lock": "", "use.lock": "", "work": changing,
	}
	for part, verbs := range wanting {
		list = append(list,
			place{part + " linked", there(linked, part), nil},
			place{part + " read-only", there(readOnly, part), refusing(verbs)},
			place{part + " of somebody else", there(foreign, part), nil},
		)
		if strings.HasPrefix(part, "blobs") || part == "work" {
			list = append(list, place{part + " on another disk", there(onOtherDisk, part), refusing("build")})
		}
	}
	return list
}

// misplaced has commands meet a store that was moved, linked, mounted read-only or given away, and one of which a part
// was: it is of use, or refused in words, and nothing of it is lost.
func misplaced(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for _, p := range places() {
			t.Run(p.name, func(t *testing.T) {
				count := d.Try(t)
				newTry(t, d.Options, 0).usesStoreAt(t, p)
				count(1, len(p.refused) == 0)
			})
		}
	})
}

// usesStoreAt runs commands on such a store.
func (d *try) usesStoreAt(t *testing.T, p place) {
	t.Helper()
	platforms := []string{"linux/amd64", "linux/arm64"}
	d.draft(t, "", "new", platforms, []string{"v0", "v1", "v2"})
	at := filepath.Join(d.folder, p.do(t, d))
	commands := map[string][]string{
		"ls": {"ls"}, "inspect": {"inspect", "--local", d.name("v0")}, "rehearse": {"publish", "--dry-run", d.name("v0")},
		"tag": {"tag", d.name("v0"), d.name("v3")}, "publish": {"publish", d.name("v1")}, "rm": {"rm", d.name("v2")},
		"prune": {"prune", "--force"},
	}
	for _, verb := range strings.Fields("ls inspect rehearse build tag publish rm prune ls") {
		cmd := d.command(t.Context(), "", commands[verb]...)
		cmd.Env = append(cmd.Env, "MULTIPLAT_STORE="+at)
		if verb == "build" {
			assert.Check(t, d.buildsAt(t, cmd, at) == (p.refused[verb] == 0))
			continue
		}
		got := finish(t, cmd)
		assert.Check(t, got.code == p.refused[verb], "%s: exit %d: %s", verb, got.code, got.output)
		assert.Check(t, got.code == 0 || strings.Contains(got.output, "ERROR: "), got.output)
		assert.Check(t, got.code == 0 || strings.Contains(got.output, at), "it does not name the store: %s", got.output)
	}
	kept, err := readStore(at)
	assert.NilError(t, err)
	assert.Check(t, kept[d.name("v0")] != "", "a draft is lost: %v", kept)
	if len(p.refused) == 0 {
		assert.Check(t, kept[d.name("v3")] != "" && kept[d.name("v2")] == "" && kept[d.name("built")] != "", "%v", kept)
	}
}

// buildsAt saves a draft as a build does, and says whether that could be done.
func (d *try) buildsAt(t *testing.T, cmd *exec.Cmd, at string) bool {
	t.Helper()
	cmd.Env = append(cmd.Env, saveInto+"="+at, saveNames+"="+d.name("built"))
	got := start(t, cmd, os.Args[0], "-test.run", "^TestSaveDrafts$")
	return got.code == 0
}
