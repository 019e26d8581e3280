package request

import (
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
)

func contextIn(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		file := filepath.Join(folder, name)
		assert.NilError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		assert.NilError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	return folder
}

func TestInputsTellsBuildsApart(t *testing.T) {
	files := map[string]string{
		"Dockerfile":    "FROM scratch\nCOPY . /\n",
		"app/main":      "1",
		".dockerignore": "ignored\n",
		"ignored":       "x",
	}
	of := func(r Request) map[string]string {
		t.Helper()
		inputs, err := r.Inputs(t.Context())
		assert.NilError(t, err)
		return inputs
	}
	with := func(name, text string) Request {
		changed := maps.Clone(files)
		changed[name] = text
		return Request{Context: contextIn(t, changed)}
	}
	first := Request{Context: contextIn(t, files)}
	base := of(first)

	assert.DeepEqual(t, of(Request{Context: contextIn(t, files)}), base) // another copy of the same
	assert.DeepEqual(t, of(with("ignored", "y")), base)
	assert.Assert(t, of(with("app/main", "2"))[InputFiles] != base[InputFiles])
	dockerfile := of(with("Dockerfile", "FROM scratch \nCOPY . /\n"))
	assert.Assert(t, dockerfile[InputDockerfile] != base[InputDockerfile])

	arguments := of(Request{Context: first.Context, Target: "t", BuildArgs: []string{"SECRET=hunter2"}})
	assert.Equal(t, arguments[InputTarget], "t")
	assert.Assert(t, arguments[InputArgument+"SECRET"] != "")
	assert.Assert(t, !strings.Contains(arguments[InputArgument+"SECRET"], "hunter2"))
	// it is published: a guess at the secret cannot be told from a thousand others by it
	assert.Equal(t, len(arguments[InputArgument+"SECRET"]), 4)
	other := of(Request{Context: first.Context, BuildArgs: []string{"SECRET=hunter3"}})
	assert.Assert(t, other[InputArgument+"SECRET"] != arguments[InputArgument+"SECRET"])
}

// What --build-context adds is a source as well.
func TestInputsOfNamedContexts(t *testing.T) {
	main := contextIn(t, map[string]string{"Dockerfile": "FROM scratch\n"})
	of := func(contexts ...string) map[string]string {
		t.Helper()
		inputs, err := Request{Context: main, BuildContexts: contexts}.Inputs(t.Context())
		assert.NilError(t, err)
		return inputs
	}
	first := of("assets=" + contextIn(t, map[string]string{"logo": "1"}))
	assert.DeepEqual(t, of("assets="+contextIn(t, map[string]string{"logo": "1"})), first)
	assert.Assert(t, first["files of assets"] != "")
	assert.Assert(
		t,
		of("assets=" + contextIn(t, map[string]string{"logo": "2"}))["files of assets"] != first["files of assets"],
	)
	remote := of("base=docker-image://busybox:1", "code=https://user:secret@example.org/r.git")
	assert.Equal(t, remote["context base"], "docker-image://busybox:1")
	assert.Assert(t, strings.HasSuffix(remote["context code"], "@example.org/r.git"), remote["context code"])
	assert.Assert(t, !strings.Contains(remote["context code"], "secret"))
}

// What is no file is no source, and is never opened: a FIFO would block, a socket cannot be.
func TestInputsOfSpecialFiles(t *testing.T) {
	folder := contextIn(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY . /\n"})
	before, err := Request{Context: folder}.Inputs(t.Context())
	assert.NilError(t, err)
	socket, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(folder, "s"))
	assert.NilError(t, err)
	defer socket.Close()
	after, err := Request{Context: folder}.Inputs(t.Context())
	assert.NilError(t, err)
	assert.DeepEqual(t, after, before)
	assert.NilError(t, syscall.Mkfifo(filepath.Join(folder, "fifo"), 0o600))
	_, err = Request{Context: folder}.Inputs(t.Context())
	assert.NilError(t, err)
}

func TestInputsOfRemoteContexts(t *testing.T) {
	inputs, err := Request{Context: "https://user:secret@example.org/r.git#main"}.Inputs(t.Context())
	assert.NilError(t, err)
	assert.Assert(t, !strings.Contains(inputs[InputContext], "secret"), inputs[InputContext])
	assert.Assert(t, strings.Contains(inputs[InputContext], "example.org/r.git#main"))
}

func TestHashedSumsWhatWasRead(t *testing.T) {
	first, second, empty := NewHashed(
		strings.NewReader("a"),
	), NewHashed(
		strings.NewReader("b"),
	), NewHashed(
		strings.NewReader(""),
	)
	for _, h := range []*Hashed{first, second, empty} {
		_, err := io.Copy(io.Discard, h)
		assert.NilError(t, err)
	}
	assert.Assert(t, first.Sum() != second.Sum())
	assert.Equal(t, empty.Sum(), "")
}
