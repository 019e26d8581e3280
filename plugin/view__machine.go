package plugin

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// printMachine writes what init and status have seen; quiet leaves the remarks away.
func printMachine(dockerCLI command.Cli, r machineReport, format string, quiet bool) error {
	switch {
	case isTemplate(format):
		return printTemplate(dockerCLI, format, r)
	case format == formatJSON:
		out := json.NewEncoder(dockerCLI.Out())
		out.SetIndent("", "  ")
		return out.Encode(r)
	}
	rows := newTable("PLATFORM", "KIND", "EMULATOR", "ENGINE", "BUILDER", "NODE", "AFTER A RESTART")
	for i := range r.Platforms {
		rows.add(readinessCells(r.Platforms[i])...)
	}
	if err := rows.print(dockerCLI.Out()); err != nil || quiet {
		return err
	}
	for _, note := range r.Notes {
		say(dockerCLI, "%s", note)
	}
	return nil
}

// readinessCells are a row as the table shows it.
func readinessCells(r readiness) []string {
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
		restartYes: "runs again", restartNo: "gone", restartUntilBoot: "until the host reboots", restartUnknown: "not known",
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

// printUndone says what deinit has taken away.
func printUndone(dockerCLI command.Cli, done undone) {
	if done.persisted {
		say(dockerCLI, "container %s removed", binfmt.PersistName)
	}
	if len(done.emulators) > 0 {
		say(dockerCLI, "removed %s from the kernel of the engine's host", strings.Join(done.emulators, ", "))
	}
	switch {
	case done.removed:
		say(dockerCLI, "builder %s removed", done.builder)
	case done.builder != "":
		say(dockerCLI, "there is no builder %s", done.builder)
	}
}
