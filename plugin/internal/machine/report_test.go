package machine

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Of all platforms those alone are nobody's loss that nothing here is for.
func TestJudgeAll(t *testing.T) {
	const arm64 = "enabled\ninterpreter /usr/bin/qemu-aarch64\nflags: POCF\noffset 0\n" +
		"magic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff00fffffffffffffffffeffffff\n"
	row := func(architecture string, engine, inBuilder bool) Readiness {
		return Readiness{
			Platform: "linux/" + architecture, Native: architecture == "amd64", EngineRuns: engine, BuilderRuns: inBuilder,
			BuilderProbed: true, Reason: "exec format error", optional: true,
			Asked: ocispec.Platform{OS: "linux", Architecture: architecture},
		}
	}
	native, absent := row("amd64", true, true), row("mips64", false, false)
	for _, tc := range []struct {
		name    string
		entries map[string]string
		record  Record
		rows    []Readiness
		want    string // part of the error; empty: ready
	}{
		{name: "an emulator works", rows: []Readiness{native, row("arm64", true, true), absent}},
		{
			name: "nothing is emulated", rows: []Readiness{native, row("arm64", false, false), absent},
			want: "no platform but the engine's own runs",
		},
		{
			name: "an entry is disabled", entries: map[string]string{"qemu-aarch64": strings.TrimPrefix(arm64, "enabled\n")},
			rows: []Readiness{native, row("s390x", true, true), row("arm64", false, false)}, want: "linux/arm64",
		},
		{
			name: "a name is taken", entries: map[string]string{"qemu-mips64": "enabled\ninterpreter /bin/x\n"},
			rows: []Readiness{native, row("s390x", true, true), absent}, want: "linux/mips64",
		},
		{
			name: "it ran once", record: Record{Platforms: []string{"linux/mips64"}},
			rows: []Readiness{native, row("s390x", true, true), absent}, want: "linux/mips64",
		},
		{
			name: "its emulator was added once", record: Record{Emulators: []addedEmulator{{Name: "qemu-mips64"}}},
			rows: []Readiness{native, row("s390x", true, true), absent}, want: "linux/mips64",
		},
		{
			name: "the builder lacks it", rows: []Readiness{native, row("s390x", true, true), row("mips64", true, false)},
			want: "linux/mips64",
		},
		{
			name: "the engine lacks it", rows: []Readiness{native, row("s390x", true, true), row("mips64", false, true)},
			want: "linux/mips64",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			table := builder.Emulators{Table: tableOf(t, tc.entries), Known: true}
			seen := Emulators{Table: table, record: tc.record, image: binfmt.DefaultImage}
			report := Report{Builder: BuilderReport{Running: true}, Platforms: tc.rows}
			for i := range report.Platforms {
				report.Platforms[i].explain(seen)
			}
			report.conclude()
			err := report.Err()
			assert.Equal(t, report.Ready, err == nil)
			if tc.want == "" {
				assert.NilError(t, err)
				assert.DeepEqual(t, report.Notes, []string{"not available: linux/mips64"})
				return
			}
			assert.Equal(t, failure.ExitCode(err), failure.ExitNotReady)
			assert.ErrorContains(t, err, tc.want)
			var lacking *NotReadyError
			assert.Assert(t, errors.As(err, &lacking))
			assert.Assert(t, strings.Contains(lacking.Rows[0].Reason, "exec format error"), "%v", lacking.Rows)
		})
	}
}

// tableOf is a kernel's table with these entries.
func tableOf(t *testing.T, entries map[string]string) binfmt.Table {
	t.Helper()
	files := map[string]string{"status": "enabled\n"}
	maps.Copy(files, entries)
	folder := t.TempDir()
	for name, text := range files {
		assert.NilError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	table, err := binfmt.ReadFolder(folder)
	assert.NilError(t, err)
	return table
}

// Of several nodes, or of one that was given a platform, it is said where each is; one that is out of reach is told by
// itself.
func TestPlacesOfNodes(t *testing.T) {
	here := NodeReport{Name: "multiplat0", where: "at unix:///var/run/docker.sock"}
	pi := NodeReport{Name: "multiplat1", where: "at ssh://me@pi", Declares: []string{"linux/arm64", "linux/arm/v7"}}
	gone := NodeReport{Name: "multiplat2", where: "at tcp://gone:1", Problem: "it cannot be reached at tcp://gone:1"}
	assert.Equal(t, len(BuilderReport{Nodes: []NodeReport{here}}.places()), 0)
	assert.DeepEqual(t, BuilderReport{Nodes: []NodeReport{here, pi, gone}}.places(), []string{
		`node "multiplat0" is at unix:///var/run/docker.sock`,
		`node "multiplat1" is at ssh://me@pi, and works for linux/arm64, linux/arm/v7`,
	})
	assert.Equal(t, len(BuilderReport{Nodes: []NodeReport{pi}}.places()), 1)
}

// The address of a node that does not answer is told once.
func TestAddressOfDownNodeIsToldOnce(t *testing.T) {
	row := Readiness{Platform: "linux/arm64", EngineRuns: true}
	row.down(&builder.DownError{Node: "farm1", Endpoint: "tcp://pi:1"}, "it cannot be reached at tcp://pi:1: refused")
	assert.Equal(t, row.Why(), `on node "farm1": it cannot be reached at tcp://pi:1: refused`)
	row = Readiness{Platform: "linux/arm64", EngineRuns: true, Elsewhere: `node "farm1" at tcp://pi:1`}
	row.down(&builder.DownError{Node: "farm1", Endpoint: "tcp://pi:1"}, "its certificate has expired")
	assert.Equal(t, row.Why(), `on node "farm1" at tcp://pi:1: its certificate has expired`)
}
