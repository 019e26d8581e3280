package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What is too long to be read is cut where it is told, whatever it was given for.
func TestOverlongValues(t *testing.T) {
	folder, long := plugintest.BuildContext(t), strings.Repeat("a", 5000)
	for _, args := range [][]string{
		{"publish", long},
		{"publish", "app:" + long},
		{"test", long},
		{"test", "app@sha256:" + long},
		{"rm", long},
		{"tag", long, "app:1"},
		{"inspect", long},
		{"verify", long},
		{"promote", long, "2"},
		{"promote", "app:1", long},
		{"merge", "-t", long, "app:1"},
		{"build", "-t", long, folder},
		{"build", "-t", "app", "--platform", "linux/" + long, folder},
		{"build", "-t", "app", "--target", long, folder},
		{"init", "--platform", "linux/" + long},
		{"ls", "--format", long},
		{long},
	} {
		fake := newFakeCLI(t)
		err := fake.run(t, args...)
		assert.Check(t, err != nil, "%.40q", args)
		if err == nil {
			continue
		}
		told := explained(err)
		first, _, _ := strings.Cut(told, "\n")
		assert.Check(t, len(first) < 1200 && strings.Contains(first, "aaa … aaa"), "%.40q: %s", args, told)
	}
}

// Values that cannot be right are refused before a draft is touched or a builder started.
func TestValueRefusals(t *testing.T) {
	folder := plugintest.BuildContext(t)
	file := filepath.Join(folder, "Dockerfile")
	assert.NilError(t, os.WriteFile(file, []byte("FROM scratch AS Base\nFROM base\n"), 0o600))
	build := func(flags ...string) []string {
		return append(append([]string{"build", "-t", "app:1", "--platform", "amd64"}, flags...), folder)
	}
	assertRefused(t, []refusal{
		{"secret", build("--secret", "id=a,src=/nonexistent"), []string{"--secret", "/nonexistent"}},
		{"ssh", build("--ssh", "default=/nonexistent"), []string{"--ssh", "/nonexistent"}},
		{"add-host", build("--add-host", "x"), []string{`--add-host "x"`, "HOST:IP"}},
		{"add-host address", build("--add-host", "x:y"), []string{`--add-host "x:y"`, "HOST:IP"}},
		{"network", build("--network", "wat"), []string{`--network "wat"`, "default, host or none"}},
		{"target", build("--target", "nope"), []string{`--target "nope"`, "base"}},
		{"target number", build("--target", "2"), []string{`--target "2"`}},
		{"call", build("--call", "nope"), []string{`--call "nope"`, "outline"}},
		{"driver-opt", []string{"init", "--driver-opt", "garbage"}, []string{`--driver-opt "garbage"`, "KEY=VALUE"}},
		{"memory", build("--test-memory", "6k"), []string{"--test-memory 6KiB", "6m"}},
		{"cpus", build("--test-cpus", "1e99"), []string{"--test-cpus", "0 for all"}},
		{
			"timeout", build("--test-timeout", "2500000h", "--test-emulated-factor", "8"),
			[]string{"--test-timeout", "--test-emulated-factor"},
		},
		{"factor", build("--test-emulated-factor", "1e300"), []string{"--test-emulated-factor 1e+300"}},
	})
}
