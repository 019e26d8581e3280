package view

import (
	"fmt"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/command/formatter"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
)

// Machine writes what init and status have seen; quiet leaves the remarks away.
func Machine(dockerCLI command.Cli, r machine.Report, format string, quiet bool) error {
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
		return encode(dockerCLI.Out(), r, "  ")
	}
	rows := newTable("PLATFORM", "KIND", "EMULATOR", "ENGINE", "BUILDER", "NODE", "AFTER A RESTART")
	for i := range r.Platforms {
		rows.add(readinessCells(r.Platforms[i])...)
	}
	if err := rows.print(dockerCLI.Out()); err != nil || quiet {
		return err
	}
	for _, note := range r.Notes {
		Say(dockerCLI, "%s", note)
	}
	return nil
}

// readinessCells are a row as the table shows it.
func readinessCells(r machine.Readiness) []string {
	if r.Untestable {
		return []string{r.Platform, "foreign", "", "cannot be tested here"}
	}
	kind := "emulated"
	if r.Native {
		kind = "native"
	}
	emulator := r.Emulator
	if r.QEMU != "" {
		emulator = fmt.Sprintf("%s (QEMU %s)", r.Emulator, r.QEMU)
	}
	inBuilder := "not probed"
	if r.BuilderProbed {
		inBuilder = runsOrNot(r.BuilderRuns)
	}
	after := map[string]string{
		machine.RestartYes:       "runs again",
		machine.RestartNo:        "gone",
		machine.RestartUntilBoot: "until the host reboots",
		machine.RestartUnknown:   "not known",
	}
	return []string{r.Platform, kind, emulator, runsOrNot(r.EngineRuns), inBuilder, r.Node, after[r.AfterRestart]}
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
