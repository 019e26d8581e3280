package testfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/testfile"
)

// write makes a test file in a folder of its own.
func write(t *testing.T, text string) (folder, path string) {
	t.Helper()
	folder = t.TempDir()
	path = filepath.Join(folder, testfile.Name)
	assert.NilError(t, os.WriteFile(path, []byte(text), 0o600))
	return folder, path
}

// What is wrong is told with its place; nothing is left out silently.
func TestReadRefusals(t *testing.T) {
	const head = "targets:\n  default:\n"
	for _, tc := range []struct{ name, text, says string }{
		{"empty", "", "it is empty"},
		{"no YAML", "a: [", "it is no YAML"},
		{"two documents", "targets: {}\n---\ntargets: {}\n", "second document"},
		{"unknown key", "target: {}\n", `:1:1: unknown key "target", did you mean targets?; known here: targets`},
		{"unknown test", head + "    tset: [a]\n", `:3:5: unknown key "tset", did you mean test?`},
		{"a flag's name", head + "    allow_foreign: [a]\n", `:3:5: unknown key "allow_foreign", did you mean allow-foreign?`},
		{"no list", head + "    test: app\n", `:3:11: here is "app", not a list`},
		{"twice", head + "    test: [a]\n    test: [b]\n", `:4:5: the key "test" is here twice`},
		{"target twice", "targets:\n  a: {}\n  a: {}\n", `:3:3: the key "a" is here twice`},
		{"no value", head + "    platforms: {linux/arm64: {skip: }}\n", ":3:37: there is no value here"},
		{"no reason", head + "    platforms: {linux/arm64: {skip: ''}}\n", ":3:37: say why linux/arm64 is skipped"},
		{"no platform", head + "    platforms:\n      a/b/c/d: {}\n", ":4:7: "},
		{
			"one platform by two names", head + "    platforms: {linux/arm64: {}, linux/arm64/v8: {}}\n",
			`the platform "linux/arm64" is here twice`,
		},
		{"no expectation", head + "    stdin: [{file: a}]\n", "there is no expect"},
		{"bad expression", head + "    stdin: [{input: a, expect: '('}]\n", ":3:32: error parsing regexp"},
		{"two inputs", head + "    stdin: [{input: a, file: b, expect: c}]\n", "either as file or as input"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, path := write(t, tc.text)
			_, err := testfile.Read(path)
			assert.ErrorContains(t, err, tc.says)
			assert.Assert(t, strings.HasPrefix(err.Error(), path+":"), err)
		})
	}
}

// A file without end, or without measure, is refused before it is read.
func TestReadHasLimits(t *testing.T) {
	_, path := write(t, "targets: {}\n")
	assert.NilError(t, os.Truncate(path, 3<<30))
	_, err := testfile.Read(path)
	assert.ErrorContains(t, err, "more than 262144")
	_, err = testfile.Read(os.DevNull)
	assert.ErrorContains(t, err, "is no regular file")

	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'j'; c++ {
		p := string(c - 1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+p+",", 9) + "*" + p + "]\n"
	}
	_, path = write(t, bomb+"targets: {default: {test: *i}}\n")
	_, err = testfile.Read(path)
	assert.ErrorContains(t, err, "unknown key")
}

