package plugin

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// wrongLine is a command line that is bad input, and what its refusal names: the value, and what to do.
type wrongLine struct {
	args []string
	says []string
}

// wrongReferences are texts that no image can have as a name, with what is said of them.
func wrongReferences() map[string]string {
	return map[string]string{
		"": `""`, " ": `" "`, "a b": `"a b"`, "App:1": `"App:1"`, "a//b": `"a//b"`, "app:": `"app:"`, ":1": `":1"`,
		"/app": `"/app"`, "app:1:2": `"app:1:2"`, "app@sha256:1": `"app@sha256:1"`, "http://a/b": `"http://a/b"`,
		"app:" + strings.Repeat("t", 129): "tttt", "../app": `"../app"`, "app\x1b[2J": `\x1b`, "app:1\nb": `\n`,
		strings.Repeat("a", 64): "aaaa", "[::1/app": `"[::1/app"`,
	}
}

// placesOfReferences are the command lines of which each takes a reference in the place of the %.
func placesOfReferences(registry, folder string) [][]string {
	right := registry + "/app:1"
	return [][]string{
		{"build", "-t", "%", folder},
		{"build", "-t", "app:1", "-t", "%", folder},
		{"bake", "--set", "default.tags=%"},
		{"test", "%"},
		{"publish", "%"},
		{"publish", right, "%"},
		{"publish", "--amend=%", right},
		{"merge", "-t", "%", right},
		{"merge", "-t", right, "%"},
		{"merge", "-t", right, "--amend=%", right},
		{"promote", "%", "2"},
		{"promote", right, "%"},
		{"inspect", "%"},
		{"verify", "%"},
		{"diff", "%"},
		{"diff", right, "%"},
		{"reproduce", "%"},
		{"rm", "%"},
		{"rm", right, "%"},
		{"tag", "%", "app:2"},
		{"tag", right, "%"},
	}
}

// linesOfReferences puts each wrong reference into each place.
func linesOfReferences(registry, folder string) (lines []wrongLine) {
	for _, place := range placesOfReferences(registry, folder) {
		for _, text := range slices.Sorted(maps.Keys(wrongReferences())) {
			if line := strings.Join(place, " "); text == "" && place[0] == "bake" ||
				len(text) == 64 && (strings.Contains(line, "--amend") || place[0] == "promote" && place[2] == "%") {
				continue // no tag at all, and a tag alone: both are right there
			}
			args := slices.Clone(place)
			for i := range args {
				args[i] = strings.Replace(args[i], "%", text, 1)
			}
			says := wrongReferences()[text]
			if text == "" && strings.Contains(strings.Join(place, " "), "--amend") {
				says = "--amend is empty"
			}
			lines = append(lines, wrongLine{args, []string{says}})
		}
	}
	return lines
}

// linesOfCounts are those with too few or too many arguments, and commands there are not.
func linesOfCounts(registry, folder string) (lines []wrongLine) {
	right := registry + "/app:1"
	for verb, most := range map[string][]string{
		"init": {}, "status": {}, "deinit": {}, "ls": {}, "prune": {}, "version": {},
		"build": {folder}, "check": {folder}, "test": {right}, "inspect": {right}, "verify": {right},
		"diff": {right, right}, "reproduce": {right, folder}, "tag": {right, "app:2"},
	} {
		lines = append(
			lines,
			wrongLine{append([]string{verb}, append(most, "more")...), []string{verb, fmt.Sprint(len(most) + 1)}},
		)
	}
	for _, verb := range []string{
		"build", "check", "test", "inspect", "verify", "diff", "reproduce", "tag", "publish", "promote", "rm", "merge",
	} {
		lines = append(lines, wrongLine{[]string{verb}, nil})
	}
	return append(
		lines,
		wrongLine{[]string{"tag", right}, []string{"tag"}},
		wrongLine{[]string{"promote", right}, []string{"promote"}},
		wrongLine{[]string{"wat"}, []string{`"wat"`}},
		wrongLine{[]string{""}, []string{`""`}},
		wrongLine{[]string{"Build", folder}, []string{`"Build"`}},
		wrongLine{[]string{"push", right}, []string{`"push"`, "publish"}},
	)
}

// linesOfContexts are those whose build context is none.
func linesOfContexts(folder string) (lines []wrongLine) {
	for context, says := range map[string]string{
		"": `""`, "/proc/nonexistent": "/proc/nonexistent", filepath.Join(folder, "Dockerfile"): "Dockerfile", "a\x1bb": `\x1b`,
		"ftp://x.example/y": "ftp://x.example/y", "./-": "./-", "/dev/null": "/dev/null",
	} {
		lines = append(lines, wrongLine{[]string{"build", "-t", "app:1", context}, []string{says}},
			wrongLine{[]string{"check", context}, []string{says}})
	}
	return append(lines,
		wrongLine{[]string{"build", "-t", "app:1", "-f", "none", folder}, []string{"none"}},
		wrongLine{[]string{"build", "-t", "app:1", "-f", "-", "-"}, []string{"standard input"}},
		wrongLine{[]string{"check", "-f", "none", folder}, []string{"none"}},
		wrongLine{[]string{"check", "-f", "-", "-"}, []string{"standard input"}},
		wrongLine{[]string{"bake", "nope"}, []string{"nope"}},
		wrongLine{[]string{"bake", "nope*"}, []string{"nope*"}},
		wrongLine{[]string{"bake", "-f", folder}, []string{folder}},
		wrongLine{[]string{"merge", "-t", "app:1", "oci-layout:///proc/nonexistent"}, []string{"/proc/nonexistent"}},
		wrongLine{[]string{"merge", "-t", "app:1", "oci-layout://" + folder}, []string{folder}},
		wrongLine{[]string{"merge", "-t", "app:1", "oci-layout://"}, []string{"oci-layout://"}},
		wrongLine{[]string{"merge", "-t", "app:1", "oci-layout://x:A B"}, []string{"A B"}},
		wrongLine{[]string{"diff", "oci-layout:///proc/nonexistent"}, []string{"/proc/nonexistent"}},
		wrongLine{[]string{"reproduce", folder}, []string{folder}},
	)
}

