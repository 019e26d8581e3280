package structure

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// full uses every key of the format, and the two of our own.
const full = `schemaVersion: 2.0.0
globalEnvVars: [{key: A, value: "1"}]
commandTests:
  - name: run
    setup: [[touch, /a]]
    teardown: [[rm, /a]]
    envVars: [{key: B, value: $A}]
    command: sh
    args: [-c, "echo $B"]
    expectedOutput: ["1"]
    excludedOutput: ["2"]
    expectedError: [""]
    excludedError: ["x"]
    exitCode: 0
    platforms: [linux/amd64]
    skip: [{platform: linux/arm64, reason: slow}]
fileExistenceTests:
  - {name: f, path: /f, shouldExist: true, permissions: -rw-r--r--, uid: 0, gid: 0, isExecutableBy: any}
fileContentTests:
  - {name: c, path: /f, expectedContents: [a], excludedContents: [b]}
metadataTest:
  envVars: [{key: A, value: "^1", isRegex: true}]
  unboundEnvVars: [{key: C}]
  labels: [{key: l, value: v}]
  entrypoint: []
  cmd: [sh]
  exposedPorts: ["80"]
  unexposedPorts: ["81"]
  volumes: [/v]
  unmountedVolumes: [/w]
  workdir: /w
  user: u
licenseTests: [{debian: true, files: [/l]}]
containerRunOptions:
  user: root
  privileged: true
  allocateTty: true
  envFile: env
  envVars: [HOME]
  capabilities: [NET_ADMIN]
  bindMounts: ["/a:/b"]
`

func TestParseKnowsEveryKey(t *testing.T) {
	file, err := Parse("t.yaml", []byte(full))
	assert.NilError(t, err)
	test := file.CommandTests[0]
	assert.DeepEqual(t, test.Setup, [][]string{{"touch", "/a"}})
	assert.DeepEqual(t, test.Skip, []Skip{{Platform: "linux/arm64", Reason: "slow"}})
	assert.Equal(t, *file.FileExistenceTests[0].UID, 0)
	assert.DeepEqual(t, *file.MetadataTest.Entrypoint, []string{})
	assert.Assert(t, file.MetadataTest.EnvVars[0].IsRegex)
	assert.Equal(t, len(file.LicenseTests), 1)
	assert.Assert(t, file.ContainerRunOptions.AllocateTTY)
}

func TestParseJSONLikeYAML(t *testing.T) {
	text := "{\n\t\"schemaVersion\": \"2.0.0\",\n\t\"commandTests\": [{\"name\": \"\\ud83d\\ude00\", \"command\": \"a\\/b\", \"exitCode\": 3}]\n}"
	file, err := Parse("t.JSON", []byte(text))
	assert.NilError(t, err)
	assert.Equal(t, file.CommandTests[0].Name, "😀")
	assert.Equal(t, file.CommandTests[0].Command, "a/b")
	assert.Equal(t, file.CommandTests[0].ExitCode, 3)
}

