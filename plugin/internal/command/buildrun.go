package command

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/docker/cli/cli"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

func runBuild(ctx context.Context, dockerCLI command.Cli, options buildOptions) error {
	if err := options.validate(); err != nil {
		return err
	}
	var err error
	if options.reproducible != "" {
		if options.request, err = options.request.Reproducible(ctx, options.reproducible); err != nil {
			return failure.Interrupted(ctx, err)
		}
	}
	method, asked, err := options.method()
	if err != nil {
		return err
	}
	plan, err := options.plan(dockerCLI)
	if err != nil {
		return err
	}
	sayNotes(dockerCLI, options.Notes())
	switch {
	case options.dryRun:
		return dryRun(ctx, dockerCLI, plan)
	case asked:
		return askFrontend(
			ctx,
			dockerCLI,
			build.Question{Builder: plan.Builder, Request: plan.Request, Method: method},
			options.Progress,
		)
	case options.push, plan.Request.Stage.Used():
		return options.buildAndPush(ctx, dockerCLI, plan)
	}
	return options.build(ctx, dockerCLI, plan)
}

// dryRun prints the plan, with what the builder and the inputs say of themselves. Nothing is started.
func dryRun(ctx context.Context, dockerCLI command.Cli, plan build.Plan) error {
	seen, err := build.Survey(ctx, HostOf(dockerCLI), plan)
	if err != nil {
		return advice.AfterBuilder(HostOf(dockerCLI).Builders().DefaultName(), err)
	}
	return view.BuildPlan(dockerCLI, plan, seen)
}

// askFrontend asks the Dockerfile's frontend something, and prints its answer.
func askFrontend(ctx context.Context, dockerCLI command.Cli, q build.Question, show view.Progress) error {
	display, err := show.Open(ctx, dockerCLI, fmt.Sprintf("asking %q", q.Builder))
	if err != nil {
		return err
	}
	answer, err := q.Ask(ctx, HostOf(dockerCLI), display)
	err = advice.AfterAsking(err)
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err != nil {
		return failure.Interrupted(ctx, err)
	}
	file := q.Request.DockerfilePath()
	if err := view.Answer(dockerCLI, q.Method, file, answer); err != nil {
		return fmt.Errorf("printing the answer to --call %s: %w", q.Method.Name, err)
	}
	if err := view.Unbuildable(q.Method, file, answer); err != nil {
		return err
	}
	if status, err := strconv.Atoi(answer["result.statuscode"]); err == nil && status != 0 && !q.Method.IgnoreStatus {
		return cli.StatusError{StatusCode: status}
	}
	return nil
}

// build carries the plan out, and shows what came of it.
func (o *buildOptions) build(ctx context.Context, dockerCLI command.Cli, plan build.Plan) error {
	if plan.TestFile != "" && !o.Silent() {
		view.Say(dockerCLI, "tests and exceptions as %s has them", visible.Quote(plan.TestFile))
	}
	o.reports = &view.Reports{Files: o.Reports, Shown: &o.Progress}
	o.reports.Remember()
	display, err := o.Open(ctx, dockerCLI, fmt.Sprintf("building with %q", plan.Builder))
	if err != nil {
		return err
	}
	if o.push && !plan.Request.Stage.Used() { // which was asked for, and may be
		plan.Ahead = release.NewSession(HostOf(dockerCLI), o.Trust(), display).Ahead(ctx, plan.Names)
	}
	result, err := build.Run(ctx, HostOf(dockerCLI), plan, display)
	err = advice.AfterBuilder(HostOf(dockerCLI).Builders().DefaultName(), err)
	if ctx.Err() == nil && view.RowsFollow(result, o.format, o.Silent()) {
		display.GiveWay()
	}
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if ctx.Err() != nil {
		return failure.Wrap(failure.ErrInterrupted, failure.ErrInterrupted, "",
			"No tag was touched; the draft "+result.Left()+".")
	}
	err = conclusion{dockerCLI, o.format, o.Showing(), o.line}.concluded(result, err)
	if err := errors.Join(err, o.reports.Write([]build.Result{result}, err)); err != nil {
		return err
	}
	return o.Write(view.MetadataOfBuild(result))
}

// buildAndPush asks every registry for the right to push before it builds: a missing login must not be learnt after an
// hour of building. What is only staged is not published.
func (o *buildOptions) buildAndPush(ctx context.Context, dockerCLI command.Cli, plan build.Plan) error {
	client := HostOf(dockerCLI).Registries(o.Trust(), func(message string) { view.Say(dockerCLI, "%s", message) })
	if err := release.CheckPush(ctx, client, plan.Names); err != nil {
		return advice.Release(err, o.line)
	}
	if err := o.build(ctx, dockerCLI, plan); err != nil || !o.push {
		return err
	}
	c := releasing{
		dockerCLI: dockerCLI, title: "publishing", progress: o.Progress, trust: o.Trust(),
		line: o.line.Only(advice.Command("publish"), o.tags, advice.TransportFlags()...), reports: o.reports,
	}
	err := c.drafts(ctx, release.FromDraft{Names: plan.Names}, release.Request{ArchTags: true})
	return errors.Join(err, o.reports.Again(err))
}