// A file that nobody has named does nothing but run tests in containers.
func TestFoundFilesAreConfined(t *testing.T) {
	for _, tc := range []struct{ name, tests, says string }{
		{"script", "script: [./x]", `:2:22: the script "./x" would run on this machine`},
		{"services", "compose: [app=c.yaml]", `:2:23: the services of "app=c.yaml" may do anything to this machine`},
		{"network", "network: host", `the tests would be on the network "host"`},
		{"variable of ours", "env: [TOKEN]", `the variable "TOKEN" would be taken from this machine`},
		{"input of elsewhere", "stdin: [{file: ../x, expect: a}]", `the file "../x" is not in the folder`},
		{"input by a link", "stdin: [{file: link, expect: a}]", `the file "link" is not in the folder`},
		{"config of elsewhere", "config: [/etc/passwd]", `the file "/etc/passwd" is not in the folder`},
		{"config that mounts", "config: [t.yaml]", `privileged, bindMounts of "t.yaml" reach out of the container`},
		{"on one platform", "platforms: {linux/arm64: {emulated: {script: [x]}}}", `the script "x" would run`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			folder, path := write(t, "targets:\n  default: {"+tc.tests+"}\n")
			assert.NilError(t, os.Symlink(os.DevNull, filepath.Join(folder, "link")))
			assert.NilError(t, os.WriteFile(filepath.Join(folder, "t.yaml"), []byte("schemaVersion: 2.0.0\n"+
				"metadataTest: {user: u}\ncontainerRunOptions: {privileged: true, bindMounts: ['/:/host']}\n"), 0o600))
			_, _, err := testfile.Find(folder)
			assert.ErrorContains(t, err, tc.says)
			assert.ErrorContains(t, err, "name the file: --test-file "+path)
			_, err = testfile.Read(path) // who names it answers for it
			assert.NilError(t, err)
		})
	}
	_, found, err := testfile.Find(t.TempDir())
	assert.NilError(t, err)
	assert.Assert(t, !found)
}

// What is said of a platform stands in the place of what is said of the target, key by key; so it is under emulation.
func TestWordings(t *testing.T) {
	folder, path := write(t, `targets:
  other: {test: [no]}
  default:
    test: [a, b]
    timeout: 5s
    memory: 64m
    allow-foreign: [/opt/**]
    config: [sub/t.yaml]
    compose: [app=sub/c.yaml]
    stdin: [{input: "x\n", expect: "\"y\""}]
    emulated: {timeout: 1m}
    platforms:
      linux/arm64/v8: {test: [c], emulated: {test: [d], timeout: 2m}}
      linux/s390x: {skip: no board, allow-foreign: []}
      windows/amd64: {}
      windows(10.0.20348.1)/amd64: {}
`)
	file, err := testfile.Read(path)
	assert.NilError(t, err)
	_, ok, err := file.Wordings("none")
	assert.NilError(t, err)
	assert.Assert(t, !ok)
	list, ok, err := file.Wordings(testfile.DefaultTarget)
	assert.NilError(t, err)
	assert.Assert(t, ok)
	texts := func(words []testfile.Word) (texts []string) {
		for _, w := range words {
			texts = append(texts, w.Text)
		}
		return texts
	}
	var order []string
	byName := map[string]testfile.Wording{}
	for _, w := range list {
		name := ""
		if w.Platform.OS != "" {
			name = platform.Format(w.Platform)
		}
		order = append(order, name)
		byName[name] = w
	}
	assert.DeepEqual(t, order[len(order)-1], "")
	assert.DeepEqual(t, order[0], "windows(10.0.20348.1)/amd64") // before windows/amd64, which it is, too
	shared := []string{
		"--test-config=" + filepath.Join(folder, "sub/t.yaml"), `--test-stdin={"input":"x\n","expect":"\"y\""}`,
		"--test-compose=app=" + filepath.Join(folder, "sub/c.yaml"),
		"--test-memory=64m",
	}
	with := func(before []string, after ...string) []string { return append(append(before, shared...), after...) }
	allow := "--allow-foreign=/opt/**"
	assert.DeepEqual(t, texts(byName[""].Native), with([]string{allow, "--test=a", "--test=b"}, "--test-timeout=5s"))
	assert.DeepEqual(t, texts(byName[""].Emulated), with([]string{allow, "--test=a", "--test=b"}, "--test-timeout=1m"))
	arm := byName["linux/arm64"]
	assert.DeepEqual(t, texts(arm.Native), with([]string{allow, "--test=c"}, "--test-timeout=5s"))
	assert.DeepEqual(t, texts(arm.Emulated), with([]string{allow, "--test=d"}, "--test-timeout=2m"))
	assert.DeepEqual(t, texts(byName["linux/s390x"].Native),
		with([]string{"--test-skip=linux/s390x=no board", "--test=a", "--test=b"}, "--test-timeout=5s"))
	assert.Equal(t, arm.Native[1].At, path+":13:31")
}

