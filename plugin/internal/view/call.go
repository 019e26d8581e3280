package view

import (
	"fmt"

	"github.com/docker/cli/cli/command"
	"github.com/moby/buildkit/frontend/subrequests"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/frontend/subrequests/outline"
	"github.com/moby/buildkit/frontend/subrequests/targets"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// Answer shows a frontend's answer as `docker buildx build` does.
func Answer(dockerCLI command.Cli, method request.Method, answer map[string]string) error {
	w, body := dockerCLI.Out(), []byte(answer["result.json"])
	if method.Format == formatJSON && len(body) > 0 {
		_, err := fmt.Fprintln(w, string(visible.JSON(body)))
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
	_, err := fmt.Fprint(w, visible.Block(answer["result.txt"]))
	return err
}
