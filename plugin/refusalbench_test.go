package plugin

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// refusalBench is a machine with a builder and a tested draft, whose engine and registry note that they are contacted.
type refusalBench struct {
	fake             *fakeCLI
	folder, registry string
	// places are the folders in which nothing may change: the configuration with its builders and drafts, the work
	// folder, HOME, and that of temporary files.
	places []string

	mu        sync.Mutex
	contacted []string
}

// newRefusalBench makes it. Commands are run in a folder that can be built, which is the work folder.
func newRefusalBench(t *testing.T, folder string) *refusalBench {
	t.Helper()
	b := &refusalBench{folder: folder}
	home, temporary := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { b.note(r) }))
	t.Cleanup(server.Close)
	b.registry = strings.TrimPrefix(server.URL, "http://")
	b.fake = &fakeCLI{newFakeCLI(t).WithEngine(t, func(r *http.Request) (*http.Response, error) {
		b.note(r)
		return nil, io.ErrUnexpectedEOF
	})}
	b.fake.AddBuilder(t, "multiplat")
	plugintest.SavePassed(t, plugintest.OpenStore(t, b.fake), b.registry+"/app:1", "app")
	b.places = []string{b.fake.Folder, ".", home, temporary}
	t.Setenv("TMPDIR", temporary)
	return b
}

// note notes that the engine or the registry is contacted.
func (b *refusalBench) note(r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.contacted = append(b.contacted, r.Method+" "+r.URL.String())
}

// contacts are the requests since it was asked last.
func (b *refusalBench) contacts() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.contacted
	b.contacted = nil
	return list
}

// there is every file that nothing may change, with what is in it.
func (b *refusalBench) there(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, place := range b.places {
		for path, text := range filesBelow(t, place) {
			files[filepath.Join(place, path)] = text
		}
	}
	return files
}

// refusesFlag wants a wrong value to be refused by name, and its flag.
func (b *refusalBench) refusesFlag(t *testing.T, wrong wrongFlag) {
	t.Helper()
	told, code := b.refusedLine(t, wrong.args...)
	assert.Check(t, code == failure.ExitInput, "%d: %s", code, told)
	wrong.check(t, told)
}

// check wants a refusal to name the value and its flag.
func (w wrongFlag) check(t *testing.T, told string) {
	t.Helper()
	line, _, _ := strings.Cut(told, "\n")
	assert.Check(t, strings.Contains(line, w.flag) || named(line, w.flag), "which flag? %s", told)
	hidden := slices.Contains([]string{"buildkitd-flags", "driver-opt"}, w.flag) && strings.Contains(line, "xxxxx")
	assert.Check(t, hidden || saysValue(line, w.value), "which value? %s", told)
	assert.Check(t, len(line) < 600, told)
}

// check wants a refusal to name what is wrong.
func (w wrongLine) check(t *testing.T, told string) {
	t.Helper()
	line, _, _ := strings.Cut(told, "\n")
	for _, text := range w.says {
		assert.Check(t, strings.Contains(line, text), "it says nothing of %s: %s", text, told)
	}
	assert.Check(t, len(line) < 1200, told)
	assert.Check(t, !strings.Contains(told, "CANARY"), "it tells a secret: %s", told)
}

// refused runs a command that contacts and changes nothing, and gives what it is refused with.
func (b *refusalBench) refused(t *testing.T, verb string, flags ...string) (told string, code int) {
	t.Helper()
	first, last := rightLine(verb, b.folder, b.registry)
	return b.refusedLine(t, slices.Concat([]string{verb}, first, flags, last)...)
}

// refusedLine is refused, of a whole line.
func (b *refusalBench) refusedLine(t *testing.T, args ...string) (told string, code int) {
	t.Helper()
	before := b.there(t)
	b.fake.Stdout.Reset()
	b.fake.Stderr.Reset()
	b.contacts()
	err := b.fake.run(t, args...)
	contacted := b.contacts()
	assert.Check(t, len(contacted) == 0, "contacted: %s", contacted)
	after := b.there(t)
	assert.Check(t, cmp.Equal(before, after), "something is written: %s", cmp.Diff(before, after))
	assert.Check(t, b.fake.Stdout.String()+b.fake.Stderr.String() == "", b.fake.Stdout.String()+b.fake.Stderr.String())
	if err == nil {
		t.Fatal("it is taken")
	}
	told = explained(err)
	assert.Check(t, isRefusal(told), "one line, and at most what else was wrong and what to do below it: %s", told)
	return told, ExitCode(err)
}

// refusesLine wants a line to be refused by name.
func (b *refusalBench) refusesLine(t *testing.T, line wrongLine) {
	t.Helper()
	told, code := b.refusedLine(t, line.args...)
	assert.Check(t, code == failure.ExitInput, "%d: %s", code, told)
	line.check(t, told)
}

// isRefusal tells whether a text is one line that begins as errors do; what follows it is indented.
func isRefusal(told string) bool {
	first, others, _ := strings.Cut(strings.TrimSuffix(told, "\n"), "\n")
	for line := range strings.Lines(others) {
		if !strings.HasPrefix(line, "  ") {
			return false
		}
	}
	return strings.HasPrefix(first, "ERROR: ")
}

// saysValue tells whether a line names a value as it was typed, as it was understood, or of one that has parts the one
// that is wrong.
func saysValue(line, value string) bool {
	parts := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(`,=:@{}`, r) })
	if len(parts) == 0 { // it is empty, or has nothing but what parts are made with
		parts = []string{`""`, "empty", "nothing", "no value"}
	}
	understood := map[string]string{"6k": "6KiB", "1e300": "1e+300"}
	parts = append(parts, value, strings.Trim(strconv.Quote(value), `"`))
	if understood[value] != "" {
		parts = append(parts, understood[value])
	}
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(line, visible.Line(part)) })
}

// named tells that a line says of what it speaks: a reference and a platform are that by themselves, and --annotate is
// another word for a flag.
func named(line, flag string) bool {
	word := map[string]string{"tag": "reference", "platform": "platform", "test": "command", "annotate": "--set-platform"}[flag]
	return word != "" && strings.Contains(line, word)
}

// filesBelow are the files in a folder, with what is in them.
func filesBelow(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	inside := os.DirFS(folder)
	assert.NilError(t, fs.WalkDir(inside, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			files[path+"/"] = ""
			return err
		}
		if !entry.Type().IsRegular() {
			files[path] = entry.Type().String()
			return nil
		}
		text, err := fs.ReadFile(inside, path)
		files[path] = string(text)
		return err
	}))
	return files
}
