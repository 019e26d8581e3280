package plugin

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli"
	"github.com/docker/cli/cli/command"
	"github.com/moby/buildkit/frontend/subrequests"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/frontend/subrequests/outline"
	"github.com/moby/buildkit/frontend/subrequests/targets"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// ask asks the Dockerfile's frontend something (docker buildx build --call) and prints its answer.
func (p buildPlan) ask(ctx context.Context, dockerCLI command.Cli, show progressOptions) error {
	display, err := show.open(ctx, dockerCLI, fmt.Sprintf("asking %q", p.builder))
	if err != nil {
		return err
	}
	answer, err := p.call(ctx, dockerCLI, display)
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err != nil {
		return interrupted(ctx, err)
	}
	if err := printAnswer(dockerCLI.Out(), p.method, answer); err != nil {
		return fmt.Errorf("printing the answer to --call %s: %w", p.method.Name, err)
	}
	if status, err := strconv.Atoi(answer["result.statuscode"]); err == nil && status != 0 && !p.method.IgnoreStatus {
		return cli.StatusError{StatusCode: status}
	}
	return nil
}

func (p buildPlan) call(
	ctx context.Context,
	dockerCLI command.Cli,
	display progress.Writer,
) (map[string]string, error) {
	machine, err := builder.Open(ctx, dockerCLI, p.builder, display)
	if err != nil {
		return nil, fail(builder.ErrNotReady, err, "docker multiplat init")
	}
	answer, err := machine.Call(ctx, p.request, p.method, display)
	return answer, fail(errBuild, err, "")
}

// printAnswer shows a frontend's answer as `docker buildx build` does.
func printAnswer(w io.Writer, method builder.Method, answer map[string]string) error {
	body := []byte(answer["result.json"])
	if method.Format == formatJSON && len(body) > 0 {
		_, err := fmt.Fprintln(w, string(body))
		return err
	}
	switch method.Name {
	case "lint":
		return lint.PrintLintViolations(body, w, nil)
	case "outline":
		return outline.PrintOutline(body, w)
	case "targets":
		return targets.PrintTargets(body, w)
	case "subrequests.describe":
		return subrequests.PrintDescribe(body, w)
	}
	_, err := fmt.Fprint(w, answer["result.txt"])
	return err
}
