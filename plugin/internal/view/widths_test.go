package view

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/docker/cli/cli/streams"
	"github.com/mattn/go-runewidth"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/diff"
	"github.com/docker-multiplat/docker-multiplat/manifest/reproducible"
	"github.com/docker-multiplat/docker-multiplat/manifest/verify"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/check"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/compare"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inspect"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/reproduce"
)

// allOnTerminal is a CLI both of whose outputs are one terminal.
type allOnTerminal struct {
	*plugintest.CLI
	screen *streams.Out
}

// Out implements [command.Streams].
func (o allOnTerminal) Out() *streams.Out { return o.screen }

// Err implements [command.Streams].
func (o allOnTerminal) Err() *streams.Out { return o.screen }

// shownIn is what show prints on a terminal of so many columns.
func shownIn(t *testing.T, columns uint16, show func(allOnTerminal) error) string {
	t.Helper()
	fake := plugintest.NewCLI(t)
	return plugintest.Screen(t, columns, func(screen *streams.Out) error { return show(allOnTerminal{fake, screen}) })
}

// What real names, platforms and tests look like at their longest.
const (
	longName = "registry.gitlab.example.com:5050/platform/observability/collector-agent"
	longTag  = longName + ":2026.11.28-rc.1-gabcdef0123456"
	wideName = "registry.example.com/チーム/アプリケーション:1.0" // each character takes two columns
)

// manyPlatforms are the platforms of a large image.
func manyPlatforms() []string {
	return []string{
		"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/arm/v6", "linux/ppc64le", "linux/s390x", "linux/riscv64",
		"windows(10.0.17763.7792)/amd64",
	}
}

// longTables are all tables, by the command that shows them, and words that no width may take away.
func longTables(t *testing.T) map[string]struct {
	show func(allOnTerminal) error
	keep []string
} {
	t.Helper()
	type table = struct {
		show func(allOnTerminal) error
		keep []string
	}
	built := outcomes(t, longTag, manyPlatforms()[:7]...)
	built.Plan.Target = "collector-agent-distroless"
	for i := range built.Rows {
		built.Rows[i].Report.Cases = append(built.Rows[i].Report.Cases, localtest.Case{
			Name: "test-config structure.yaml: the agent starts and answers on its health port", Verdict: localtest.Passed,
		}, localtest.Case{Name: wideName, Verdict: localtest.Failed})
	}
	return map[string]table{
		"status": {
			func(c allOnTerminal) error { return Machine(c, longMachine(), List{Format: FormatTable, Quiet: true}) },
			[]string{"emulated", "does not run", "not probed", "linux/ppc64le"},
		},
		"ls": {
			func(c allOnTerminal) error { return Drafts(c, List{Format: FormatTable}, longDrafts()) },
			[]string{"older", "failed", "riscv64"},
		},
		"inspect": {
			func(c allOnTerminal) error { return Inspection(c, List{Format: FormatTable}, longInspection()) },
			[]string{"passed", "test-result", "provenance"},
		},
		"verify": {
			func(c allOnTerminal) error { return longVerification().Print(c, FormatTable) },
			[]string{"reproduced", "no record"},
		},
		"check": {
			func(c allOnTerminal) error { return Check(c, longCheck(), FormatTable, true) },
			[]string{"not served", "linux/riscv64"},
		},
		"diff": {
			func(c allOnTerminal) error { return Diff(c, FormatTable, false, longDiff()) },
			[]string{"layers", "openssl"},
		},
		"reproduce": {
			func(c allOnTerminal) error { return Reproduction(c, FormatTable, false, longReproduction()) },
			[]string{"differs", "linux/riscv64"},
		},
		"build": {
			func(c allOnTerminal) error { return Rows(c, built, FormatTable, Showing{}) },
			[]string{"emulated", "(cached)"},
		},
		"bake": {
			func(c allOnTerminal) error { return TargetRows(c, []build.Result{built}, Showing{}) },
			[]string{"emulated", "(cached)"},
		},
	}
}

// Every table fits the terminal, whatever stands in it, and keeps the words that it is for; at 120 columns it says more
// than at 80, or as much.
func TestTablesFitTheTerminal(t *testing.T) {
	t.Setenv("TERM", "dumb") // colours have no width
	for name, table := range longTables(t) {
		for _, columns := range []int{80, 120} {
			t.Run(fmt.Sprint(name, " ", columns), func(t *testing.T) {
				text := shownIn(t, uint16(columns), table.show)
				for line := range strings.Lines(text) {
					line = strings.TrimRight(line, "\n")
					one := !strings.Contains(strings.TrimSpace(line), " ") // a name with its digest is never broken
					assert.Check(t, one || runewidth.StringWidth(line) <= columns, "%d: %s", runewidth.StringWidth(line), line)
				}
				unfolded := strings.Join(strings.Fields(text), " ")
				for _, word := range table.keep {
					assert.Check(t, strings.Contains(unfolded, word), "%q is not in\n%s", word, text)
				}
			})
		}
	}
}

