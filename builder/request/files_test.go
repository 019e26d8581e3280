package request

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

func described(t *testing.T, r Request) Description {
	t.Helper()
	d, err := r.Describe(t.Context())
	assert.NilError(t, err)
	return d
}

func writeIn(t *testing.T, folder, name, text string) {
	t.Helper()
	file := filepath.Join(folder, name)
	assert.NilError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	assert.NilError(t, os.WriteFile(file, []byte(text), 0o600))
}

// What git rewrites by itself is no source; the commit it stands at is.
func TestFilesOfGit(t *testing.T) {
	const one, two = "1111111111111111111111111111111111111111", "2222222222222222222222222222222222222222"
	folder := contextIn(t, map[string]string{
		"Dockerfile": "FROM scratch\nCOPY . /\n", "main.go": "1", ".git/HEAD": "ref: refs/heads/main\n",
		".git/refs/heads/main": one + "\n", ".git/index": "1", "vendor/x/.git": "gitdir: /somewhere\n",
	})
	before := described(t, Request{Context: folder})
	for name, text := range map[string]string{
		".git/index": "2", ".git/FETCH_HEAD": two, ".git/ORIG_HEAD": two, ".git/logs/HEAD": "x",
		".git/objects/pack/1.pack": "x", ".git/refs/remotes/origin/main": two, ".git/index.lock": "",
		"vendor/x/.git": "gitdir: /elsewhere\n",
	} {
		writeIn(t, folder, name, text)
		assert.DeepEqual(t, described(t, Request{Context: folder}), before)
	}
	assert.NilError(t, os.Remove(filepath.Join(folder, ".git/refs/heads/main")))
	writeIn(t, folder, ".git/packed-refs", "# pack-refs with: peeled fully-peeled sorted\n"+one+" refs/heads/main\n")
	assert.DeepEqual(t, described(t, Request{Context: folder}), before)

	writeIn(t, folder, ".git/refs/heads/main", two+"\n")
	commit := described(t, Request{Context: folder})
	assert.Assert(t, commit.Values[InputFiles] != before.Values[InputFiles])
	assert.Assert(t, commit.Files[InputFiles][".git"] != before.Files[InputFiles][".git"])
	writeIn(t, folder, ".git/refs/tags/v1", two+"\n")
	assert.Assert(t, described(t, Request{Context: folder}).Values[InputFiles] != commit.Values[InputFiles])
}

// What a build writes is not what it is made from.
func TestFilesThatAreWritten(t *testing.T) {
	folder := contextIn(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY . /\n", "main.go": "1"})
	r := Request{
		Context: folder, CacheTo: []string{"type=local,dest=" + filepath.Join(folder, "cache") + ",mode=max"},
		CacheFrom: []string{"type=local,src=" + filepath.Join(folder, "cache")},
		Written:   []string{filepath.Join(folder, "out/r.xml"), filepath.Join(folder, "iid"), "/elsewhere"},
	}
	before := described(t, r)
	for _, name := range []string{"iid", "cache/linux-arm64/index.json"} {
		writeIn(t, folder, name, "x")
		assert.DeepEqual(t, described(t, r), before)
	}
	writeIn(t, folder, "out/r.xml", "x")
	after := described(t, r)
	assert.Equal(t, after.Files[InputFiles]["out/r.xml"], "", "known as written")
	writeIn(t, folder, "out/more", "x")
	assert.Assert(t, described(t, r).Files[InputFiles]["out/more"] != "")
}

// However large a context is, the list of its files is small, and the same whatever was counted first.
func TestFilesAreFew(t *testing.T) {
	files := map[string]string{"Dockerfile": "FROM scratch\nCOPY . /\n", "a": "1"}
	for i := range 40 {
		for j := range 30 {
			files[fmt.Sprintf("src/%d/deep/%d", i, j)] = "x"
		}
	}
	folder := contextIn(t, files)
	before := described(t, Request{Context: folder})
	assert.Assert(t, len(before.Files[InputFiles]) <= maxListed)
	writeIn(t, folder, "src/7/deep/3", "y")
	after := described(t, Request{Context: folder})
	var differing []string
	for name, value := range after.Files[InputFiles] {
		if before.Files[InputFiles][name] != value {
			differing = append(differing, name)
		}
	}
	assert.DeepEqual(t, differing, []string{"src/7/deep/"})
}
