//go:build drill

package drill

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

const (
	// saveInto names the store of [TestSaveDrafts], saveNames the drafts.
	saveInto  = "DRILL_SAVE_INTO"
	saveNames = "DRILL_SAVE_NAMES"
)

// TestSaveDrafts saves drafts as a build does. Drills run it as a process of its own, which they follow.
func TestSaveDrafts(t *testing.T) {
	folder, names := os.Getenv(saveInto), strings.Fields(os.Getenv(saveNames))
	if folder == "" {
		folder, names = t.TempDir(), []string{"localhost/app:1"}
	}
	saveDrafts(t, folder, "newer", []string{"linux/amd64", "linux/arm64"}, names)
	kept, err := readStore(folder)
	assert.NilError(t, err)
	for _, name := range names {
		assert.Check(t, kept[name] != "", "%s is not in %v", name, kept)
	}
}

// outages has commands end at each change that they make to the store, and at each time they make one last; modes are
// those of [disk.cut].
func outages(modes ...string) func(*testing.T, *drilltest.Drill) {
	return func(t *testing.T, d *drilltest.Drill) {
		t.Helper()
		t.Run("try", func(t *testing.T) {
			for _, verb := range []string{"first", "build", "publish", "tag", "rm", "prune"} {
				t.Run(verb, func(t *testing.T) {
					t.Parallel()
					powerless(t, d, verb, modes)
				})
			}
		})
	}
}

// outage is one command whose power fails.
type outage struct {
	*try
	verb          string
	modes         []string
	command       []string
	before, after map[string]string
	// seen are the stores that were checked.
	seen map[string]bool
}

func powerless(t *testing.T, d *drilltest.Drill, verb string, modes []string) {
	t.Helper()
	one, job := twoTags(t, d.Options, 1)
	o := outage{
		try:     one,
		verb:    verb,
		modes:   modes,
		command: append([]string{os.Getenv("MULTIPLAT"), "multiplat"}, one.args(verb, job)...),
	}
	names := one.names([]string{"v0", "v3"})
	switch verb {
	case "first":
		assert.NilError(t, os.RemoveAll(one.storeFolder("")))
		assert.NilError(t, os.Mkdir(one.storeFolder(""), 0o700))
		fallthrough
	case "build":
		o.command = []string{os.Args[0], "-test.run", "^TestSaveDrafts$"}
	case "prune":
		got := one.run(t, "", "rm", one.name("v0"))
		assert.Equal(t, got.code, 0, got.output)
	}
	disk, deaf := readDisk(t, one.storeFolder("")), readDisk(t, one.storeFolder(""))
	var err error
	o.before, err = readStore(one.storeFolder(""))
	assert.NilError(t, err)
	calls, got := one.follow(t, o.command, saveInto+"="+one.storeFolder(""), saveNames+"="+strings.Join(names, " "))
	assert.Equal(t, got.code, 0, got.output)
	o.after, err = readStore(one.storeFolder(""))
	assert.NilError(t, err)
	o.seen = map[string]bool{}
	o.needsSync(t, deaf, calls)
	for i, call := range calls {
		last := i == len(calls)-1
		if disk.do(t, call) && (!d.Short || i%9 == 0) || last {
			o.cuts(t, d, disk, i, last)
		}
	}
}

// cuts has the power fail after one call, in every way that leaves something that was not left before.
func (o outage) cuts(t *testing.T, d *drilltest.Drill, left *disk, at int, last bool) {
	t.Helper()
	for _, mode := range o.modes {
		folder := o.storeFolder("cut")
		assert.NilError(t, os.RemoveAll(folder))
		left.cut(t, folder, mode, d.Chance(at))
		what := contents(t, folder)
		if o.seen[what] && !last {
			continue
		}
		o.seen[what] = true
		t.Run(fmt.Sprint(mode, "/", at), func(t *testing.T) {
			count := d.Try(t)
			o.check(t, last)
			count(1, true)
		})
	}
}