func longMachine() machine.Report {
	var r machine.Report
	for i, p := range manyPlatforms() {
		row := machine.Readiness{
			Platform:      p,
			Native:        i == 0,
			EngineRuns:    i < 5,
			BuilderRuns:   i < 4,
			BuilderProbed: i != 6,
			Node:          "multiplat-production0",
			AfterRestart:  machine.RestartUntilBoot,
			Untestable:    i == 7,
		}
		if i > 0 && i < 7 {
			row.Emulator, row.QEMU = "qemu-"+strings.TrimPrefix(p, "linux/"), "9.2.2"
		}
		r.Platforms = append(r.Platforms, row)
	}
	return r
}

func longDrafts() (rows []drafts.Row) {
	for _, name := range []string{longTag, wideName, "app:1"} {
		row := drafts.Row{
			Name:            name,
			Digest:          digest.FromString(name).String(),
			Platforms:       manyPlatforms(),
			Verdict:         "failed",
			Verdicts:        map[string]string{},
			Published:       "older",
			PublishedDigest: digest.FromString("at" + name).String(),
			Size:            1234567890,
			Updated:         time.Now().Add(-2 * time.Hour),
		}
		for i, p := range row.Platforms {
			row.Verdicts[p] = []string{"passed", "failed", "not run"}[i%3]
		}
		rows = append(rows, row)
	}
	return rows
}

func longInspection() *inspect.Inspection {
	image := inspect.Image{Digest: digest.FromString("index").String()}
	for i, p := range manyPlatforms() {
		image.Platforms = append(image.Platforms, inspect.Platform{
			Platform: p, Manifest: digest.FromString(p).String(), Size: int64(i+1) * 123456789, Result: "passed",
			Compression: "zstd", LookedAtBy: "somebody.with.a.long.name@example.com",
			Attestations: []string{
				"https://slsa.dev/provenance/v1", "https://spdx.dev/Document", "https://in-toto.io/attestation/test-result/v0.1",
			},
		})
	}
	return &inspect.Inspection{Name: longTag, State: "older", Draft: &image, Published: &image}
}

func longVerification() Verification {
	v := Verification{Name: longTag, Digest: digest.FromString("index").String()}
	for i, p := range manyPlatforms() {
		one := verify.PlatformCheck{Platform: p, Compression: "gzip", Layers: 27}
		if i == 1 {
			one.Reproduction = "REPRODUCED"
			one.Faults = []string{
				"layer sha256:" + strings.Repeat("ab", 32) + " is not there",
				"the config says linux/amd64, and the index says linux/arm64",
			}
		}
		v.Platforms = append(v.Platforms, one)
	}
	return v
}

func longCheck() check.Result {
	r := check.Result{File: "Dockerfile", Platforms: manyPlatforms()}
	for _, name := range []string{longTag, "docker.io/library/golang:1.26-bookworm"} {
		image := check.Image{Name: name}
		for i := range r.Platforms {
			cell := check.Cell{State: check.Served}
			if i == 6 {
				cell.State = check.NotServed
			}
			image.Platforms = append(image.Platforms, cell)
		}
		r.Images = append(r.Images, image)
	}
	return r
}

func longDiff() *compare.Result {
	old, changed := "3.0.15-1~deb12u1+rpi1+build20261128.gabcdef0123456789", "3.0.16-1~deb12u1"
	return &compare.Result{
		Names: []string{longTag, longName + ":latest"},
		Only:  map[string][]string{longTag: manyPlatforms()},
		Same:  manyPlatforms(),
		Reports: []diff.Report{{
			Sides: []diff.Summary{
				{Name: longTag, Platform: "linux/amd64", Files: 12345}, {Name: longName + ":latest", Platform: "linux/amd64"},
			},
			Config: []diff.Setting{{Field: "Env PATH", Values: []*string{&old, &changed}}},
			Packages: []diff.Package{{
				Name: "libopenssl-with-a-rather-long-name-dev", Ecosystem: "deb", Values: []*string{&old, &changed},
			}, {Name: "openssl", Ecosystem: "deb", Values: []*string{&old, &changed}}},
		}},
	}
}

func longReproduction() reproduce.Result {
	r := reproduce.Result{Name: longTag, Inputs: []reproduce.Taken{
		{
			What:  "context",
			Value: "https://git.example.com/platform/observability/collector-agent.git#" + strings.Repeat("a", 40),
			From:  "the provenance of " + longTag,
		},
	}}
	for _, p := range manyPlatforms()[:7] {
		r.Platforms = append(r.Platforms, reproduce.Platform{
			Platform: p, Result: reproduce.Differs, Report: reproducible.Report{Layers: []reproducible.Layer{
				{
					Number: 12,
					CreatedBy: "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends ca-certificates " +
						"&& rm -rf /var/lib/apt/lists/* # buildkit",
					Findings: []reproducible.Finding{
						{
							Cause:  "time",
							Path:   "usr/share/" + p + "/a/long/path/to/a/file.pyc",
							Detail: "the time in its header: 2026-11-28T15:00:00Z",
						},
					},
					Differing: 3,
				},
			}},
		})
	}
	return r
}
