package localtest

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
)

func parsed(t *testing.T, text string) structure.File {
	t.Helper()
	file, err := structure.Parse("folder/t.yaml", []byte("schemaVersion: 2.0.0\n"+text))
	assert.NilError(t, err)
	return file
}

// Setup, command and teardown each see what the one before left; nothing of it stays.
func TestCommandTestSteps(t *testing.T) {
	file := parsed(t, `
globalEnvVars: [{key: DIR, value: /d}]
commandTests:
  - {name: steps, setup: [[mkdir, $DIR]], command: ls, args: [$DIR, $OTHER], teardown: [[rm, $DIR]], envVars: [{key: B, value: $DIR/b}], expectedOutput: [out]}
containerRunOptions: {user: u, privileged: true, capabilities: [NET_ADMIN], bindMounts: ["/a:/b"]}
`)
	file.RunEnv = []string{"HOST=1"}
	engine := &fakeEngine{ends: []int{0}, stdout: "out"}
	c := tryOne(t, engine, server(), Spec{Files: []structure.File{file}, Env: []string{"A=1"}})
	assert.Equal(t, c.Verdict, Passed)
	assert.Equal(t, c.Name, "t.yaml: steps")
	assert.Equal(t, len(engine.created), 3)
	var images, commands []string
	for _, created := range engine.created {
		images = append(images, created.Config.Image)
		commands = append(commands, strings.Join(append(created.Config.Entrypoint, created.Config.Cmd...), " "))
	}
	assert.DeepEqual(t, images, []string{"image", "kept", "kept"})
	assert.DeepEqual(t, commands, []string{"mkdir /d", "ls /d $OTHER", "rm /d"})
	assert.DeepEqual(t, engine.created[1].Config.Env, []string{"A=1", "HOST=1", "DIR=/d", "B=/d/b"})
	assert.Equal(t, engine.created[1].Config.User, "u")
	assert.Assert(t, engine.created[1].HostConfig.Privileged)
	assert.DeepEqual(t, engine.created[1].HostConfig.Binds, []string{"/a:/b"})
	assert.Equal(t, engine.commits, 3)
	assert.DeepEqual(t, engine.images, []string{"kept", "kept", "kept"})
	assert.Equal(t, len(engine.removed), 3)
}

func TestCommandTestVerdicts(t *testing.T) {
	one := func(more string) string {
		return "commandTests: [{name: a, command: b, setup: [[c]]" + more + "}]"
	}
	for _, tc := range []struct {
		name, text string
		ends       []int
		verdict    Verdict
		reason     string
	}{
		{"as expected", one(", exitCode: 3"), []int{0, 3}, Passed, ""},
		{"other code", one(""), []int{0, 3}, Failed, "exit code 3, not 0"},
		{"failed setup", one(""), []int{1, 0}, Failed, `setup "c": exit code 1`},
		{"hangs", one(""), []int{0, forever}, Inconclusive, "not done after 600ms"},
		{
			"not set",
			`commandTests: [{name: a, command: b, args: ["$A${C}", $A, "$HOME"], envVars: [{key: HOME, value: x}]}]`,
			[]int{3},
			Failed,
			"exit code 3, not 0; $A, ${C} stay as they are written, as no variable is called so " +
				"(container-structure-test leaves them out)",
		},
		{"not set, in vain", `commandTests: [{name: a, command: b, args: ["$A"]}]`, []int{0}, Passed, ""},
		{"failed teardown", one(", teardown: [[d]]"), []int{0, 0, 1}, Passed, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			engine := &fakeEngine{ends: tc.ends}
			c := tryOne(t, engine, server(), Spec{Files: []structure.File{parsed(t, tc.text)}})
			assert.Equal(t, c.Verdict, tc.verdict)
			assert.Equal(t, c.Reason, tc.reason)
			assert.Equal(t, len(engine.images), engine.commits)
		})
	}
}

