package plugin

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
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
	plain := filepath.Join(folder, "Dockerfile.plain")
	assert.NilError(t, os.WriteFile(plain, []byte("FROM scratch\n"), 0o600))
	build := func(flags ...string) []string {
		return append(append([]string{"build", "-t", "app:1", "--platform", "amd64"}, flags...), folder)
	}
	assertRefused(t, []refusal{
		{"secret", build("--secret", "id=a,src=/proc/nonexistent"), []string{"--secret", "/proc/nonexistent"}},
		{"ssh", build("--ssh", "default=/proc/nonexistent"), []string{"--ssh", "/proc/nonexistent"}},
		{"add-host", build("--add-host", "x"), []string{`--add-host "x"`, "HOST:IP"}},
		{"add-host address", build("--add-host", "x:y"), []string{`--add-host "x:y"`, "HOST:IP"}},
		{"network", build("--network", "wat"), []string{`--network "wat"`, "default, host or none"}},
		{"target", build("--target", "nope"), []string{`--target "nope"`, "base"}},
		{"target of stages without names", []string{
			"build", "-t", "app:1", "--target", "nope", "-f", plain, folder,
		}, []string{`--target "nope"`, "its stages have no names"}},
		{"target number", build("--target", "1"), []string{`--target "1"`, "which has base"}},
		{"call", build("--call", "nope"), []string{`--call "nope"`, "outline"}},
		{"script", build("--test-script", "./nope.sh --all"), []string{`--test-script "./nope.sh --all"`, `"./nope.sh"`}},
		{"script in PATH", build("--test-script", "no-such-program"), []string{"--test-script", `"no-such-program"`}},
		{"driver-opt", []string{"init", "--driver-opt", "garbage"}, []string{`--driver-opt "xxxxx"`, "KEY=VALUE"}},
		{"memory", build("--test-memory", "6k"), []string{"--test-memory 6KiB", "6m"}},
		{"cpus", build("--test-cpus", "1e99"), []string{`--test-cpus "1e99"`, "0 for all"}},
		{"few cpus", build("--test-cpus", "0.005"), []string{"--test-cpus 0.005", "0.01 or more"}},
		{
			"timeout", build("--test-timeout", "2500000h", "--test-emulated-factor", "8"),
			[]string{"--test-timeout", "--test-emulated-factor"},
		},
		{"factor", build("--test-emulated-factor", "1e300"), []string{"--test-emulated-factor 1e+300"}},
		{"processes", build("--test-pids", "5000000"), []string{"--test-pids 5000000", "0 for no limit"}},
		{"much memory", build("--test-memory", "1e30"), []string{`--test-memory "1e30"`, "no machine has so much"}},
		{"provenance mode", build("--provenance=mode=wat"), []string{"--provenance", `"wat"`, "min or max"}},
		{"provenance version", build("--provenance=version=v9"), []string{"--provenance", `"v9"`}},
		{"attestation mode", build("--attest", "type=provenance,mode=foo"), []string{"--provenance", `"foo"`}},
		{"attestation type", build("--attest", "type=wat"), []string{"--attest", `"wat"`, "provenance or sbom"}},
		{"scanner", build("--sbom=generator=BAD"), []string{"--sbom", `"BAD"`, "lowercase"}},
		{"no scanner", build("--sbom=generator="), []string{"--sbom", "generator"}},
		{"cache type", build("--cache-to", "type=nope"), []string{"--cache-to", `"nope"`, "registry"}},
		{"cache to nowhere", build("--cache-to", "type=local"), []string{"--cache-to", "dest=FOLDER"}},
		{"cache from nowhere", build("--cache-from", "type=local"), []string{"--cache-from", "src=FOLDER"}},
		{"context", build("--build-context", "x=/proc/nonexistent"), []string{"--build-context", `"x=/proc/nonexistent"`}},
		{
			"context layout",
			build("--build-context", "x=oci-layout:///proc/nonexistent:1"),
			[]string{"--build-context", "/proc/nonexistent"},
		},
		{"id file", build("--iidfile", "/proc/nonexistent/x"), []string{`--iidfile "/proc/nonexistent/x"`, "make it first"}},
		{
			"metadata",
			build("--metadata-file", "/proc/nonexistent/x"),
			[]string{`--metadata-file "/proc/nonexistent/x"`, "make it first"},
		},
		{"folder", build("--metadata-file", folder), []string{"--metadata-file", "is a folder"}},
		{
			"publish",
			[]string{"publish", "--metadata-file", "/proc/nonexistent/x", "app:1"},
			[]string{"--metadata-file", "make it first"},
		},
		{
			"merge",
			[]string{"merge", "--metadata-file", "/proc/nonexistent/x", "-t", "app:1", "a/b"},
			[]string{"make it first"},
		},
		{"promote", []string{"promote", "--metadata-file", "/proc/nonexistent/x", "a/b:1", "2"}, []string{"make it first"}},
	})
}

// More CPUs than the engine has are no failed test of an image: it stays as it was.
func TestMoreCPUsThanTheEngineHas(t *testing.T) {
	for _, tc := range []struct {
		cpus    string
		refused bool
	}{{"2.5", true}, {"2", false}} {
		fake := newFakeCLI(t)
		s := plugintest.OpenStore(t, fake)
		plugintest.SaveDraft(t, s, "app:1", "linux/amd64", plugintest.UntestedImage(t, s, "linux/amd64", "app"))
		before, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
		assert.NilError(t, err)
		other := &fakeCLI{fake.WithEngine(t, func(r *http.Request) (*http.Response, error) {
			answer := http.Response{Header: http.Header{"Content-Type": {"application/json"}}, Request: r, StatusCode: 404}
			body := `{"message": "there is nothing"}`
			switch {
			case strings.HasSuffix(r.URL.Path, "/_ping"):
				answer.StatusCode, body = http.StatusOK, "OK"
			case strings.HasSuffix(r.URL.Path, "/info"):
				answer.StatusCode, body = http.StatusOK, `{"NCPU": 2, "OSType": "linux", "Architecture": "x86_64"}`
			}
			answer.Body = io.NopCloser(strings.NewReader(body))
			return &answer, nil
		})}
		err = other.run(t, "test", "--test-cpus", tc.cpus, "app:1")
		const want = "--test-cpus 2.5 is more than the engine at"
		assert.Equal(t, strings.Contains(explained(err), want), tc.refused, explained(err))
		assert.Equal(t, failure.ExitCode(err) == 2, tc.refused)
		after, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
		assert.NilError(t, err)
		assert.DeepEqual(t, after.Notes, before.Notes)
	}
}