// A dialogue on a command line is one word, and as a draft keeps it, it holds for the same input only.
func TestDialogues(t *testing.T) {
	t.Chdir(t.TempDir())
	assert.NilError(t, os.WriteFile("in=put", []byte("x"), 0o600))
	assert.NilError(t, os.WriteFile("input", []byte("x"), 0o600))
	d, err := testfile.ParseDialogue(`input="a=b"`)
	assert.NilError(t, err)
	loaded, word, err := d.Load()
	assert.NilError(t, err)
	assert.Equal(t, loaded.Text, `input="a=b"`)
	assert.Equal(t, loaded.Expect.String(), `"a=b"`)
	again, err := testfile.ParseDialogue(word)
	assert.NilError(t, err)
	t.Chdir(t.TempDir()) // in any folder
	_, same, err := again.Load()
	assert.NilError(t, err)
	assert.Equal(t, same, word)
	assert.NilError(t, os.WriteFile(again.File, []byte("y"), 0o600))
	_, _, err = again.Load()
	assert.ErrorContains(t, err, "is not what it was when the test was asked for")

	d, err = testfile.ParseDialogue(`{input: "a", expect: b, command: --stdio, eof: true, name: n}`)
	assert.NilError(t, err)
	loaded, _, err = d.Load()
	assert.NilError(t, err)
	assert.Assert(t, loaded.EOF && loaded.Command.KeepEntrypoint && loaded.Text == "n")
	for _, bad := range []string{"", "file", "=x", "file=", "file=(", "{input: a}", "{inptu: a}", "{expect: b}", "{"} {
		_, err := testfile.ParseDialogue(bad)
		assert.Check(t, err != nil, bad)
	}
}

// What the documentation shows can be read.
func TestDocumentedFile(t *testing.T) {
	text, err := os.ReadFile("../../../docs/test-file.md")
	assert.NilError(t, err)
	_, example, _ := strings.Cut(string(text), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	folder, _ := write(t, example)
	assert.NilError(t, os.MkdirAll(filepath.Join(folder, "tests"), 0o700))
	for name, text := range map[string]string{
		"ping.jsonl": "{}\n", "image.yaml": "schemaVersion: 2.0.0\nmetadataTest: {user: u}\n",
	} {
		assert.NilError(t, os.WriteFile(filepath.Join(folder, "tests", name), []byte(text), 0o600))
	}
	file, found, err := testfile.Find(folder)
	assert.NilError(t, err)
	assert.Assert(t, found)
	list, _, err := file.Wordings(testfile.DefaultTarget)
	assert.NilError(t, err)
	assert.Equal(t, len(list), 3)
}

// Whether the platforms have to be the same app is said once, and for all of them.
func TestParityOfATarget(t *testing.T) {
	_, file := write(t, "targets:\n  default:\n    require-parity: true\n    allow-difference: [nvidia-*, size]\n"+
		"    platforms:\n      linux/arm64:\n        timeout: 1m\n")
	read, err := testfile.Read(file)
	assert.NilError(t, err)
	list, ok, err := read.Wordings("default")
	assert.NilError(t, err)
	assert.Assert(t, ok && len(list) == 2)
	for _, w := range list {
		var texts []string
		for _, word := range w.Native[:3] {
			texts = append(texts, word.Text)
		}
		assert.DeepEqual(
			t,
			texts,
			[]string{"--require-parity=true", "--allow-difference=nvidia-*", "--allow-difference=size"},
		)
	}
}
