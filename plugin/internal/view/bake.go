package view

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/buildx/bake"
	"github.com/docker/cli/cli/command"
	"github.com/moby/sys/atomicwriter"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/columns"
)

// Definition prints a bake definition, or a part of it, as docker buildx bake does.
func Definition(dockerCLI command.Cli, text []byte) error {
	return verbatim(dockerCLI.Out(), visible.UncommandedJSON(text))
}

// Grant asks for what a definition wants beyond what was allowed; off a terminal it refuses it.
func Grant(ctx context.Context, dockerCLI command.Cli, wanted bake.EntitlementConf, remote bool) error {
	if !Interactive(dockerCLI) {
		return wanted.Check(remote)
	}
	return wanted.Prompt(ctx, remote, tamer{dockerCLI.Err()})
}

// Title stands above an answer.
type Title struct {
	Name, Description string
	// File is the Dockerfile's name here, empty where it is no file of this machine.
	File  string
	First bool
}

// AnswerOf shows a frontend's answer about one of several targets, as docker buildx bake does.
func AnswerOf(dockerCLI command.Cli, t Title, method request.Method, answer map[string]string) error {
	text := t.Name + "\n"
	if t.Description != "" {
		text += t.Description + "\n"
	}
	if !t.First {
		text = "\n" + text
	}
	if err := block(dockerCLI.Out(), text+"\n"); err != nil {
		return err
	}
	if err := Answer(dockerCLI, method, t.File, answer); err != nil || method.Format == formatJSON {
		return err
	}
	if failed := Unbuildable(method, t.File, answer); failed != nil {
		return block(dockerCLI.Out(), "error: "+failed.Error()+"\n")
	}
	return nil
}

// TargetRowsFollow tells that TargetRows is to show a table that says something.
func TargetRowsFollow(results []build.Result, silent bool) bool {
	return !silent && slices.ContainsFunc(results, func(r build.Result) bool { return len(r.Rows) > 0 })
}

// TargetRows shows what came of each platform of each target, as a table on standard error, unless that is to be
// silent.
func TargetRows(dockerCLI command.Cli, results []build.Result, how Showing) error {
	if !TargetRowsFollow(results, how.Silent) {
		return nil
	}
	for _, r := range results {
		auditNotes(dockerCLI, r)
	}
	err := showVerdicts(dockerCLI.Err(), narrowed(widthOf(dockerCLI.Err()), func(level detail) *columns.Table {
		return targetTable(results, level)
	}), how.Board)
	for _, r := range results {
		sayUnlike(dockerCLI, r)
		if line := emulatedLine(r.Slow); line != "" {
			Say(dockerCLI, "%s: %s", r.Plan.Target, line)
		}
	}
	return err
}

// targetTable is the table with as much detail.
func targetTable(results []build.Result, level detail) *columns.Table {
	t := columns.New("TARGET", "PLATFORM", "BUILD", "AUDIT", "LOADED", "TESTS", verdictTitle).Narrow()
	for _, r := range results {
		for _, row := range r.Rows {
			t.Add(append([]string{r.Plan.Target}, cellsOf(r, row, level)...)...)
		}
	}
	return t
}

// kept tells that a result is a draft.
func kept(r build.Result) bool { return !r.Plan.Scratch && !r.Plan.Discard }

// TargetSuccess prints NAME:TAG@DIGEST of each draft, and what can be done with them: publish is the command that
// publishes all. With --push publishing prints it.
func TargetSuccess(dockerCLI command.Cli, results []build.Result, publish string, silent bool) error {
	var passed, untested []string
	for _, r := range results {
		if !kept(r) || r.Plan.Push {
			continue
		}
		for _, name := range r.Plan.Names {
			text := reference.FamiliarString(name)
			if err := printf(dockerCLI.Out(), "%s\n", text+"@"+r.Draft.Index.Digest.String()); err != nil {
				return err
			}
			if r.State == draft.Passed {
				passed = append(passed, text)
			} else {
				untested = append(untested, text)
			}
		}
	}
	switch {
	case silent || len(passed)+len(untested) == 0:
	case len(untested) > 0:
		Say(dockerCLI, "not tested yet: %s; test them before you publish them: the same command with --test-local, or\n"+
			"  docker multiplat test %s", firstOf(untested), untested[0])
	default:
		Say(dockerCLI, "publish them together with:\n  %s", publish)
	}
	return nil
}

// firstOf are the first of many names.
func firstOf(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// WriteTargetMetadata writes the result of each target, by its name.
func WriteTargetMetadata(file string, results []build.Result) error {
	if file == "" {
		return nil
	}
	all := map[string]BuildMetadata{}
	for _, r := range results {
		if kept(r) {
			all[r.Plan.Target] = MetadataOfBuild(r)
		}
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err == nil {
		err = atomicwriter.WriteFile(file, text, 0o644)
	}
	if err != nil {
		return fmt.Errorf("writing --metadata-file %q: %w", file, err)
	}
	return nil
}