// What an output must not say may stand in what was not kept of it: that is not passed, and what fails says so.
func TestCommandTestOfLongOutput(t *testing.T) {
	fine := strings.Repeat(strings.Repeat("fine ", 80)+"\n", container.OutputLimit/400)
	long := fine + "FATAL\n" + fine
	const (
		missing      = "a part of stdout is missing, as there is more than what is kept"
		missingError = "a part of stderr is missing, as there is more than what is kept"
		less         = ", and may be what is excluded; have the command write less"
		unmatched    = `stdout does not match "FATAL"; `
	)
	for name, tc := range map[string]struct {
		stdout, stderr, more string
		verdict              Verdict
		reason               string
	}{
		"excluded":    {stdout: long, more: "excludedOutput: [FATAL]", verdict: Inconclusive, reason: missing + less},
		"errors":      {stderr: long, more: "excludedError: [FATAL]", verdict: Inconclusive, reason: missingError + less},
		"expected":    {stdout: long, more: "expectedOutput: [FATAL]", verdict: Failed, reason: unmatched + missing},
		"found":       {stdout: long + "FATAL\n", more: "excludedOutput: [FATAL]", verdict: Failed, reason: `stdout matches "FATAL"`},
		"another":     {stdout: long, more: "excludedError: [FATAL]", verdict: Passed},
		"is expected": {stdout: long, more: "expectedOutput: [fine]", verdict: Passed},
	} {
		engine := &fakeEngine{ends: []int{0}, stdout: tc.stdout, stderr: tc.stderr}
		file := parsed(t, "commandTests: [{name: a, command: b, "+tc.more+"}]")
		c := tryOne(t, engine, server(), Spec{Files: []structure.File{file}})
		assert.Check(t, is.Equal(c.Verdict, tc.verdict), name)
		assert.Check(t, is.Equal(c.Reason, tc.reason), name)
	}
}

// Tests of files and metadata start no container; what does not apply is said.
func TestFileTestsNeedNoEngine(t *testing.T) {
	file := parsed(t, `
fileExistenceTests: [{name: there, path: /a}, {name: not here, path: /a, platforms: [linux/arm64]}]
fileContentTests: [{name: later, path: /a, skip: [{platform: linux/amd64, reason: not yet}]}]
metadataTest: {cmd: [serve]}
licenseTests: [{debian: true}]
`)
	engine := &fakeEngine{}
	spec := Spec{Files: []structure.File{file}, Timeout: time.Second, EmulatedFactor: 1}
	report, err := Run(t.Context(), engine, server(), spec, mute{})
	assert.NilError(t, err)
	var seen []string
	for _, c := range report.Cases {
		seen = append(seen, c.Name+": "+string(c.Verdict)+": "+c.Reason)
	}
	assert.DeepEqual(t, seen, []string{
		"t.yaml: there: failed: /a is not in the image",
		"t.yaml: not here: skipped: it is for linux/arm64 only",
		"t.yaml: later: skipped: not yet",
		"t.yaml: metadata: passed: ",
		"t.yaml: licenses: skipped: license tests are not supported",
	})
	assert.Equal(t, report.Verdict, Failed)
	assert.Equal(t, engine.started, 0)
}

func TestAllSkippedIsNotRun(t *testing.T) {
	spec := Spec{
		Files:   []structure.File{parsed(t, "licenseTests: [{debian: true}]")},
		Timeout: time.Second, EmulatedFactor: 1,
	}
	report, err := Run(t.Context(), &fakeEngine{}, server(), spec, mute{})
	assert.NilError(t, err)
	assert.Equal(t, report.Verdict, NotRun)
	assert.Equal(t, report.Reason(), "every test is skipped")
}

func TestHermetic(t *testing.T) {
	mounting := structure.File{ContainerRunOptions: structure.RunOptions{BindMounts: []string{"/a:/b"}}}
	assert.Assert(t, Spec{}.Hermetic())
	assert.Assert(t, Spec{Network: NoNetwork, Files: []structure.File{{}}}.Hermetic())
	assert.Assert(t, !Spec{Network: "bridge"}.Hermetic())
	assert.Assert(t, !Spec{Scripts: []Command{{}}}.Hermetic())
	assert.Assert(t, !Spec{Files: []structure.File{mounting}}.Hermetic())
}

// The patterns of a file are matched within the time of a test.
func TestContentTestEnds(t *testing.T) {
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	body := bytes.Repeat([]byte("a"), 8<<20)
	assert.NilError(t, archive.WriteHeader(&tar.Header{Name: "a", Mode: 0o644, Size: int64(len(body))}))
	_, err := archive.Write(body)
	assert.NilError(t, errors.Join(err, archive.Close()))
	image := server()
	image.Layers = []structure.Layer{func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(layer.Bytes())), nil
	}}
	file := parsed(t, "fileContentTests: [{name: slow, path: /a, expectedContents: ['(a{1,20}|b)*c{1,50}']}]\n")
	c := tryOne(t, &fakeEngine{}, image, Spec{Files: []structure.File{file}})
	assert.Equal(t, c.Verdict, Inconclusive)
	assert.Equal(t, c.Reason, "not done after 600ms")
}
