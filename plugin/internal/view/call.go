package view

import (
	"bytes"
	"errors"

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
	var text bytes.Buffer
	body := []byte(answer["result.json"])
	if method.Format == formatJSON && len(body) > 0 {
		return block(dockerCLI.Out(), string(visible.JSON(body))+"\n")
	}
	var err error
	switch method.Name {
	case "lint":
		err = lint.PrintLintViolations(body, &text, nil)
	case "outline":
		err = outline.PrintOutline(body, &text)
	case "targets":
		err = targets.PrintTargets(body, &text)
	case "subrequests.describe":
		err = subrequests.PrintDescribe(body, &text)
	default:
		text.WriteString(answer["result.txt"])
	}
	return errors.Join(err, block(dockerCLI.Out(), text.String()))
}
