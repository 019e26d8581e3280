package command

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/docker/cli/cli"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/bake"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// ask asks the frontends, and prints their answers as docker buildx bake does.
func (o *bakeOptions) ask(
	ctx context.Context, dockerCLI command.Cli, q build.Questions, resolved *bake.Resolved,
) error {
	display, err := o.progress.Open(ctx, dockerCLI, fmt.Sprintf("asking %q", q.Plans[0].Builder))
	if err != nil {
		return err
	}
	answers, err := q.Ask(ctx, HostOf(dockerCLI), display)
	err = advice.AfterAsking(err)
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err != nil {
		return failure.Interrupted(ctx, err)
	}
	if o.method.Format == "json" {
		err = view.AnswersOf(dockerCLI, view.Asked{
			Groups: resolved.Groups, Targets: resolved.Targets, Methods: q.Methods, Answers: answers,
		})
	} else {
		err = showAnswers(dockerCLI, q, resolved, answers)
	}
	if err != nil {
		return err
	}
	return statusOf(q, answers)
}

// showAnswers prints one answer after the other.
func showAnswers(
	dockerCLI command.Cli, q build.Questions, resolved *bake.Resolved, answers map[string]map[string]string,
) error {
	for i, name := range slices.Sorted(maps.Keys(q.Methods)) {
		title := view.Title{Name: name, Description: resolved.Targets[name].Description, First: i == 0}
		if plan := slices.IndexFunc(q.Plans, func(p build.Plan) bool { return p.Target == name }); plan >= 0 {
			title.File = q.Plans[plan].Request.DockerfilePath()
		}
		if err := view.AnswerOf(dockerCLI, title, q.Methods[name], answers[name]); err != nil {
			return fmt.Errorf("printing the answer about %q: %w", name, err)
		}
	}
	return nil
}

// statusOf is the first status that an answer ends with.
func statusOf(q build.Questions, answers map[string]map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(q.Methods)) {
		code, err := strconv.Atoi(answers[name]["result.statuscode"])
		if err == nil && code != 0 && !q.Methods[name].IgnoreStatus {
			return cli.StatusError{StatusCode: code}
		}
	}
	return nil
}