func TestParseRefusals(t *testing.T) {
	const head = "schemaVersion: 2.0.0\n"
	for _, tc := range []struct{ name, file, text, says string }{
		{"unknown key", "t.yaml", head + "commandTests:\n  - name: a\n    comand: b\n", `t.yaml:4:5: unknown key "comand"; known here: args, command`},
		{"unknown key at the top", "t.yaml", head + "fileTests: []\n", `t.yaml:2:1: unknown key "fileTests"`},
		{"unknown key behind an alias", "t.yaml", head + "x: &x {y: 1}\n", `t.yaml:2:1: unknown key "x"`},
		{"unknown key in JSON", "t.json", "{\"schemaVersion\": \"2.0.0\",\n \"commandTests\": [{\"nam\": 1}]}", `t.json:2:20: unknown key "nam"`},
		{"key twice in JSON", "t.json", `{"schemaVersion": "2.0.0", "schemaVersion": "1"}`, `t.json:1:28: the key "schemaVersion" is here twice`},
		{"no JSON", "t.json", "{\n\"a\" 1}", "it is no JSON, at 2:"},
		{"more after the JSON", "t.json", "{} {}", "there is more after its end"},
		{"no YAML", "t.yaml", "a: [", "it is no YAML"},
		{"empty", "t.yaml", "", "it is no YAML"},
		{"two documents", "t.yaml", head + "---\na: 1\n", "there is a second document"},
		{"other version", "t.yaml", "schemaVersion: 1.0.0\n", `t.yaml:1:16: schemaVersion is "1.0.0", not "2.0.0"`},
		{"no version", "t.yaml", "commandTests: []\n", `schemaVersion is "", not "2.0.0"`},
		{"no test", "t.yaml", head, "there is no test in it"},
		{"list for a text", "t.yaml", head + "commandTests: [{name: [a], command: b}]\n", "t.yaml:2:23: here is a list, not a text"},
		{"text for a list", "t.yaml", head + "commandTests: [{name: a, command: b, args: c}]\n", `t.yaml:2:44: here is "c", not a list`},
		{"text for a number", "t.yaml", head + "commandTests: [{name: a, command: b, exitCode: one}]\n", `here is "one", not a number`},
		{"text for a switch", "t.yaml", head + "fileExistenceTests: [{name: a, path: b, shouldExist: perhaps}]\n", `here is "perhaps", not true or false`},
		{"text for a mapping", "t.yaml", head + "metadataTest: a\n", `here is "a", not keys with values`},
		{"no name", "t.yaml", head + "commandTests: [{command: b}]\n", `"name" is missing or empty`},
		{"no command", "t.yaml", head + "commandTests: [{name: b}]\n", `"command" is missing or empty`},
		{"empty setup", "t.yaml", head + "commandTests: [{name: a, command: b, setup: [[]]}]\n", "t.yaml:2:46: a command of setup is empty"},
		{"bad pattern", "t.yaml", head + "fileContentTests: [{name: a, path: b, expectedContents: ['(']}]\n", "is no regular expression"},
		{"bad pattern of a label", "t.yaml", head + "metadataTest: {labels: [{key: a, value: '(', isRegex: true}]}\n", "is no regular expression"},
		{"bad group", "t.yaml", head + "fileExistenceTests: [{name: a, path: b, isExecutableBy: me}]\n", `isExecutableBy is "me"; use owner`},
		{"bad platform", "t.yaml", head + "commandTests: [{name: a, command: b, platforms: ['a/b/c/d']}]\n", `unknown platform "a/b/c/d"`},
		{"skip without reason", "t.yaml", head + "commandTests: [{name: a, command: b, skip: [{platform: linux/arm64}]}]\n", `"reason" is missing`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse(tc.file, []byte(tc.text))
			assert.ErrorContains(t, err, tc.says)
			assert.ErrorIs(t, err, ErrFile)
		})
	}
}

func TestLoadTakesFromThisMachine(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	t.Setenv("SECRET", "s")
	assert.NilError(t, os.WriteFile("env", []byte("A=1\n# no\nB=2\n"), 0o600))
	assert.NilError(t, os.WriteFile("t.yaml", []byte(`schemaVersion: 2.0.0
commandTests: [{name: a, command: b}]
containerRunOptions: {envFile: env, envVars: [SECRET, NOT_SET_ANYWHERE], bindMounts: ["./x:/y:ro", "vol:/z"]}
`), 0o600))
	file, err := Load("t.yaml")
	assert.NilError(t, err)
	assert.DeepEqual(t, file.RunEnv, []string{"A=1", "B=2", "SECRET=s"})
	here, err := os.Getwd()
	assert.NilError(t, err)
	assert.DeepEqual(t, file.ContainerRunOptions.BindMounts, []string{filepath.Join(here, "x") + ":/y:ro", "vol:/z"})
}

func FuzzParse(f *testing.F) {
	f.Add("t.yaml", full)
	f.Add("t.json", `{"schemaVersion": "2.0.0", "commandTests": [{"name": "a", "command": "b"}]}`)
	f.Fuzz(func(t *testing.T, name, text string) {
		if file, err := Parse(name, []byte(text)); err == nil && file.SchemaVersion != Version {
			t.Fatalf("a file of version %q was taken", file.SchemaVersion)
		}
	})
}
