package view

import (
	"fmt"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/command/formatter"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/columns"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
)

// Machine writes what init and status have seen; quiet leaves the remarks away.
func Machine(dockerCLI command.Cli, r machine.Report, how List) error {
	format := how.Format
	switch {
	case formatter.Format(format).IsTable() && isTemplate(format):
		return printRows(dockerCLI, format, r.Platforms)
	case isTemplate(format):
		err := printTemplate(dockerCLI, format, r)
		if err != nil && fits(format, machine.Readiness{}) {
			return fmt.Errorf("%w; for each platform: {{range .Platforms}}%s{{println}}{{end}}", err, format)
		}
		return err
	case format == formatJSON:
		return encode(dockerCLI.Out(), r, "")
	}
	rows := machineTable(r, widthFor(dockerCLI.Out(), how.NoTrunc))
	if err := printTable(dockerCLI.Out(), rows); err != nil || how.Quiet {
		return err
	}
	for _, note := range r.Notes {
		Say(dockerCLI, "%s", note)
	}
	return nil
}

// AfterInit says to a person what comes next on a machine that is ready.
func AfterInit(dockerCLI command.Cli, how List) {
	if how.Quiet || how.Format != FormatTable || !dockerCLI.Err().IsTerminal() {
		return
	}
	Say(dockerCLI, "next, in the folder of a Dockerfile:\n  docker multiplat build --test-local -t NAME:TAG .\n"+
		"  (NAME: where you may push, such as USER/app or registry.example.com/team/app)")
}

// machineTable is the table in so many columns of a terminal. How a platform runs, and whether it does, is said in
// every one.
func machineTable(r machine.Report, width int) *columns.Table {
	at := func(short, narrow bool, without ...string) func() *columns.Table {
		return func() *columns.Table {
			t := columns.New("PLATFORM", "KIND", "EMULATOR", "ENGINE", "BUILDER", "NODE", "AFTER A RESTART")
			for i := range r.Platforms {
				t.Add(readinessCells(r.Platforms[i], short)...)
			}
			if len(without) == 1 && !t.Uniform("NODE") { // then it says more than the emulator does
				without = []string{"EMULATOR"}
			}
			if narrow {
				t.Narrow()
			}
			return t.Without(without...)
		}
	}
	return columns.Choose(width, 0, at(false, false), at(false, false, "NODE"), at(true, false, "NODE"),
		at(true, true, "NODE"), at(true, true, "NODE", "EMULATOR"))
}

// readinessCells are a row as the table shows it.
func readinessCells(r machine.Readiness, short bool) []string {
	if r.Untestable {
		return []string{r.Platform, "foreign", "", "cannot be tested here"}
	}
	kind := "emulated"
	switch {
	case r.Native:
		kind = "native"
	case r.Unknown:
		kind = "not known"
	}
	emulator := r.Emulator
	if r.QEMU != "" && !short {
		emulator = fmt.Sprintf("%s (QEMU %s)", r.Emulator, r.QEMU)
	}
	inBuilder := "not probed"
	if r.BuilderProbed {
		inBuilder = runsOrNot(r.BuilderRuns)
	}
	inEngine := runsOrNot(r.EngineRuns)
	if r.NoEngine {
		inEngine = "none"
	}
	after := map[string]string{
		machine.RestartYes:       "runs again",
		machine.RestartNo:        "gone",
		machine.RestartUntilBoot: "until the host reboots",
		machine.RestartUnknown:   "not known",
	}
	if short {
		after[machine.RestartUntilBoot] = "until a reboot"
	}
	return []string{r.Platform, kind, emulator, inEngine, inBuilder, r.Node, after[r.AfterRestart]}
}

// runsOrNot says it in words.
func runsOrNot(yes bool) string {
	if yes {
		return "runs"
	}
	return "does not run"
}

// Undone says what deinit has taken away.
func Undone(dockerCLI command.Cli, done machine.Undone) {
	for _, line := range done.Remarks {
		Say(dockerCLI, "%s", line)
	}
	if done.Persisted {
		Say(dockerCLI, "container %s removed", binfmt.PersistName)
	}
	if len(done.Emulators) > 0 {
		Say(dockerCLI, "removed %s from the kernel of the engine's host", strings.Join(done.Emulators, ", "))
	}
	switch {
	case done.Removed:
		Say(dockerCLI, "builder %s removed", done.Builder)
	case done.Builder != "":
		Say(dockerCLI, "there is no builder %s", done.Builder)
	}
}
