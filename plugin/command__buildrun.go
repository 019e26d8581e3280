package plugin

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli"
	"github.com/docker/cli/cli/command"
)

func runBuild(ctx context.Context, dockerCLI command.Cli, options buildOptions) error {
	if err := options.validate(); err != nil {
		return err
	}
	method, asked, err := options.method()
	if err != nil {
		return err
	}
	plan, err := options.plan(dockerCLI)
	if err != nil {
		return err
	}
	switch {
	case options.dryRun:
		return dryRun(ctx, dockerCLI, plan)
	case asked:
		return askFrontend(ctx, dockerCLI, question{plan.builder, plan.request, method}, options.progressOptions)
	case !options.push:
		return options.build(ctx, dockerCLI, plan)
	}
	return options.buildAndPublish(ctx, dockerCLI, plan)
}

// dryRun prints the plan, with what the builder and the inputs say of themselves. Nothing is started.
func dryRun(ctx context.Context, dockerCLI command.Cli, plan buildPlan) error {
	seen, err := surveyBuild(ctx, hostOf(dockerCLI), plan)
	if err != nil {
		return afterBuilder(hostOf(dockerCLI), err)
	}
	return showPlan(dockerCLI, plan, seen)
}

// askFrontend asks the Dockerfile's frontend something, and prints its answer.
func askFrontend(ctx context.Context, dockerCLI command.Cli, q question, show progressOptions) error {
	display, err := show.open(ctx, dockerCLI, fmt.Sprintf("asking %q", q.builder))
	if err != nil {
		return err
	}
	answer, err := q.ask(ctx, hostOf(dockerCLI), display)
	err = afterAsking(err)
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err != nil {
		return interrupted(ctx, err)
	}
	if err := printAnswer(dockerCLI, q.method, answer); err != nil {
		return fmt.Errorf("printing the answer to --call %s: %w", q.method.Name, err)
	}
	if status, err := strconv.Atoi(answer["result.statuscode"]); err == nil && status != 0 && !q.method.IgnoreStatus {
		return cli.StatusError{StatusCode: status}
	}
	return nil
}

// build carries the plan out, and shows what came of it.
func (o *buildOptions) build(ctx context.Context, dockerCLI command.Cli, plan buildPlan) error {
	display, err := o.open(ctx, dockerCLI, fmt.Sprintf("building with %q", plan.builder))
	if err != nil {
		return err
	}
	result, err := runBuildPlan(ctx, hostOf(dockerCLI), plan, display)
	err = afterBuilder(hostOf(dockerCLI), err)
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if ctx.Err() != nil {
		return fail(errInterrupted, errInterrupted, "", "No tag was touched; the draft says which platforms are missing.")
	}
	err = concluded(dockerCLI, result, err, o.format, o.silent())
	if err := errors.Join(err, writeReports(result, o.reports)); err != nil {
		return err
	}
	return o.write(metadataOfBuild(result))
}

// buildAndPublish asks every registry for the right to push before it builds: a missing login must not be learnt
// after an hour of building.
func (o *buildOptions) buildAndPublish(ctx context.Context, dockerCLI command.Cli, plan buildPlan) error {
	client := hostOf(dockerCLI).registries(o.trust(), func(message string) { say(dockerCLI, "%s", message) })
	for _, name := range plan.names {
		if err := checkPush(ctx, client, name); err != nil {
			return adviseRelease(err, pushingLine(name))
		}
	}
	if err := o.build(ctx, dockerCLI, plan); err != nil {
		return err
	}
	c := releasing{
		dockerCLI: dockerCLI, title: "publishing", progress: o.progressOptions, trust: o.trust(),
		line: o.line.only(ourCommand("publish"), o.tags, transportFlags()...),
	}
	return c.drafts(ctx, fromDraft{names: plan.names, archTags: true}, releaseRequest{})
}

// pushingLine builds and publishes under a name, before anything was made for it.
func pushingLine(name reference.NamedTagged) commandLine {
	return commandLine{verb: ourCommand("build") + " --push -t " + reference.FamiliarString(name), args: []string{"PATH"}}
}