// linesOfPairs are those whose flags exclude each other, or need another one.
func linesOfPairs(registry, folder string) []wrongLine {
	right := registry + "/app:1"
	build := func(flags ...string) []string {
		return append(append([]string{"build", "-t", "app:1"}, flags...), folder)
	}
	merge := func(flags ...string) []string { return append(append([]string{"merge", "-t", right}, flags...), right) }
	return []wrongLine{
		{build("--no-cache", "--no-cache-filter=x"), []string{"--no-cache", "--no-cache-filter"}},
		{build("--push", "--format=json"), []string{"--format", "--report"}},
		{build("-o", "x"), []string{"--output"}},
		{build("--insecure-registry=x:1", "--retry-timeout=-1s"), []string{"--retry-timeout"}},
		{[]string{"bake", "--print", "--list=targets"}, []string{"--print", "--list"}},
		{[]string{"inspect", "--local", "--remote", right}, []string{"--local", "--remote"}},
		{[]string{"inspect", "--raw", "--local", right}, []string{"--raw", "--local"}},
		{[]string{"inspect", "--raw", "--format=json", right}, []string{"--raw", "--format"}},
		{[]string{"verify", "--allow-foreign=x", right}, []string{"--allow-foreign", "--deep"}},
		{merge("--allow-foreign=x"), []string{"--allow-foreign", "--deep"}},
		{merge("--require-parity"), []string{"--require-parity", "--deep"}},
		{merge("--reason=x"), []string{"--reason", "--allow-untested"}},
		{merge("--drop-attestations", "--annotation=manifest:a=b"), []string{"annotation"}},
		{merge("--set-platform=linux/amd64=os.version"), []string{"--set-platform"}},
		{[]string{"promote", "--reason=x", right, "2"}, []string{"--reason", "--allow-untested"}},
		{[]string{"publish", "--reason=x", right}, []string{"--reason", "--allow-untested"}},
		{[]string{"publish", "--by-digest", "--no-overwrite", right}, []string{"--no-overwrite", "--by-digest"}},
		{[]string{"publish", "--set=default.tags=x", right}, []string{"--set", "--file"}},
		{[]string{"publish", "--var=A=1", right}, []string{"--var", "--file"}},
		{[]string{"publish", "--amend", "arm64", right}, []string{"arm64"}},
		{[]string{"publish", "--allow-untested", "arm64", right}, []string{"arm64", "--allow-untested=arm64"}},
		{[]string{"test", "--manual", "--test=x", right}, []string{"--manual"}},
		{[]string{"test", "--manual", right}, []string{"--manual", "terminal"}},
		{[]string{"init", "--buildkit-image=x", "--driver-opt=image=y"}, []string{"--buildkit-image", "--driver-opt"}},
		{[]string{"deinit", "--emulators"}, []string{"--emulators", "--force"}},
		{[]string{"prune", "--filter=until=1h", "--filter=until=2h"}, []string{"until"}},
		{[]string{"reproduce", "--jobs=-1", "--platform=linux/arm64", right}, []string{"--jobs"}},
	}
}

// linesOfArguments are all of them.
func linesOfArguments(t *testing.T, folder, registry string) []wrongLine {
	t.Helper()
	return slices.Concat(linesOfReferences(registry, folder), linesOfCounts(registry, folder),
		linesOfContexts(folder), linesOfPairs(registry, folder), linesOfFiles(t),
		linesOfSecrets(registry, folder), linesOfOddities(registry))
}

// TestEveryArgumentRefusesWrongValues holds that a wrong argument of any command, too many and too few of them, and
// flags that exclude each other are refused as a wrong value of a flag is: with exit code 2, in one line that names it,
// and nothing contacted, made or changed.
func TestEveryArgumentRefusesWrongValues(t *testing.T) {
	folder := plugintest.BuildContext(t)
	t.Chdir(folder)
	assert.NilError(t, os.WriteFile("docker-bake.hcl", []byte(rightDefinition), 0o600))
	commands := multiplatOf(t).Commands()
	bench := newRefusalBench(t, folder)
	lines := append(linesOfArguments(t, folder, bench.registry), linesOfBareFlags(commands)...)
	for i, line := range lines {
		t.Run(fmt.Sprintf("%d %.60s", i, strings.Join(line.args, " ")), func(t *testing.T) { bench.refusesLine(t, line) })
	}
}
