package view

import (
	"reflect"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// The keys of what init and status print are part of the contract: scripts read them.
func TestMachineReportKeys(t *testing.T) {
	report := machine.Report{
		Ready: true,
		Engine: machine.EngineReport{
			Host:     "unix:///docker.sock",
			Version:  "29.9.0",
			Platform: "linux/amd64",
			Store:    "classic",
			Rootless: true,
		},
		Builder: machine.BuilderReport{
			Name: "multiplat", Driver: "docker-container", Status: "running", Problem: "none",
			Nodes: []machine.NodeReport{{
				Name: "multiplat0", Endpoint: "default", Status: "running", BuildKit: "v0.34.2", Declares: []string{"linux/arm64"},
				Problem: "it is gone",
			}},
		},
		Platforms: []machine.Readiness{
			{
				Platform:      "linux/arm64",
				Native:        true,
				Emulator:      "qemu-aarch64",
				QEMU:          "v10.2.3",
				EngineRuns:    true,
				BuilderRuns:   true,
				NoEngine:      true,
				BuilderProbed: true,
				Node:          "multiplat0",
				AfterRestart:  machine.RestartUntilBoot,
				Untestable:    true,
				Reason:        "exit 255",
				Cause:         "it is disabled",
				Fix:           "echo 1",
			},
		},
		Notes: []string{"a remark"},
		Left:  []string{"container 0123456789ab (test)"},
	}
	for _, part := range []any{
		report, report.Engine, report.Builder, report.Builder.Nodes[0], report.Platforms[0],
	} {
		value := reflect.ValueOf(part)
		for i := range value.NumField() {
			if field := value.Type().Field(i); field.IsExported() && field.Tag.Get("json") != "-" {
				assert.Assert(t, !value.Field(i).IsZero(), "%s.%s is not in the golden file", value.Type(), field.Name)
			}
		}
	}
	fake := plugintest.NewCLI(t)
	assert.NilError(t, Machine(fake, report, List{Format: formatJSON}))
	golden.Assert(t, plugintest.Indented(t, fake.Stdout.String()), "machine.json.golden")
}

// A person is told what comes next; who reads the table by a program is not.
func TestAfterInit(t *testing.T) {
	const next = "  docker multiplat build --test-local -t NAME:TAG .\n"
	for _, tc := range []struct {
		how      List
		terminal bool
		want     bool
	}{
		{List{Format: FormatTable}, true, true},
		{List{Format: FormatTable}, false, false},
		{List{Format: FormatTable, Quiet: true}, true, false},
		{List{Format: formatJSON}, true, false},
	} {
		fake := plugintest.NewCLI(t)
		fake.Err().SetIsTerminal(tc.terminal)
		AfterInit(fake, tc.how)
		assert.Equal(t, strings.Contains(fake.Stderr.String(), next), tc.want, "%+v", tc)
	}
}
