package trial

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	dockeropts "github.com/docker/cli/opts"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// testRules is the version of how tests are run and judged. A change of it ends the reuse of older verdicts.
const testRules = "2"

// SandboxStrict locks tests in more than docker run does.
const SandboxStrict = "strict"

// settings are everything but the image of a platform that decides a verdict: a passed test is reused when they are the
// same.
func (b *Bench) settings(p ocispec.Platform) []record.Setting {
	wanted, emulated := b.wanted(p), !b.Engine.Native(p)
	tests := wanted.Tests
	settings := []record.Setting{
		{Name: "tests", Value: textsOf(tests.Commands)},
		{Name: "limits", Value: inWordsOf(tests)},
		b.engineSetting(p),
		{Name: "rules", Value: testRules},
	}
	add := func(name, value string, there bool) {
		if there {
			settings = append(settings, record.Setting{Name: name, Value: value})
		}
	}
	add("image", "pulled from "+b.from, b.from != "")
	add("engine name", b.placeName(), b.place != "")
	add("emulator", b.emulators.Identity(p), emulated)
	add("exec", textsOf(tests.Execs), len(tests.Execs) > 0)
	add("script", textsOf(tests.Scripts), len(tests.Scripts) > 0)
	for _, stack := range tests.Stacks {
		add("compose", strings.TrimPrefix(stack.Service+"="+stack.Digest, "="), true)
	}
	for _, d := range tests.Dialogues {
		add("stdin", dialogueSetting(d), true)
	}
	for _, f := range tests.Files {
		add("config", f.Digest, true)
		add("config environment", environment(f.RunEnv), len(f.RunEnv) > 0)
	}
	add("environment", environment(tests.Env), len(tests.Env) > 0)
	add("smoke test", "beside the others", tests.Smoke && tests.Asked())
	add("network", tests.Network, tests.Network != "" && tests.Network != localtest.NoNetwork)
	add("sandbox", SandboxStrict, tests.Strict)
	return append(settings, record.AuditSettings(wanted.AllowForeign)...)
}

// engineSetting says which engine ran a platform, and how.
func (b *Bench) engineSetting(p ocispec.Platform) record.Setting {
	kind := "native"
	if !b.Engine.Native(p) {
		kind = "emulated"
	}
	return record.Setting{Name: "engine", Value: platform.Format(b.Engine.Platform) + ", " + kind}
}

// dialogueSetting says what was fed and expected.
func dialogueSetting(d localtest.Dialogue) string {
	command := ""
	if d.Command != nil {
		command = d.Command.Text + " "
	}
	end := ""
	if d.EOF {
		end = ", ended at once"
	}
	return fmt.Sprintf("%s< %s%s, %q", command, digest.FromBytes(d.Input), end, d.Expect)
}

func textsOf(commands []localtest.Command) string {
	texts := make([]string, 0, len(commands))
	for _, c := range commands {
		texts = append(texts, c.Text)
	}
	encoded, err := json.Marshal(texts)
	if err != nil { // strings always encode
		return err.Error()
	}
	return string(encoded)
}

// environment says which variables were set. A record is published and values may be secret: of them it holds as much
// of a hash as shows a change, and too little to tell one guess from a thousand others.
func environment(entries []string) string {
	const digits = 4
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		name, _, _ := strings.Cut(entry, "=")
		names = append(names, name)
	}
	sum := sha256.Sum256([]byte(strings.Join(entries, "\x00")))
	return fmt.Sprintf("%s (%s)", strings.Join(names, ", "), hex.EncodeToString(sum[:])[:digits])
}

// inWordsOf says the limits of a specification.
func inWordsOf(s localtest.Spec) string {
	text := fmt.Sprintf("%s, %g times under emulation", s.Timeout, s.EmulatedFactor)
	if memory := dockeropts.MemBytes(s.Memory); memory > 0 {
		text += ", memory " + memory.String()
	}
	if s.PIDs > 0 {
		text += ", " + fmt.Sprintf("%d processes", s.PIDs)
	}
	if cpus := dockeropts.NanoCPUs(s.NanoCPUs); cpus > 0 {
		text += ", " + cpus.String() + " CPUs"
	}
	return text
}