// needsSync checks that the model of the disk is one: where nothing is ever synced, a power failure undoes the command.
func (o outage) needsSync(t *testing.T, deaf *disk, calls []systemCall) {
	t.Helper()
	for _, call := range calls {
		if !strings.HasSuffix(call.name, "sync") {
			deaf.do(t, call)
		}
	}
	folder := o.storeFolder("deaf")
	deaf.cut(t, folder, "strict", nil)
	now, err := readStore(folder)
	assert.NilError(t, err)
	assert.DeepEqual(t, now, o.before)
}

// check checks what is left of a store: each draft that a command did not touch is there as it was, each other is as
// it was before or as it is after, and what was said to be done is; and the command can be run once more.
func (o outage) check(t *testing.T, done bool) {
	t.Helper()
	folder := o.storeFolder("cut")
	got := o.run(t, "cut", "ls", "--quiet")
	assert.Equal(t, got.code, 0, got.output)
	now, err := readStore(folder)
	assert.NilError(t, err)
	for _, name := range o.names([]string{"v0", "v1", "v2", "v3"}) {
		there := now[name] == o.after[name] || !done && now[name] == o.before[name]
		assert.Check(t, there, "%s is %q, was %q, and became %q", name, now[name], o.before[name], o.after[name])
	}
	env := []string{saveInto + "=" + folder, saveNames + "=" + strings.Join(o.names([]string{"v0", "v3"}), " ")}
	cmd := o.try.command(t.Context(), "cut")
	cmd.Env = append(cmd.Env, env...)
	again := o.watch.again.note()
	got = start(t, cmd, o.command...)
	assert.Check(
		t,
		got.code == 0 || o.verb == "rm" && now[o.name("v0")] == "",
		"run again: exit %d: %s",
		got.code,
		got.output,
	)
	assert.Check(t, len(again()) == 0, "sent again")
	now, err = readStore(folder)
	assert.NilError(t, err)
	assert.DeepEqual(t, now, o.after)
}

// contents sums up a folder.
func contents(t *testing.T, folder string) string {
	t.Helper()
	sum := sha256.New()
	assert.NilError(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintln(sum, strings.TrimPrefix(path, folder), entry.Type())
		if entry.Type().IsRegular() {
			text, err := os.ReadFile(path) //nolint:gosec // nothing but the test writes there
			_, _ = fmt.Fprintf(sum, "%x\n", sha256.Sum256(text))
			return err
		}
		return nil
	}))
	return string(sum.Sum(nil))
}

// readStore reads the drafts of a store past the program: their digests by name. All that each leads to is there.
func readStore(folder string) (map[string]string, error) {
	drafts := map[string]string{}
	text, err := os.ReadFile(filepath.Join(folder, "index.json"))
	if os.IsNotExist(err) {
		return drafts, nil
	}
	var index document
	if err == nil {
		err = json.Unmarshal(text, &index)
	}
	for _, e := range index.Manifests {
		if err = readBlobs(folder, e); err != nil {
			break
		}
		drafts[e.Annotations["io.containerd.image.name"]] = e.Digest
	}
	return drafts, err
}

// readBlobs reads a blob and everything below it.
func readBlobs(folder string, e entry) error {
	text, err := os.ReadFile(filepath.Join(folder, "blobs", "sha256", strings.TrimPrefix(e.Digest, "sha256:")))
	if err != nil {
		return err
	}
	if len(text) != e.Size || hash(text) != e.Digest {
		return fmt.Errorf("%s is %d bytes of %s, not %d", e.Digest, len(text), hash(text), e.Size)
	}
	if !strings.Contains(e.MediaType, "index") && !strings.Contains(e.MediaType, "image.manifest") {
		return nil
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return err
	}
	below := slices.Concat(d.Manifests, d.Layers)
	if d.Config.Digest != "" {
		below = append(below, d.Config)
	}
	for _, child := range below {
		if err := readBlobs(folder, child); err != nil {
			return err
		}
	}
	return nil
}
